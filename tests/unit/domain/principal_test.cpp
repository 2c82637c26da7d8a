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
