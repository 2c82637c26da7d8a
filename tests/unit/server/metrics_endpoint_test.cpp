#include "gateway/server/metrics_endpoint.hpp"

#include <boost/test/unit_test.hpp>
#include <zlib.h>

#include <string>

namespace modelgate::server {
namespace {

using metrics::exposition_format;

std::string source(exposition_format format) {
  return std::string(5'000, format == exposition_format::text ? 't' : 'o');
}

http_io::response ask(const std::string& accept, const std::string& encoding, const std::string& path = "/metrics") {
  http_io::request request;
  request.path = path;
  if (!accept.empty()) request.fields.add("Accept", accept);
  if (!encoding.empty()) request.fields.add("accept-encoding", encoding);
  return answer_scrape(request, source);
}

std::string unpacked(const std::string& packed) {
  z_stream stream{};
  BOOST_REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string text(100'000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  BOOST_TEST(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(metrics_endpoint_suite)

BOOST_AUTO_TEST_CASE(openmetrics_is_for_those_who_want_it_as_much_as_text) {
  const auto is_open = [](const char* accept) { return choose_format(accept) == exposition_format::open_metrics; };
  BOOST_TEST(!is_open(""));
  BOOST_TEST(!is_open("*/*"));
  BOOST_TEST(!is_open("text/plain"));
  BOOST_TEST(is_open("application/openmetrics-text"));
  BOOST_TEST(is_open("Application/OpenMetrics-Text; Version=\"1.0.0\" ; charset=utf-8"));
  BOOST_TEST(!is_open("application/openmetrics-text; version=0.0.1"));
  BOOST_TEST(!is_open("application/openmetrics-text;q=0"));
  BOOST_TEST(!is_open("application/openmetrics-text;q=0.4, text/plain;q=0.5"));
  BOOST_TEST(!is_open("application/openmetrics-text;q=x"));
  // Prometheus 2.42 and 3.
  BOOST_TEST(
      is_open("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
              "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"));
  BOOST_TEST(
      is_open("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
              "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
              "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"));
}

BOOST_AUTO_TEST_CASE(answers_in_the_format_and_coding_that_were_asked_for) {
  const http_io::response plain = ask("", "");
  BOOST_TEST(plain.status == 200U);
  BOOST_TEST(plain.body == source(exposition_format::text));
  BOOST_TEST(plain.fields.get("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
  BOOST_TEST(!plain.fields.contains("Content-Encoding"));
  BOOST_TEST(plain.fields.get("Vary") == "Accept, Accept-Encoding");

  const http_io::response packed = ask("application/openmetrics-text; version=1.0.0", "gzip", "/prometheus");
  BOOST_TEST(packed.fields.get("Content-Type") == "application/openmetrics-text; version=1.0.0; charset=utf-8");
  BOOST_TEST(packed.fields.get("Content-Encoding") == "gzip");
  BOOST_TEST(packed.body.size() < 200U);
  BOOST_TEST(unpacked(packed.body) == source(exposition_format::open_metrics));

  BOOST_TEST(ask("", "gzip", "/").status == 404U);
  BOOST_TEST(!ask("", "gzip", "/").fields.contains("Content-Encoding"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::server
