// Requests from within the process, over connections that no listener took.
#include "tests/support/gateway_fixture.hpp"
#include "tests/support/tls_fixture.hpp"

#include "modelgate/base/errc.hpp"
#include "modelgate/config/inside_call.hpp"
#include "modelgate/http_io/client.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <memory>
#include <optional>
#include <string>

namespace modelgate::test {
namespace {

struct outcome {
  result<http_io::response> answer;
  std::optional<config::call_trail> trail;
};

outcome ask_inside(const gateway_fixture& fixture, const std::string& target, const http_io::field_list& fields = {},
                   std::size_t most = 1'000'000) {
  const auto told = std::make_shared<std::promise<config::call_trail>>();
  std::future<config::call_trail> trail = told->get_future();
  const auto socket = fixture.gateway->open_inside(std::make_shared<const config::inside_caller>(config::inside_caller{
      "user:ann", "192.0.2.7", [told](config::call_trail of) { told->set_value(std::move(of)); }}));
  http_io::client_request request;
  request.method = "POST";
  request.target = target;
  request.fields = fields;
  request.body = "{}";
  request.max_response_bytes = most;
  auto answer = http_io::fetch_over(socket.value(), request, patience);
  BOOST_REQUIRE(trail.wait_for(patience) == std::future_status::ready);
  return {std::move(answer), trail.get()};
}

struct with_private_deployment {
  explicit with_private_deployment(gateway_fixture& on) {
    config::deployment_config deployment = gateway_fixture::make("priv", {&replica});
    deployment.access = config::access_type::clients;
    deployment.clients.push_back(on.credential("alice", token.reveal()));
    on.deploy(deployment);
  }
  scripted_upstream replica;
  crypto::secret token = crypto::generate_token(crypto::token_kind::client);
};

}  // namespace

BOOST_AUTO_TEST_SUITE(inside_calls)

BOOST_AUTO_TEST_CASE(are_served_as_their_callers_without_a_token) {
  gateway_fixture fixture;
  const with_private_deployment priv{fixture};
  const outcome done = ask_inside(fixture, "/deployment/priv/x");
  BOOST_REQUIRE(done.answer.has_value());
  BOOST_TEST(done.answer->status == 200U);
  BOOST_TEST(done.answer->body == "ok");
  const std::string seen = priv.replica.requests().back();
  BOOST_TEST(field_of(seen, "X-Forwarded-User") == "user:ann");
  BOOST_TEST(field_of(seen, "X-Forwarded-For") == "192.0.2.7");
  BOOST_TEST(done.trail->status == 200U);
  BOOST_TEST(done.trail->reason == "");
  BOOST_TEST(!done.trail->by_gateway);
  BOOST_TEST(!done.trail->replica.empty());
  BOOST_TEST(done.trail->first_byte.count() > 0);
  BOOST_TEST((done.trail->total >= done.trail->first_byte));
  BOOST_TEST(status_of(fixture.ask(post("/deployment/priv/x", "{}"))) == 401);  // nobody else is
}

BOOST_AUTO_TEST_CASE(are_the_clients_whose_tokens_they_bring) {
  gateway_fixture fixture;
  const with_private_deployment priv{fixture};
  http_io::field_list good;
  good.add("Authorization", "Bearer " + std::string{priv.token.reveal()});
  BOOST_TEST(ask_inside(fixture, "/deployment/priv/x", good).answer->status == 200U);
  BOOST_TEST(field_of(priv.replica.requests().back(), "X-Forwarded-User") == "alice");
  http_io::field_list wrong;
  wrong.add("Authorization", "Bearer mgc_wrong");
  const outcome refused = ask_inside(fixture, "/deployment/priv/x", wrong);
  BOOST_TEST(refused.answer->status == 401U);
  BOOST_TEST(refused.trail->reason == "AUTH_FAILED");
  BOOST_TEST(refused.trail->by_gateway);
  BOOST_TEST(refused.trail->replica == "");
}

BOOST_AUTO_TEST_CASE(tell_of_answers_that_were_not_taken_whole) {
  gateway_fixture fixture;
  const scripted_upstream replica{
      std::string(2'000, 'x')};  // one write: the gateway has done its part when its reader goes
  fixture.deploy("large", {&replica});
  const outcome done = ask_inside(fixture, "/deployment/large/x", {}, 1'000);
  BOOST_TEST((done.answer.error() == make_error_code(errc::body_too_large)));
  BOOST_TEST(done.trail->status == 200U);
}

BOOST_AUTO_TEST_CASE(need_no_tls_where_clients_do) {
  const tls_fixture fixture;
  const with_private_deployment priv{*fixture.served};
  BOOST_TEST(ask_inside(*fixture.served, "/deployment/priv/x").answer->status == 200U);
}

BOOST_AUTO_TEST_CASE(are_refused_by_one_that_drains) {
  gateway_fixture fixture;
  BOOST_TEST(fixture.gateway->drain(steady_clock::now() + patience));
  const auto told = std::make_shared<std::promise<config::call_trail>>();
  std::future<config::call_trail> trail = told->get_future();
  auto caller = std::make_shared<const config::inside_caller>(
      config::inside_caller{"user:ann", "192.0.2.7", [told](config::call_trail) {}});
  const auto socket = fixture.gateway->open_inside(std::move(caller));
  fixture.gateway.reset();
  const auto answer = http_io::fetch_over(socket.value(), {}, patience);
  BOOST_TEST(answer.has_error());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
