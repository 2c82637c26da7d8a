#include "tests/support/gateway_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <thread>

namespace modelgate::test {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view path = "/deployment/pub/api/v1.0/feedback";

struct seldon_gateway {
  explicit seldon_gateway(scripted_upstream& replica,
                          const config::settings& settings = gateway_fixture::short_settings())
      : fixture{settings} {
    serve(replica, "1.0");
  }

  void serve(scripted_upstream& replica, const std::string& version) {
    config::deployment_config deployment = gateway_fixture::make("pub", {&replica});
    deployment.serving.protocol = config::upstream_protocol::seldon;
    deployment.model_image = "demo/iris";
    deployment.model_version = version;
    for (config::endpoint_config& each : deployment.endpoints) {
      each.model_image = "demo/iris";
      each.model_version = version;
    }
    fixture.deploy(deployment);
  }

  [[nodiscard]] double count(const std::string& name, const std::string& version = "1.0") const {
    return fixture.metric(name
                          + R"({deployment_name="pub",predictor_name="deploy",predictor_version="",model_name="model",)"
                          + R"(model_image="demo/iris",model_version=")" + version + R"(",method="feedback"})");
  }
  /// Counted is after answered: waits for what a test expects, and answers what there is in the end.
  [[nodiscard]] double count(const std::string& name, const std::string& version, double expected) const {
    const steady_time until = steady_clock::now() + std::chrono::seconds{5};
    double value = count(name, version);
    while (value != expected && steady_clock::now() < until) {
      std::this_thread::yield();
      value = count(name, version);
    }
    return value;
  }
  void expect_calls(double expected, const std::string& version = "1.0") const {
    BOOST_TEST(count("seldon_api_model_feedback_total", version, expected) == expected);
  }
  void expect_reward(double expected, const std::string& version = "1.0") const {
    BOOST_TEST(count("seldon_api_model_feedback_reward_total", version, expected) == expected);
  }

  gateway_fixture fixture;
};

std::string chunked(std::string_view target, const std::vector<std::string>& chunks) {
  std::string out = "POST " + std::string{target} + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& each : chunks) {
    char size[16];
    std::snprintf(size, sizeof size, "%zx\r\n", each.size());
    out += size + each + "\r\n";
  }
  return out + "0\r\n\r\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(feedback)

BOOST_AUTO_TEST_CASE(is_forwarded_as_it_came_and_counted) {
  scripted_upstream replica;
  seldon_gateway gate{replica};
  gate.expect_calls(0);  // the series is there before the first one
  const std::string body = R"({"request": {"data": {"ndarray": [[1], [2], [3], [4]]}}, "reward": 0.5})";
  const std::string answer = gate.fixture.ask(post(path, body));
  BOOST_TEST(status_of(answer) == 200);
  BOOST_TEST(body_of(answer) == "ok");
  BOOST_TEST(replica.requests().at(0).starts_with("POST /send-feedback HTTP/1.1\r\n"));
  BOOST_TEST(body_of(replica.requests().at(0)) == body);
  BOOST_TEST(status_of(gate.fixture.ask(post("/deployment/pub/api/v0.1/feedback", R"({"reward": 0})"))) == 200);
  BOOST_TEST(status_of(gate.fixture.ask(post(path, "{}"))) == 200);
  gate.expect_calls(3);
  gate.expect_reward(0.5);
  BOOST_TEST(gate.count("modelgate_feedback_rows_total", "1.0", 5) == 5);  // four and one; {} has no reward
  BOOST_TEST(gate.count("modelgate_feedback_row_reward_total", "1.0", 2) == 2);
}

BOOST_AUTO_TEST_CASE(of_a_form_is_forwarded_as_the_form_and_counted) {
  scripted_upstream replica;
  seldon_gateway gate{replica};
  const std::string body = "json=%7B%22reward%22%3A0.5%7D";
  const std::string type = "Content-Type: application/x-www-form-urlencoded\r\n";
  BOOST_TEST(status_of(gate.fixture.ask(post(path, body, type))) == 200);
  BOOST_TEST(body_of(replica.requests().at(0)) == body);
  BOOST_TEST(field_of(replica.requests().at(0), "Content-Type") == "application/x-www-form-urlencoded");
  gate.expect_calls(1);
  gate.expect_reward(0.5);
}

BOOST_AUTO_TEST_CASE(goes_through_chunked_in_any_pieces) {
  scripted_upstream replica;
  seldon_gateway gate{replica};
  raw_socket client = gate.fixture.connect();
  const std::string message = chunked(path, {"{\"rew", "ard\": ", "1}"});
  for (std::size_t split = 1; split < message.size(); split += 7) {
    client.send(message.substr(0, split));
    std::this_thread::yield();
    client.send(message.substr(split));
    BOOST_TEST(status_of(client.receive_message()) == 200);
  }
  client.send(message + get("/ping"));  // a pipelined request stays where it belongs
  BOOST_TEST(status_of(client.receive_message()) == 200);
  BOOST_TEST(body_of(client.receive_message()) == "pong");
  gate.expect_calls(static_cast<double>(replica.requests().size()));
  for (const std::string& seen : replica.requests()) BOOST_TEST(seen.find("ard\": ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(larger_than_a_head_goes_through_whole_and_the_connection_goes_on) {
  scripted_upstream replica;
  seldon_gateway gate{replica};
  raw_socket client = gate.fixture.connect();
  const std::string body = R"({"request": {"strData": ")" + std::string(300'000, 'x') + R"("}, "reward": 1})";
  for (int i = 0; i < 3; ++i) {
    client.send(post(path, body) + get("/ping"));
    BOOST_TEST(status_of(client.receive_message()) == 200);
    BOOST_TEST(body_of(client.receive_message()) == "pong");
  }
  for (const std::string& seen : replica.requests()) BOOST_TEST(body_of(seen) == body);
  gate.expect_reward(3);
  while (gate.fixture.metric("modelgate_buffer_bytes") >= 100'000) std::this_thread::yield();  // given back
}

BOOST_AUTO_TEST_CASE(that_is_malformed_is_a_400_and_counts_nothing) {
  scripted_upstream replica;
  seldon_gateway gate{replica};
  raw_socket client = gate.fixture.connect();
  for (const std::string_view body :
       {R"({"reward": "x"})", R"({"reward": "NaN"})", R"({"reward": 1e999})", "", "[]", "{\"reward\": 1"}) {
    client.send(post(path, body));
    const std::string answer = client.receive_message();
    BOOST_TEST(status_of(answer) == 400, body);
    BOOST_TEST(field_of(answer, "Connection").empty());  // the request was understood: the connection goes on
  }
  BOOST_TEST(replica.requests().empty());
  gate.expect_calls(0);
  gate.expect_reward(0);
}

BOOST_AUTO_TEST_CASE(over_the_limit_is_413) {
  config::settings settings = gateway_fixture::short_settings();
  settings.limits.feedback_bytes = 50'000;
  scripted_upstream replica;
  seldon_gateway gate{replica, settings};
  const std::string text(100'000, 'x');
  BOOST_TEST(status_of(gate.fixture.ask(post(path, "{\"strData\": \"" + text + "\"}"))) == 413);
  BOOST_TEST(status_of(gate.fixture.ask(chunked(path, {"{\"strData\": \"", text, "\"}"}))) == 413);
  BOOST_TEST(replica.requests().empty());
  gate.expect_calls(0);
}

BOOST_AUTO_TEST_CASE(that_does_not_come_is_408_and_broken_chunks_are_400) {
  scripted_upstream replica;
  seldon_gateway gate{replica};
  const std::string head = "POST " + std::string{path} + " HTTP/1.1\r\nHost: a\r\n";
  BOOST_TEST(status_of(gate.fixture.exchange(head + "Content-Length: 100\r\n\r\n{\"reward\": 1")) == 408);
  BOOST_TEST(status_of(gate.fixture.exchange(head + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n")) == 400);
  BOOST_TEST(replica.requests().empty());
}

BOOST_AUTO_TEST_CASE(that_takes_longer_than_the_client_waits_is_504_and_says_so) {
  scripted_upstream replica;
  seldon_gateway gate{replica};
  const std::string answer = gate.fixture.exchange("POST " + std::string{path}
                                                   + " HTTP/1.1\r\nHost: a\r\nX-Request-Timeout: 0.2\r\n"
                                                     "Content-Length: 100\r\n\r\n{\"reward\": 1");
  BOOST_TEST(status_of(answer) == 504);
  BOOST_TEST(body_of(answer).find("it waited 0.000 s for a free replica") != std::string::npos, answer);
}

BOOST_AUTO_TEST_CASE(a_chunk_that_cannot_fit_is_refused_by_its_size) {
  scripted_upstream replica;
  seldon_gateway gate{replica};
  const std::string head = "POST " + std::string{path} + " HTTP/1.1\r\nHost: a\r\n";
  BOOST_TEST(status_of(gate.fixture.ask(head + "Transfer-Encoding: chunked\r\n\r\n200000\r\n")) == 413);
  BOOST_TEST(status_of(gate.fixture.ask(head + "Content-Length: 2000000\r\nExpect: 100-continue\r\n\r\n")) == 413);
}

BOOST_AUTO_TEST_CASE(memory_of_bodies_that_are_held_is_bounded) {
  constexpr std::size_t cap = 1'048'576;
  config::settings settings = gateway_fixture::short_settings();
  settings.prediction.workers = 1;
  settings.limits.memory_bytes = cap;
  settings.timeouts.body_grace = milliseconds{20'000};
  scripted_upstream replica;
  seldon_gateway gate{replica, settings};
  const std::string whole = R"({"strData": ")" + std::string(200'000, 'x') + R"("})";
  const std::string head =
      "POST " + std::string{path} + " HTTP/1.1\r\nHost: a\r\nContent-Length: 600000\r\n\r\n{\"strData\": \"";
  // The second one finds the buffer that the first has made wide, and comes while that is being answered.
  std::vector<raw_socket> clients;
  for (int i = 0; i < 12; ++i) {
    clients.push_back(gate.fixture.connect());
    clients.back().send(post(path, whole) + head + std::string(300'000, 'y'));
  }
  int refused = 0;
  int held = 0;
  for (raw_socket& client : clients) {
    const unsigned first = status_of(client.receive_message());
    BOOST_TEST((first == 200 || first == 503));
    BOOST_TEST(gate.fixture.metric("modelgate_buffer_bytes") < 1.5 * cap);
    try {
      if (first == 503 || status_of(client.receive_some(65'536, milliseconds{300})) == 503) ++refused;
    } catch (const std::runtime_error&) {  // no answer: there was room for it
      ++held;
    }
  }
  BOOST_TEST(held >= 1);
  BOOST_TEST(refused >= 6);
  clients.clear();
  while (gate.fixture.metric("modelgate_buffer_bytes") != 0) std::this_thread::yield();
  BOOST_TEST(status_of(gate.fixture.ask(post(path, whole))) == 200);
}

BOOST_AUTO_TEST_CASE(that_is_held_when_the_gateway_is_cut_is_told) {
  scripted_upstream replica;
  seldon_gateway gate{replica};
  raw_socket client = gate.fixture.connect();
  client.send("POST " + std::string{path} + " HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{\"reward\": 1");
  while (gate.fixture.metric("modelgate_buffer_bytes") == 0) std::this_thread::yield();
  static_cast<void>(gate.fixture.gateway->drain(steady_clock::now() + milliseconds{100}));
  const std::string answer = client.receive_message();
  BOOST_TEST(status_of(answer) == 503);
  BOOST_TEST(body_of(answer).find("DRAINING") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_client_that_asks_before_it_sends_is_told_to_go_on) {
  scripted_upstream replica;
  seldon_gateway gate{replica};
  raw_socket client = gate.fixture.connect();
  client.send("POST " + std::string{path}
              + " HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 13\r\n\r\n");
  BOOST_TEST(client.receive_some() == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send(R"({"reward": 1})");
  BOOST_TEST(status_of(client.receive_message()) == 200);
  gate.expect_calls(1);
}

BOOST_AUTO_TEST_CASE(counts_for_the_model_that_answered) {
  scripted_upstream first;
  scripted_upstream second;
  seldon_gateway gate{first};
  const std::string predictions = "/deployment/pub/api/v1.0/predictions";
  BOOST_TEST(status_of(gate.fixture.ask(post(predictions, "{}", "Seldon-Puid: of-the-first\r\n"))) == 200);
  gate.serve(second, "1.1");
  const std::string told = field_of(gate.fixture.ask(post(predictions, "{}")), "Seldon-Puid");
  BOOST_TEST(!told.empty());

  const auto feed = [&](const std::string& body, const std::string& fields = {}) {
    BOOST_TEST(status_of(gate.fixture.ask(post(path, body, fields))) == 200);
  };
  feed(R"({"reward": 1, "response": {"meta": {"puid": "of-the-first"}}})");
  gate.expect_reward(1, "1.0");
  feed(R"({"reward": 1})", "Seldon-Puid: of-the-first\r\n");
  gate.expect_reward(2, "1.0");
  feed(R"({"reward": 1})", "Seldon-Puid: " + told + "\r\n");
  gate.expect_reward(1, "1.1");
  feed(R"({"reward": 1, "response": {"meta": {"requestPath": {"model": "demo/iris:1.0"}}}})");
  gate.expect_reward(3, "1.0");
  // The body's puid is nobody's here, as where the model made one of its own: the header's counts.
  feed(R"({"reward": 1, "response": {"meta": {"puid": "the-models-own"}}})", "Seldon-Puid: of-the-first\r\n");
  gate.expect_reward(4, "1.0");
  feed(R"({"reward": 1})");  // nothing says whose it was: the one that serves now
  gate.expect_reward(2, "1.1");
  gate.expect_calls(4, "1.0");
  gate.expect_calls(2, "1.1");
}

BOOST_AUTO_TEST_CASE(counts_for_the_model_that_answered_by_another_protocol) {
  scripted_upstream first;
  scripted_upstream second;
  seldon_gateway gate{first};
  const std::string infer = "/deployment/pub/v2/models/m/infer";
  BOOST_TEST(status_of(gate.fixture.ask(post(infer, "{}", "Seldon-Puid: of-the-first\r\n"))) == 200);
  gate.serve(second, "1.1");
  BOOST_TEST(status_of(gate.fixture.ask(post(path, R"({"reward": 1})", "Seldon-Puid: of-the-first\r\n"))) == 200);
  gate.expect_reward(1, "1.0");
  gate.expect_calls(0, "1.1");
}

/// Answers each request with the next of these, which begin after "HTTP/1.1 ", on one connection.
scripted_upstream::script answers(std::vector<std::string> all) {
  return [all = std::move(all)](raw_socket& connection, scripted_upstream& self) {
    for (;;) {
      std::string request = connection.receive_message();
      if (request.empty()) return;
      self.note(std::move(request));
      connection.send("HTTP/1.1 " + all.at(self.requests().size() - 1));
    }
  };
}

BOOST_AUTO_TEST_CASE(counts_and_is_answered_when_the_model_has_no_route_for_it) {
  const std::string not_implemented = "{\"detail\": \"nothing\"}";
  scripted_upstream replica{
      answers({"404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nwrong",
               "405 Method Not Allowed\r\nAllow: GET\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nnot\r\n0\r\n\r\n",
               "501 Not Implemented\r\nContent-Length: " + std::to_string(not_implemented.size()) + "\r\n\r\n"
                   + not_implemented,
               "200 OK\r\nContent-Length: 2\r\n\r\nok"})};
  seldon_gateway gate{replica};
  raw_socket client = gate.fixture.connect();
  for (int i = 0; i < 3; ++i) {
    client.send(post(path, R"({"reward": 1})", "Seldon-Puid: p-1\r\n"));
    const std::string answer = client.receive_message();
    BOOST_TEST(status_of(answer) == 200);
    BOOST_TEST(body_of(answer) == "{}");
    BOOST_TEST(field_of(answer, "Content-Type") == "application/json");
    BOOST_TEST(field_of(answer, "Seldon-Puid") == "p-1");
    BOOST_TEST(!field_of(answer, "X-Request-Id").empty());
    BOOST_TEST(field_of(answer, "Allow").empty());  // nothing of the replica's is left
    BOOST_TEST(field_of(answer, "Access-Control-Allow-Origin") == "*");
  }
  client.send(post(path, R"({"reward": 0})") + get("/ping"));
  BOOST_TEST(body_of(client.receive_message()) == "ok");
  BOOST_TEST(body_of(client.receive_message()) == "pong");
  gate.expect_calls(4);
  gate.expect_reward(3);
  BOOST_TEST(replica.connections() == 1U);  // each was kept, as its answer was read to its end

  const auto counted = [&](const std::string& side, const std::string& labels) {
    return gate.fixture.metric("seldon_api_executor_" + side + "_requests_seconds_count{" + labels + "}");
  };
  const std::string ours = R"(deployment_name="pub",predictor_name="deploy",predictor_version="",service=")";
  BOOST_TEST(counted("server", ours + R"(feedback",method="post",code="200",status="200")") == 4);
  BOOST_TEST(
      counted("client", ours + R"(/send-feedback",model_name="model",model_image="demo/iris",model_version="1.0",)"
                            + R"(method="post",code="404",status="404")")
      == 1);
}

BOOST_AUTO_TEST_CASE(goes_on_when_the_rest_of_what_a_model_without_a_route_says_is_not_here) {
  scripted_upstream replica{[](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    connection.send("HTTP/1.1 404 Not Found\r\nContent-Length: 100000\r\n\r\nendless");
    self.note(connection.receive_message());
  }};
  seldon_gateway gate{replica};
  raw_socket client = gate.fixture.connect();
  for (int i = 0; i < 2; ++i) {
    client.send(post(path, R"({"reward": 1})"));
    BOOST_TEST(body_of(client.receive_message()) == "{}");
  }
  gate.expect_calls(2);
  BOOST_TEST(replica.connections() == 2U);
}

BOOST_AUTO_TEST_CASE(is_passed_on_and_not_counted_when_the_model_refuses_it_or_fails) {
  scripted_upstream replica{answers({"500 Oops\r\nContent-Length: 0\r\n\r\n", "422 No\r\nContent-Length: 0\r\n\r\n",
                                     "200 OK\r\nContent-Length: 2\r\n\r\nok"})};
  seldon_gateway gate{replica};
  raw_socket client = gate.fixture.connect();
  for (const unsigned status : {500U, 422U, 200U}) {
    client.send(post(path, R"({"reward": 1})"));
    BOOST_TEST(status_of(client.receive_message()) == status);
  }
  gate.expect_calls(1);
}

BOOST_AUTO_TEST_CASE(a_prediction_that_is_not_there_is_passed_on) {
  scripted_upstream replica{answers({"404 Not Found\r\nContent-Length: 4\r\n\r\nnone"})};
  seldon_gateway gate{replica};
  const std::string answer = gate.fixture.ask(post("/deployment/pub/api/v1.0/predictions", "{}"));
  BOOST_TEST(status_of(answer) == 404);
  BOOST_TEST(body_of(answer) == "none");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
