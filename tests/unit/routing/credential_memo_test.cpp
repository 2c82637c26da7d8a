#include "gateway/routing/credential_memo.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::routing {
namespace {

struct two_routes {
  static config::deployment_config_ptr make(const crypto::token_key& key) {
    auto made = std::make_shared<config::deployment_config>();
    made->id = "d";
    made->clients = {{"alice", key.hash("one"), std::nullopt}};
    return made;
  }

  const crypto::token_key key = crypto::token_key::generate();
  const config::deployment_config_ptr deployment = make(key);
  const route first{deployment, 1, nullptr};
  const route second{deployment, 1, &first};  // the same, made again
  const route_client& alice = *first.find_client(key.hash("one"));
  credential_memo memo;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(credential_memo_suite, two_routes)

BOOST_AUTO_TEST_CASE(knows_nobody_at_first) {
  BOOST_TEST((memo.recall(first, "") == nullptr));
  BOOST_TEST((memo.recall(first, "Bearer one") == nullptr));
}

BOOST_AUTO_TEST_CASE(recalls_who_showed_the_very_same) {
  memo.keep(first, "Bearer one", alice);
  BOOST_TEST((memo.recall(first, "Bearer one") == &alice));
  for (const char* other : {"Bearer onf", "Bearer one ", "bearer one", "Bearer on", ""}) {
    BOOST_TEST((memo.recall(first, other) == nullptr), other);
  }
}

BOOST_AUTO_TEST_CASE(holds_for_the_route_in_which_it_was_found_alone) {
  memo.keep(first, "Bearer one", alice);
  BOOST_TEST((memo.recall(second, "Bearer one") == nullptr));
  BOOST_TEST((memo.recall(first, "Bearer one") == &alice));
}

BOOST_AUTO_TEST_CASE(only_the_last_one_is_kept) {
  memo.keep(first, "Bearer one", alice);
  memo.keep(first, "Bearer two", alice);
  BOOST_TEST((memo.recall(first, "Bearer one") == nullptr));
  BOOST_TEST((memo.recall(first, "Bearer two") == &alice));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::routing
