#include "gateway/telemetry/span_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <string>

namespace modelgate::telemetry {
namespace {

using namespace std::chrono_literals;

request_record answered() {
  request_record record;
  record.understood = true;
  record.dispatched = true;
  record.verb = http::method::post;
  record.status = 200;
  record.upstream_status = 200;
  record.started = 1'700'000'000s;
  record.total = 5ms;
  record.dispatch = 1ms;
  record.upstream = 3ms;
  record.trace = {1, 2};
  record.parent = 3;
  record.span = 4;
  record.upstream_span = 5;
  record.deployment.assign("iris");
  record.authority.assign("127.0.0.1:9000");
  record.path.assign("/deployment/iris/api/v1.0/predictions");
  return record;
}

boost::json::array spans_of_text(const std::string& text) {
  return boost::json::parse(text).at_pointer("/resourceSpans/0/scopeSpans/0/spans").as_array();
}

std::string attribute(const boost::json::value& span, std::string_view key) {
  for (const auto& each : span.at("attributes").as_array()) {
    if (each.at("key").as_string() == key) return boost::json::serialize(each.at("value"));
  }
  return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(span_text)

BOOST_AUTO_TEST_CASE(a_request_is_a_server_span_with_a_client_span_below) {
  const std::array records{answered()};
  const auto spans = spans_of_text(to_spans(records, "gate"));
  BOOST_TEST_REQUIRE(spans.size() == 2U);
  BOOST_TEST(spans[0].at("traceId").as_string() == "00000000000000010000000000000002");
  BOOST_TEST(spans[0].at("spanId").as_string() == "0000000000000004");
  BOOST_TEST(spans[0].at("parentSpanId").as_string() == "0000000000000003");
  BOOST_TEST(spans[0].at("kind").as_int64() == 2);
  BOOST_TEST(spans[0].at("name").as_string() == "POST /deployment/{id}/api/v1.0/predictions");
  BOOST_TEST(spans[0].at("startTimeUnixNano").as_string() == "1700000000000000000");
  BOOST_TEST(spans[0].at("endTimeUnixNano").as_string() == "1700000000005000000");
  BOOST_TEST(attribute(spans[0], "http.response.status_code") == R"({"intValue":"200"})");
  BOOST_TEST(attribute(spans[0], "error.type").empty());
  BOOST_TEST(spans[1].at("spanId").as_string() == "0000000000000005");
  BOOST_TEST(spans[1].at("parentSpanId").as_string() == "0000000000000004");
  BOOST_TEST(spans[1].at("kind").as_int64() == 3);
  BOOST_TEST(spans[1].at("startTimeUnixNano").as_string() == "1700000000001000000");
  BOOST_TEST(spans[1].at("endTimeUnixNano").as_string() == "1700000000004000000");
  BOOST_TEST(attribute(spans[1], "server.address") == R"({"stringValue":"127.0.0.1"})");
  BOOST_TEST(attribute(spans[1], "server.port") == R"({"intValue":"9000"})");
}

BOOST_AUTO_TEST_CASE(a_failure_is_an_error_with_its_reason) {
  request_record record = answered();
  record.status = 502;
  record.upstream_status = 0;
  record.why = http::reason::upstream_reset;
  const std::array records{record};
  for (const auto& span : spans_of_text(to_spans(records, "gate"))) {
    BOOST_TEST(span.at_pointer("/status/code").as_int64() == 2);
    BOOST_TEST(attribute(span, "error.type") == R"({"stringValue":"UPSTREAM_RESET"})");
  }
}

BOOST_AUTO_TEST_CASE(each_replica_that_it_was_sent_to_has_a_span) {
  request_record request = answered();
  request.second_try = true;
  request.retries = 1;
  request.upstream_span = 6;
  request_record first = answered();
  first.only_try = true;
  first.upstream_status = 0;
  first.why = http::reason::upstream_reset;
  request_record given_up = first;
  given_up.why = {};
  given_up.given_up = true;
  const std::array records{request, first, given_up};
  BOOST_TEST(spans_of(request) == 2U);
  BOOST_TEST(spans_of(first) == 1U);
  const auto spans = spans_of_text(to_spans(records, "gate"));
  BOOST_TEST_REQUIRE(spans.size() == 4U);
  for (std::size_t i = 1; i < spans.size(); ++i) {
    BOOST_TEST(spans[i].at("kind").as_int64() == 3);
    BOOST_TEST(spans[i].at("parentSpanId").as_string() == "0000000000000004");
  }
  BOOST_TEST(spans[1].at("spanId").as_string() == "0000000000000006");
  BOOST_TEST(attribute(spans[1], "http.request.resend_count") == R"({"intValue":"1"})");
  BOOST_TEST(spans[2].at("spanId").as_string() == "0000000000000005");
  BOOST_TEST(attribute(spans[2], "http.request.resend_count").empty());
  BOOST_TEST(attribute(spans[2], "error.type") == R"({"stringValue":"UPSTREAM_RESET"})");
  BOOST_TEST(spans[3].at("status").as_object().empty());  // another was faster: no failure
  BOOST_TEST(attribute(spans[3], "modelgate.try") == R"({"stringValue":"given_up"})");
}

BOOST_AUTO_TEST_CASE(a_client_error_is_none_of_ours) {
  request_record record;
  record.understood = true;
  record.status = 404;
  record.why = http::reason::route_not_found;
  record.trace = {1, 2};
  record.span = 4;
  record.path.assign("/x\"\n\xff");
  const std::array records{record, record};
  const auto spans = spans_of_text(to_spans(records, "a \"gate\""));
  BOOST_TEST_REQUIRE(spans.size() == 2U);
  BOOST_TEST(spans[0].at("name").as_string() == "GET");
  BOOST_TEST(!spans[0].as_object().contains("parentSpanId"));
  BOOST_TEST(spans[0].at("status").as_object().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::telemetry
