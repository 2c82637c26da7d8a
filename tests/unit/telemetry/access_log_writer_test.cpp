#include "gateway/telemetry/access_log_writer.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

namespace modelgate::telemetry {
namespace {

using namespace std::chrono_literals;
using config::access_log_format;

request_record answered() {
  request_record record;
  record.understood = true;
  record.dispatched = true;
  record.verb = http::method::post;
  record.status = 200;
  record.upstream_status = 200;
  record.started = 1'700'000'000s + 125ms;
  record.total = 12'345us;
  record.dispatch = 1ms;
  record.sending = 50us;
  record.first_byte = 11ms;
  record.upstream = 11'200us;
  record.revision = 3;
  record.bytes_in = 76;
  record.bytes_out = 120;
  record.trace = {0x4bf92f3577b34da6, 0xa3ce929d0e0e4736};
  record.request_id.assign("abc-1");
  record.deployment.assign("iris");
  record.replica.assign("deploy-iris-r3-0");
  record.client.assign("alice");
  record.path.assign("/deployment/iris/api/v1.0/predictions");
  return record;
}

std::string written(const request_record& record, access_log_format format) {
  access_log_writer writer;
  std::string out;
  writer.append(out, record, format);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(access_log_writer_suite)

BOOST_AUTO_TEST_CASE(writes_what_happened_and_when) {
  BOOST_TEST(
      written(answered(), access_log_format::json)
      == R"({"ts":"2023-11-14T22:13:20.125Z","request_id":"abc-1","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736",)"
         R"("deployment":"iris","revision":3,"replica":"deploy-iris-r3-0","client":"alice","method":"POST",)"
         R"("path":"/deployment/iris/api/v1.0/predictions","status":200,"upstream_status":200,"bytes_in":76,)"
         R"("bytes_out":120,"dur_ms":12.345,"head_ms":0.000,"queue_ms":0.000,"send_ms":0.050,"ttfb_ms":11.000,)"
         R"("upstream_ms":11.200})"
         "\n");
  BOOST_TEST(written(answered(), access_log_format::logfmt)
             == "ts=2023-11-14T22:13:20.125Z request_id=abc-1 trace_id=4bf92f3577b34da6a3ce929d0e0e4736 deployment=iris "
                "revision=3 replica=deploy-iris-r3-0 client=alice method=POST path=/deployment/iris/api/v1.0/predictions "
                "status=200 upstream_status=200 bytes_in=76 bytes_out=120 dur_ms=12.345 head_ms=0.000 queue_ms=0.000 "
                "send_ms=0.050 ttfb_ms=11.000 upstream_ms=11.200\n");
}

BOOST_AUTO_TEST_CASE(the_time_is_that_of_the_first_byte_and_goes_on_from_second_to_second) {
  access_log_writer writer;
  request_record record;
  record.head = 200ms;
  std::string out;
  for (const auto started : {1'700'000'000s + 100ms, 1'700'000'000s + 999ms, 1'700'000'001s + 0ms}) {
    record.started = started;
    writer.append(out, record, access_log_format::logfmt);
  }
  BOOST_TEST(out.find("ts=2023-11-14T22:13:19.900Z") == 0U);
  BOOST_TEST(out.find("ts=2023-11-14T22:13:20.799Z") != std::string::npos);
  BOOST_TEST(out.find("ts=2023-11-14T22:13:20.800Z") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_never_was_is_left_out) {
  request_record record;
  record.status = 400;
  record.why = http::reason::bad_request;
  record.bytes_out = 9;
  BOOST_TEST(written(record, access_log_format::logfmt)
             == "ts=1970-01-01T00:00:00.000Z status=400 reason=BAD_REQUEST bytes_in=0 bytes_out=9 dur_ms=0.000 "
                "head_ms=0.000\n");
}

BOOST_AUTO_TEST_CASE(a_path_of_hostile_bytes_stays_a_path) {
  for (const std::string_view hostile :
       {std::string_view{"/x\",\"status\":200,\"y\":\""}, std::string_view{"/x\n{\"status\":200}"},
        std::string_view{"/x status=200"}, std::string_view{"/\0\x1b[31m\xff\xc3", 10}}) {
    request_record record = answered();
    record.status = 404;
    record.path.assign(hostile);
    const std::string json = written(record, access_log_format::json);
    boost::system::error_code problem;
    const auto value = boost::json::parse(json, problem);
    BOOST_TEST_REQUIRE(!problem, json);
    BOOST_TEST(value.at("status").to_number<int>() == 404);
    BOOST_TEST(value.at("path").as_string().starts_with("/"));
    const std::string logfmt = written(record, access_log_format::logfmt);
    for (const std::string& line : {json, logfmt}) BOOST_TEST(line.find('\n') == line.size() - 1);
    BOOST_TEST(logfmt.find(" path=\"/") != std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::telemetry
