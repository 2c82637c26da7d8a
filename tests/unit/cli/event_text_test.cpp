#include "control/cli/event_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace modelgate::control::cli {
namespace {

std::string line_of(std::string_view type, const char* data) {
  return event_line(type, boost::json::parse(data).get_object());
}

const std::string stream =
    "retry: 2500\n\n: nothing new\n\nevent: added\ndata: {\"kind\":1}\n\nid: a.1\r\nevent: deleted\r\ndata: {}\r\n\r\n"
    "event: x\n\ndata: one\ndata: two\nid: a.2\n\n";

BOOST_AUTO_TEST_SUITE(event_splitter_suite)

BOOST_AUTO_TEST_CASE(finds_the_same_events_however_the_bytes_come) {
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    event_splitter events;
    std::vector<stream_event> found;
    std::vector<std::string> ids;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      const bool goes_on = events.take(std::string_view{stream}.substr(at, piece), [&](const stream_event& each) {
        found.push_back(each);
        ids.push_back(events.last_id());
        return true;
      });
      BOOST_TEST(goes_on);
    }
    BOOST_TEST_CONTEXT(piece) {
      BOOST_REQUIRE(found.size() == 3u);
      BOOST_TEST((found[0] == stream_event{"added", "{\"kind\":1}"}));
      BOOST_TEST((found[1] == stream_event{"deleted", "{}"}));
      BOOST_TEST((found[2] == stream_event{"", "one\ntwo"}));
      BOOST_TEST((ids == std::vector<std::string>{"", "a.1", "a.2"}));
      BOOST_TEST(events.retry().value() == 2'500u);
    }
  }
}

BOOST_AUTO_TEST_CASE(ends_when_nobody_reads) {
  event_splitter events;
  std::size_t found = 0;
  BOOST_TEST(!events.take(stream, [&](const stream_event&) {
    ++found;
    return false;
  }));
  BOOST_TEST(found == 1u);
}

BOOST_AUTO_TEST_CASE(goes_on_from_the_id_of_the_connection_before) {
  event_splitter events{"a.7"};
  BOOST_TEST(events.last_id() == "a.7");
  BOOST_TEST(events.take("data: {}\n\n", [](const stream_event&) { return true; }));
  BOOST_TEST(events.last_id() == "a.7");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(an_event_line)

BOOST_AUTO_TEST_CASE(says_what_became_of_what_and_how_it_is) {
  BOOST_TEST(line_of("modified",
                     R"({"kind":"deployment","id":"iris","object":{"revision":3,"status":{"phase":"Failed",)"
                     R"("message":"no such\nmodule","availableReplicas":1}}})")
             == "modified  deployment    iris  Failed, revision 3, 1 available: no such module");
  BOOST_TEST(line_of("snapshot", R"({"kind":"replica","id":"iris/r1-0","object":{"phase":"Ready","reason":""}})")
             == "is        replica       iris/r1-0  Ready");
  BOOST_TEST(line_of("added", R"({"kind":"token","id":"abc","object":{"name":"laptop","user":"ann"}})")
             == "added     token         abc  laptop of ann");
  BOOST_TEST(line_of("deleted", R"({"kind":"client","id":"iris/app","object":null})")
             == "deleted   client        iris/app");
  BOOST_TEST(line_of("snapshot", R"({"kind":"stream","id":"","object":{}})") == "");
  BOOST_TEST(line_of("reset", R"({"kind":"stream","id":"","object":null})").starts_with("reset"));
  BOOST_TEST(line_of("added", R"({"kind":"comet","id":"\u001b[2J","object":{}})") == "added     comet         ?[2J");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::control::cli
