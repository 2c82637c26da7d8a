#include "control/store/kept_answer_store.hpp"
#include "tests/unit/store/fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::tests {
namespace {

store::kept_answer answer_for(std::string user, std::string key, std::string body = "{}") {
  store::kept_answer answer;
  answer.user = std::move(user);
  answer.key = std::move(key);
  answer.request.bytes.fill(7);
  answer.status = 201;
  answer.fields = {{"ETag", "\"1\""}, {"Location", "/api/v1/deployments/iris"}};
  answer.body = std::move(body);
  answer.created_at = noon;
  return answer;
}

struct kept_answers : furnished {
  void put(const store::kept_answer& answer) {
    change(database, [&](auto& within) { store::kept_answer_store{within}.put(answer); });
  }
  void bound(const char* user, std::size_t of_user, std::uint64_t bytes) {
    change(database, [&](auto& within) { store::kept_answer_store{within}.bound(user, of_user, bytes); });
  }
  std::optional<store::kept_answer> find(const char* user, const char* key) {
    return look(database, [&](auto& within) { return store::kept_answer_store{within}.find(user, key); });
  }
};

BOOST_FIXTURE_TEST_SUITE(kept_answer_store, kept_answers)

BOOST_AUTO_TEST_CASE(gives_back_what_was_put_in) {
  put(answer_for("user-1", "a", "{\"name\":\"\\u0000\"}"));
  const auto found = find("user-1", "a");
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(found->request.equal(answer_for("", "").request));
  BOOST_TEST(found->status == 201u);
  BOOST_TEST((found->fields == answer_for("", "").fields));
  BOOST_TEST(found->body == "{\"name\":\"\\u0000\"}");
  BOOST_TEST((found->created_at == noon));
  BOOST_TEST(!find("user-1", "b").has_value());
}

BOOST_AUTO_TEST_CASE(keys_are_each_users_own) {
  put(answer_for("user-1", "a", "one"));
  put(answer_for("user-2", "a", "two"));
  BOOST_TEST(find("user-1", "a")->body == "one");
  BOOST_TEST(find("user-2", "a")->body == "two");
}

BOOST_AUTO_TEST_CASE(a_later_one_takes_the_place_of_an_earlier_one) {
  put(answer_for("user-1", "a", "one"));
  put(answer_for("user-1", "a", "two"));
  BOOST_TEST(find("user-1", "a")->body == "two");
}

BOOST_AUTO_TEST_CASE(the_oldest_of_a_user_go_first_and_nobody_elses) {
  put(answer_for("user-2", "a"));
  for (const char* key : {"a", "b", "c"}) put(answer_for("user-1", key));
  bound("user-1", 2, 1'000'000);
  BOOST_TEST(!find("user-1", "a").has_value());
  BOOST_TEST(find("user-1", "b").has_value());
  BOOST_TEST(find("user-1", "c").has_value());
  BOOST_TEST(find("user-2", "a").has_value());
}

BOOST_AUTO_TEST_CASE(all_together_take_so_many_bytes) {
  for (const char* key : {"a", "b", "c"}) put(answer_for("user-1", key, std::string(10'000, 'x')));
  bound("user-2", 10, 25'000);
  BOOST_TEST(!find("user-1", "a").has_value());
  BOOST_TEST(find("user-1", "b").has_value());
  bound("user-2", 10, 1);
  BOOST_TEST(!find("user-1", "c").has_value());
}

BOOST_AUTO_TEST_CASE(old_ones_are_erased_and_counted) {
  put(answer_for("user-1", "old"));
  auto young = answer_for("user-1", "young");
  young.created_at = noon + std::chrono::seconds{1};
  put(young);
  std::size_t gone = 0;
  change(database, [&](auto& within) {
    gone = store::kept_answer_store{within}.erase_before(noon + std::chrono::milliseconds{1});
  });
  BOOST_TEST(gone == 1u);
  BOOST_TEST(!find("user-1", "old").has_value());
  BOOST_TEST(find("user-1", "young").has_value());
}

BOOST_AUTO_TEST_CASE(go_with_their_user) {
  put(answer_for("user-1", "a"));
  change(database, [](auto& within) {
    store::user_store users{within};
    users.erase("user-1");
    users.insert({"user-1", "Somebody else", domain::platform_role::member, noon});
  });
  BOOST_TEST(!find("user-1", "a").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
