#include "control/domain/deployment_status.hpp"
#include "control/domain/user.hpp"

#include <boost/test/unit_test.hpp>

namespace domain = modelgate::control::domain;

BOOST_AUTO_TEST_SUITE(principal)

BOOST_AUTO_TEST_CASE(a_member_acts_on_the_members_groups_and_an_admin_on_all) {
  const domain::principal member{"user-1", domain::platform_role::member, {"research"}};
  const domain::principal admin{"admin-1", domain::platform_role::admin, {}};
  BOOST_TEST(member.may_act_on_group("research"));
  BOOST_TEST(!member.may_act_on_group("sales"));
  BOOST_TEST(!member.may_act_on_group(""));
  BOOST_TEST(admin.may_act_on_group("sales"));
  BOOST_TEST(!member.is_platform_admin());
}

BOOST_AUTO_TEST_CASE(a_token_narrows_its_user_and_never_widens_him) {
  const domain::principal member{"user-1", domain::platform_role::member, {"research", "sales"}, {"sales"}};
  domain::access_token token;
  BOOST_TEST(domain::within_bounds(member, token).has_full_rights());
  token.groups = {"research", "other"};
  const auto narrow = domain::within_bounds(member, token);
  BOOST_TEST(narrow.may_act_on_group("research"));
  BOOST_TEST(!narrow.may_act_on_group("sales"));
  BOOST_TEST(!narrow.may_act_on_group("other"));
  BOOST_TEST(!narrow.may_administer_group("sales"));
  BOOST_TEST(!narrow.has_full_rights());
  token.groups.reset();
  token.read_only = true;
  BOOST_TEST(domain::within_bounds(member, token).read_only);
  BOOST_TEST(!domain::within_bounds(member, token).has_full_rights());
}

BOOST_AUTO_TEST_CASE(an_administrators_token_for_groups_administers_these_only) {
  const domain::principal admin{"admin-1", domain::platform_role::admin, {}};
  domain::access_token token;
  token.groups = {"research"};
  const auto narrow = domain::within_bounds(admin, token);
  BOOST_TEST(!narrow.is_platform_admin());
  BOOST_TEST(narrow.may_administer_group("research"));
  BOOST_TEST(!narrow.may_act_on_group("sales"));
  token.groups = std::vector<std::string>{};
  BOOST_TEST(!domain::within_bounds(admin, token).may_act_on_group("research"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(phase_names)

BOOST_AUTO_TEST_CASE(read_back_as_they_are_written) {
  using domain::deployment_phase;
  for (const auto phase : {deployment_phase::deploying, deployment_phase::deployed, deployment_phase::stopping,
                           deployment_phase::stopped, deployment_phase::failed}) {
    BOOST_TEST((domain::deployment_phase_from(domain::to_string(phase)) == phase));
  }
  BOOST_TEST(!domain::deployment_phase_from("deployed").has_value());
  BOOST_TEST(domain::to_string(domain::replica_phase::unready) == "Unready");
}

BOOST_AUTO_TEST_SUITE_END()
