#include "tests/integration/rest/fixture.hpp"

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <vector>

using modelgate::tests::control_port;
using modelgate::tests::reply;

namespace {

constexpr int crowd = 16;

struct primehub_port : control_port {
  primehub_port() {
    graphql.requests = graphql.requests_per_user = crowd;
    furnish();
  }

  /// Asks `crowd` things at one moment; answers how many were done. A store that has too many waiting is asked again.
  template <class Document>
  int at_once(Document document_of) {
    std::latch start{crowd};
    std::atomic<int> done{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < crowd; ++i) {
      threads.emplace_back([&, i] {
        const std::string document = document_of(std::to_string(i));
        start.arrive_and_wait();
        reply answer = query(document);
        while (answer.body.find("API_UNAVAILABLE") != std::string::npos) answer = query(document);
        if (answer.body.find("\"errors\"") == std::string::npos) ++done;
      });
    }
    for (std::thread& each : threads) each.join();
    return done;
  }

  [[nodiscard]] std::size_t size_of(const char* target, const char* list) const {
    return get(target).at(list).as_array().size();
  }
  [[nodiscard]] bool is_member(const std::string& user) const {
    const reply group = get("/groups/research");
    const auto& members = group.at("/members").as_array();
    return std::any_of(members.begin(), members.end(), [&](const auto& each) { return each == user.c_str(); });
  }
};

std::string change_of(const char* field, const std::string& where, const std::string& data) {
  return std::string{"mutation { "} + field + "(where: {id: \"" + where + "\"}, data: {" + data + "}) { id } }";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(primehub_changes_at_one_time, primehub_port)

BOOST_AUTO_TEST_CASE(new_users_all_get_into_their_group) {
  const int done = at_once([](const std::string& number) {
    return "mutation { createUser(data: {username: \"new-" + number
           + R"(", groups: {connect: [{id: "research"}, {id: "everyone"}]}}) { id } })";
  });
  BOOST_TEST(done == crowd);
  BOOST_TEST(size_of("/groups/research", "/members") == crowd + 1u);
}

BOOST_AUTO_TEST_CASE(members_come_while_one_goes) {
  for (int i = 1; i < crowd; ++i) {
    BOOST_TEST(ask("POST", "/users", R"({"name":"w)" + std::to_string(i) + "\"}").status == 201u);
  }
  const int done = at_once([](const std::string& number) {
    return change_of("updateGroup", "research",
                     number == "0" ? R"(users: {disconnect: [{id: "user-1"}]})"
                                   : "users: {connect: [{id: \"w" + number + "\"}]}");
  });
  BOOST_TEST(done == crowd);
  BOOST_TEST(!is_member("user-1"));
  BOOST_TEST(size_of("/groups/research", "/members") == crowd - 1u);
}

BOOST_AUTO_TEST_CASE(users_leave_and_others_join) {
  for (int i = 0; i < crowd; ++i) {
    BOOST_TEST(ask("POST", "/users", R"({"name":"w)" + std::to_string(i) + "\"}").status == 201u);
  }
  BOOST_TEST(patch("/groups/research", R"({"members":["w0","w2","w4","w6","w8","w10","w12","w14"]})").status == 200u);
  const int done = at_once([](const std::string& number) {
    const char* way = std::stoi(number) % 2 == 0 ? "disconnect" : "connect";
    return change_of("updateUser", "w" + number, std::string{"groups: {"} + way + R"(: [{id: "research"}]})");
  });
  BOOST_TEST(done == crowd);
  BOOST_TEST(size_of("/groups/research", "/members") == crowd / 2u);
  BOOST_TEST(is_member("w1"));
  BOOST_TEST(!is_member("w0"));
}

BOOST_AUTO_TEST_CASE(a_first_and_a_last_name_are_both_kept) {
  for (int round = 0; round < 5; ++round) {
    const int done = at_once([&](const std::string& number) {
      const char* name = std::stoi(number) % 2 == 0 ? "firstName" : "lastName";
      return change_of("updateUser", "user-1", std::string{name} + ": \"" + name + std::to_string(round) + "\"");
    });
    BOOST_TEST(done == crowd);
    const std::string number = std::to_string(round);
    BOOST_TEST(get("/users/user-1").text("/displayName") == "firstName" + number + " lastName" + number);
  }
}

BOOST_AUTO_TEST_CASE(an_instance_type_gets_all_its_groups) {
  for (int i = 0; i < crowd; ++i) {
    BOOST_TEST(ask("POST", "/groups", R"({"name":"g)" + std::to_string(i) + "\"}").status == 201u);
  }
  const int done = at_once([](const std::string& number) {
    return change_of("updateInstanceType", "sales-only", "groups: {connect: [{id: \"g" + number + "\"}]}");
  });
  BOOST_TEST(done == crowd);
  BOOST_TEST(size_of("/instance-types/sales-only", "/groups") == crowd + 1u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(a_refused_change_of_primehub, primehub_port)

BOOST_AUTO_TEST_CASE(of_a_user_and_groups_leaves_nothing) {
  const reply made = query(
      R"(mutation { createUser(data: {username: "half", groups: {connect: [{id: "research"}, {id: "none"}]}}) { id } })");
  BOOST_TEST(made.text("/errors/0/extensions/code") == "RESOURCE_NOT_FOUND", made.body);
  BOOST_TEST(get("/users/half").status == 404u);
  const reply changed = query(change_of("updateUser", "user-2",
                                        R"(isAdmin: true, groups: {connect: [{id: "research"}, {id: "none"}]})"));
  BOOST_TEST(changed.text("/errors/0/extensions/code") == "RESOURCE_NOT_FOUND", changed.body);
  BOOST_TEST(get("/users/user-2").text("/role") == "member");
  BOOST_TEST(!is_member("user-2"));
}

BOOST_AUTO_TEST_CASE(goes_by_what_is_there) {
  const reply lost = query(change_of("updateInstanceType", "cpu-1", R"(groups: {connect: [{id: "sales"}]})"));
  BOOST_TEST(lost.text("/errors/0/extensions/code") == "REQUEST_BODY_INVALID", lost.body);
  const reply none = query(change_of("updateGroup", "none", "maxDeploy: 3"));
  BOOST_TEST(none.text("/errors/0/extensions/code") == "RESOURCE_NOT_FOUND", none.body);
}

BOOST_AUTO_TEST_SUITE_END()
