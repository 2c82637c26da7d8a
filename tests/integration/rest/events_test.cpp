// Events over real sockets: the real server, API, services and store; what runs is scripted.
#include "tests/integration/http_io/raw_connection.hpp"
#include "tests/integration/rest/fixture.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

namespace modelgate::tests {
namespace {

using http_io::test::raw_connection;

/// One event as it came.
struct event {
  std::string id;
  std::string type;
  boost::json::value data;

  /// "added deployment iris"; about the stream itself: "snapshot stream".
  [[nodiscard]] std::string text() const {
    std::string name{data.at("id").as_string()};
    return type + " " + std::string{data.at("kind").as_string()} + (name.empty() ? "" : " " + name);
  }
};

/// Reads events; forgives nothing.
class event_reader {
 public:
  event_reader(const net::endpoint& address, const std::string& token, const std::string& query = {},
               const std::string& last_event_id = {})
      : connection_{address} {
    // HTTP/1.0: what comes is the body as it is.
    connection_.send("GET /api/v1/events" + query + " HTTP/1.0\r\nHost: models.example\r\nAuthorization: Bearer "
                     + token + (last_event_id.empty() ? "" : "\r\nLast-Event-ID: " + last_event_id) + "\r\n\r\n");
    head = connection_.read_until("\r\n\r\n");
  }

  /// The next block of lines that are no event: "retry: ..." or a comment.
  std::string next_block() { return connection_.read_until("\n\n"); }

  event next() {
    for (;;) {
      const std::string block = connection_.read_until("\n\n");
      if (block.empty()) throw std::runtime_error{"the stream has ended"};
      if (block.starts_with(":") || block.starts_with("retry: ")) continue;
      event read;
      for (std::size_t at = 0; block[at] != '\n';) {
        const auto end = block.find('\n', at);
        const std::string line = block.substr(at, end - at);
        if (line.starts_with("id: ")) read.id = line.substr(4);
        if (line.starts_with("event: ")) read.type = line.substr(7);
        if (line.starts_with("data: ")) read.data = boost::json::parse(line.substr(6));
        at = end + 1;
      }
      return read;
    }
  }
  /// Up to the first event with that text. Answers all before it and it, each on a line.
  std::string until(const std::string& text) {
    std::string seen;
    for (;;) {
      last = next();
      seen += last.text() + "\n";
      if (last.text() == text) return seen;
    }
  }
  [[nodiscard]] std::string rest() { return connection_.read_to_end(); }

  std::string head;
  event last;

 private:
  raw_connection connection_;
};

struct events_fixture : control_port {
  events_fixture() {
    listening.heartbeat = std::chrono::milliseconds{600'000};
    furnish();
  }

  [[nodiscard]] event_reader listen(const std::string& token, const std::string& query = {},
                                    const std::string& last_event_id = {}) const {
    return {address(), token, query, last_event_id};
  }
};

BOOST_FIXTURE_TEST_SUITE(event_stream, events_fixture)

BOOST_AUTO_TEST_CASE(begins_with_a_snapshot_of_what_each_may_see) {
  BOOST_TEST(deploy("iris").status == 201U);
  const std::string topics = "?topics=instance-types,groups,deployments";
  event_reader admin = listen(admin_token, topics);
  BOOST_TEST(admin.until("snapshot stream")
             == "snapshot instanceType cpu-1\nsnapshot instanceType sales-only\nsnapshot group research\n"
                "snapshot group sales\nsnapshot deployment iris\nsnapshot stream\n");
  event_reader member = listen(member_token, topics);
  BOOST_TEST(member.until("snapshot stream")
             == "snapshot instanceType cpu-1\nsnapshot group research\nsnapshot deployment iris\nsnapshot stream\n");
  event_reader other = listen(other_token, topics);
  BOOST_TEST(
      other.until("snapshot stream")
      == "snapshot instanceType cpu-1\nsnapshot instanceType sales-only\nsnapshot group sales\nsnapshot stream\n");
  BOOST_TEST(listen(other_token, "?topics=users").until("snapshot stream")
             == "snapshot user user-2\nsnapshot stream\n");
  BOOST_TEST(listen(admin_token, "?topics=users").until("snapshot stream")
             == "snapshot user admin\nsnapshot user user-1\nsnapshot user user-2\nsnapshot stream\n");
}

BOOST_AUTO_TEST_CASE(says_what_proxies_and_browsers_need_to_know) {
  event_reader admin = listen(admin_token);
  for (const char* const field : {"HTTP/1.1 200 ", "\r\nContent-Type: text/event-stream\r\n",
                                  "\r\nCache-Control: no-store\r\n", "\r\nX-Accel-Buffering: no\r\n"}) {
    BOOST_TEST(admin.head.find(field) != std::string::npos, field);
  }
  const std::string retry = admin.next_block();
  BOOST_TEST(retry.starts_with("retry: "));
  const int milliseconds = std::stoi(retry.substr(7));
  BOOST_TEST(milliseconds >= 2'000);
  BOOST_TEST(milliseconds < 4'000);
}

BOOST_AUTO_TEST_CASE(shows_each_thing_as_rest_does) {
  BOOST_TEST(deploy("iris", R"("endpointAccessType":"private","metadata":{"endpoint":""})").status == 201U);
  reconciler.set_replicas("iris", {"deploy-iris-r1-0"});
  BOOST_TEST(ask("POST", "/deployments/iris/clients", R"({"name":"app"})").status == 201U);
  event_reader member = listen(member_token);
  ask_options same_host;
  same_host.fields = {{"Host", "models.example"}};
  same_host.token = member_token;
  const auto shown = [&](const std::string& path, const char* pointer = "") {
    return ask("GET", path, {}, same_host).at(pointer);
  };
  // Of an account the groups are told with these, and a token's last use when it was stored.
  const auto without = [](boost::json::value thing, const char* left_out) {
    thing.as_object().erase(left_out);
    return thing;
  };
  int compared = 0;
  for (event each = member.next(); each.text() != "snapshot stream"; each = member.next()) {
    const std::string kind{each.data.at("kind").as_string()};
    const boost::json::value expected = kind == "deployment"     ? shown("/deployments/iris")
                                        : kind == "replica"      ? shown("/deployments/iris/replicas", "/items/0")
                                        : kind == "client"       ? shown("/deployments/iris/clients", "/items/0")
                                        : kind == "group"        ? shown("/groups/research")
                                        : kind == "instanceType" ? shown("/instance-types/cpu-1")
                                        : kind == "user"         ? without(shown("/users/user-1"), "groups")
                                        : kind == "token"        ? without(shown("/tokens", "/items/0"), "lastUsedAt")
                                                                 : boost::json::value{};
    const boost::json::value told =
        kind == "token" ? without(each.data.at("object"), "lastUsedAt") : each.data.at("object");
    BOOST_TEST(told == expected, each.text());
    BOOST_TEST((kind != "deployment" || each.data.at("revision") == 1));
    ++compared;
  }
  BOOST_TEST(compared == 7);
}

BOOST_AUTO_TEST_CASE(tells_changes_in_order_and_no_secret) {
  event_reader member = listen(member_token);
  event_reader other = listen(other_token);
  static_cast<void>(member.until("snapshot stream"));
  static_cast<void>(other.until("snapshot stream"));

  BOOST_TEST(deploy("iris").status == 201U);
  BOOST_TEST(member.until("added deployment iris") == "modified group research\nadded deployment iris\n");  // its use
  reconciler.set_replicas("iris", {"deploy-iris-r1-0"});
  hub().wake();
  BOOST_TEST(member.until("added replica iris/deploy-iris-r1-0")
             == "modified deployment iris\nadded replica iris/deploy-iris-r1-0\n");
  // What replicas take differs with every look, and is no change.
  reconciler.set_replicas("iris", {"deploy-iris-r1-0"}, control::domain::replica_usage{{}, 1, 0.5, {}, 1'000, {}});
  hub().wake();
  const std::string secret = ask("POST", "/deployments/iris/clients", R"({"name":"app"})").text("/token");
  BOOST_TEST(member.until("added client iris/app") == "added client iris/app\n");
  BOOST_TEST(boost::json::serialize(member.last.data).find(secret) == std::string::npos);
  BOOST_TEST(remove("/deployments/iris/clients/app").status == 204U);
  BOOST_TEST(member.until("deleted client iris/app") == "deleted client iris/app\n");
  BOOST_TEST(member.last.data.at("object").is_null());
  BOOST_TEST(patch("/deployments/iris", R"({"description":"new"})").status == 200U);
  static_cast<void>(member.until("modified deployment iris"));
  BOOST_TEST(member.last.data.at("revision") == 2);

  // Of all this the other one has heard nothing.
  BOOST_TEST(ask("POST", "/instance-types", R"({"name":"cpu-2","cpu":2,"memoryGiB":2})").status == 201U);
  BOOST_TEST(other.until("added instanceType cpu-2") == "added instanceType cpu-2\n");
}

BOOST_AUTO_TEST_CASE(goes_on_where_a_listener_left) {
  std::string id;
  {
    event_reader member = listen(member_token);
    static_cast<void>(member.until("snapshot stream"));
    id = member.last.id;
  }
  BOOST_TEST(deploy("iris").status == 201U);
  event_reader again = listen(member_token, {}, id);
  BOOST_TEST(again.until("added deployment iris") == "modified group research\nadded deployment iris\n");
}

BOOST_AUTO_TEST_CASE(begins_anew_after_a_stay_that_was_too_long) {
  listening.backlog_bytes = 4'096;
  std::string id;
  {
    event_reader member = listen(member_token);
    static_cast<void>(member.until("snapshot stream"));
    id = member.last.id;
  }
  for (int i = 0; i < 8; ++i) {
    const std::string name = "type-" + std::to_string(i);
    const std::string description(1'000, 'x');
    BOOST_TEST(ask("POST", "/instance-types",
                   R"({"name":")" + name + R"(","cpu":1,"memoryGiB":1,"description":")" + description + "\"}")
                   .status
               == 201U);
  }
  event_reader again = listen(member_token, {}, id);
  BOOST_TEST(again.next().text() == "reset stream");
  BOOST_TEST(again.until("snapshot stream").find("snapshot instanceType type-7\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(deletes_what_is_lost_with_a_group_and_adds_what_is_gained) {
  BOOST_TEST(deploy("iris").status == 201U);
  event_reader member = listen(member_token);
  static_cast<void>(member.until("snapshot stream"));
  BOOST_TEST(patch("/groups/research", R"({"members":[]})").status == 200U);
  BOOST_TEST(member.next().text() == "deleted group research");
  BOOST_TEST(member.next().text() == "deleted deployment iris");
  BOOST_TEST(patch("/deployments/iris", R"({"description":"secret now"})").status == 200U);
  BOOST_TEST(patch("/groups/sales", R"({"members":["user-1"]})").status == 200U);
  std::set<std::string> gained{member.next().text(), member.next().text()};
  BOOST_TEST((gained == std::set<std::string>{"added group sales", "added instanceType sales-only"}));
}

BOOST_AUTO_TEST_CASE(ends_with_its_token) {
  const reply made = ask("POST", "/tokens", R"({"name":"short","user":"user-1"})");
  event_reader member = listen(made.text("/token"));
  static_cast<void>(member.until("snapshot stream"));
  BOOST_TEST(remove("/tokens/" + made.text("/id")).status == 204U);
  BOOST_TEST(member.rest() == "");
}

BOOST_AUTO_TEST_CASE(a_silent_listener_gets_a_comment) {
  listening.heartbeat = std::chrono::milliseconds{50};
  event_reader member = listen(member_token, "?topics=clients");
  static_cast<void>(member.until("snapshot stream"));
  BOOST_TEST(member.next_block().starts_with(": "));
  BOOST_TEST(member.next_block().starts_with(": "));
}

BOOST_AUTO_TEST_CASE(more_listeners_than_may_be_are_told_to_come_back) {
  listening.listeners = 2;
  listening.listeners_per_user = 1;
  {
    event_reader member = listen(member_token);
    const reply again = get("/events", member_token);
    BOOST_TEST(again.status == 429U);
    BOOST_TEST(again.text("/code") == "TOO_MANY_LISTENERS");
    BOOST_TEST(again.text("/title") == "Too Many Requests");
    BOOST_TEST(again.field("Retry-After") == "3");
    event_reader other = listen(other_token);
    const reply third = get("/events", admin_token);
    BOOST_TEST(third.status == 503U);
    BOOST_TEST(third.text("/code") == "OVERLOADED");
    BOOST_TEST(hub().counters().listeners == 2U);
    BOOST_TEST(hub().counters().refused == 2U);
  }
  // Those who have gone make room.
  const auto give_up = steady_clock::now() + std::chrono::seconds{10};
  while (hub().counters().listeners > 0 && steady_clock::now() < give_up) std::this_thread::yield();
  event_reader member = listen(member_token);
  BOOST_TEST(member.until("snapshot stream").ends_with("snapshot stream\n"));
}

BOOST_AUTO_TEST_CASE(hears_of_chosen_topics_only) {
  BOOST_TEST(deploy("iris").status == 201U);
  BOOST_TEST(listen(admin_token, "?topics=groups,clients&group=sales").until("snapshot stream")
             == "snapshot group sales\nsnapshot stream\n");
  BOOST_TEST(listen(admin_token, "?deployment=iris").until("snapshot stream")
             == "snapshot deployment iris\nsnapshot stream\n");
  BOOST_TEST(listen(other_token, "?deployment=iris").until("snapshot stream") == "snapshot stream\n");
}

BOOST_AUTO_TEST_CASE(refuses_what_it_does_not_know) {
  BOOST_TEST(get("/events?topic=groups").errors() == "?topic UNKNOWN_PARAMETER");
  const reply wrong = get("/events?topics=group");
  BOOST_TEST(wrong.status == 400U);
  BOOST_TEST(wrong.errors() == "?topics MALFORMED");
  BOOST_TEST(ask("GET", "/events", {}, {.token = "", .if_match = {}, .content_type = {}, .fields = {}}).status == 401U);
  BOOST_TEST(ask("POST", "/events", "{}").status == 405U);
}

BOOST_AUTO_TEST_CASE(ends_when_the_hub_stops_and_takes_no_new_ones) {
  event_reader member = listen(member_token);
  static_cast<void>(member.until("snapshot stream"));
  hub().stop();
  BOOST_TEST(member.rest() == "");
  BOOST_TEST(get("/events").status == 503U);
  hub().start();
  BOOST_TEST(listen(member_token).until("snapshot stream").ends_with("snapshot stream\n"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
