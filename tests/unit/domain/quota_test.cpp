#include "control/domain/quota.hpp"

#include "control/domain/units.hpp"

#include <boost/test/unit_test.hpp>
#include <rapidcheck.h>

#include <cstdlib>
#include <limits>

namespace domain = modelgate::control::domain;

namespace {

constexpr std::int64_t gib = 1024LL * 1024 * 1024;

domain::group group_with(std::optional<std::int64_t> cpu, std::optional<std::int64_t> memory = {},
                         std::optional<std::int64_t> gpu = {}, std::optional<std::uint32_t> deployments = {}) {
  domain::group g;
  g.name = "research";
  g.quota = {cpu, memory, gpu};
  g.max_deploy = deployments;
  return g;
}

domain::group_usage usage(std::int64_t cpu, std::int64_t memory = 0, std::int64_t gpu = 0,
                          std::int64_t deployments = 1) {
  return {{cpu, memory, gpu}, deployments};
}

bool holds(const char* what, const std::function<void()>& property) {
  BOOST_TEST_MESSAGE(what);
  return rc::check(what, property);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(quota)

BOOST_AUTO_TEST_CASE(refuses_with_the_arithmetic) {
  const auto verdict = domain::check_quota(group_with(4'000), {}, usage(6'000));
  BOOST_TEST(verdict.refusal == "Group research exceeded cpu quota: 4, requesting 6");
  BOOST_REQUIRE_EQUAL(verdict.lines.size(), 4u);
  BOOST_TEST((verdict.lines[0] == domain::quota_line{domain::quota_resource::cpu, 6'000, 0, 4'000, true}));
  BOOST_TEST(!verdict.lines[1].exceeded);
}

BOOST_AUTO_TEST_CASE(says_what_is_in_use) {
  const auto verdict = domain::check_quota(group_with(4'000), usage(3'500), usage(1'000));
  BOOST_TEST(verdict.refusal == "Group research exceeded cpu quota: 4, requesting 1, in use 3.5");
}

BOOST_AUTO_TEST_CASE(names_every_resource_that_does_not_fit) {
  const auto verdict = domain::check_quota(group_with(1'000, 2 * gib, 0, 1), {}, usage(2'000, 3 * gib, 1, 2));
  BOOST_TEST(verdict.refusal
             == "Group research exceeded cpu quota: 1, requesting 2; Group research exceeded memory quota: 2, requesting 3; "
                "Group research exceeded gpu quota: 0, requesting 1; Group Maximum Deployments exceeded");
}

BOOST_AUTO_TEST_CASE(tells_the_lines_that_do_not_fit) {
  const auto verdict = domain::check_quota(group_with(4'000, {}, 0, 1), usage(3'500), usage(1'000, gib, 1, 2));
  BOOST_TEST(domain::to_text(verdict.lines)
             == "cpu: 1 requested, 3.5 used, limit 4; gpu: 1 requested, 0 used, limit 0; "
                "deployments: 2 requested, 1 used, limit 1");
  BOOST_TEST(domain::to_text(domain::check_quota(group_with(4'000), {}, usage(4'000)).lines) == "");
}

BOOST_AUTO_TEST_CASE(exactly_the_quota_fits) {
  BOOST_TEST(domain::check_quota(group_with(4'000, gib, 1, 2), usage(2'000, gib / 2), usage(2'000, gib / 2, 1)).fits());
  BOOST_TEST(!domain::check_quota(group_with(4'000), usage(2'000), usage(2'001)).fits());
}

BOOST_AUTO_TEST_CASE(no_bound_is_no_bound) {
  const auto most = std::numeric_limits<std::int64_t>::max();
  BOOST_TEST(domain::check_quota(group_with({}), usage(most), usage(most)).fits());
}

BOOST_AUTO_TEST_CASE(a_quota_lowered_under_a_running_deployment_does_not_forbid_what_it_has) {
  BOOST_TEST(domain::check_quota(group_with(1'000, {}, {}, 0), usage(500), usage(2'000), usage(2'000)).fits());
  BOOST_TEST(!domain::check_quota(group_with(1'000), usage(500), usage(2'001), usage(2'000)).fits());
}

BOOST_AUTO_TEST_CASE(too_much_stays_too_much) {
  const domain::resources large{std::numeric_limits<std::int64_t>::max() / 2, gib, 1};
  const auto product = large * 10'000;
  BOOST_TEST(product.cpu_milli == std::numeric_limits<std::int64_t>::max());
  BOOST_TEST((product + product).cpu_milli == std::numeric_limits<std::int64_t>::max());
}

BOOST_AUTO_TEST_CASE(fits_exactly_when_the_sum_is_within_the_limit) {
  BOOST_TEST(holds("sum within the limit", [] {
    const auto limit = *rc::gen::inRange<std::int64_t>(0, 100'000);
    const auto used = *rc::gen::inRange<std::int64_t>(0, 100'000);
    const auto asked = *rc::gen::inRange<std::int64_t>(1, 100'000);
    RC_ASSERT(domain::check_quota(group_with(limit), usage(used), usage(asked)).fits() == (used + asked <= limit));
  }));
}

BOOST_AUTO_TEST_CASE(asking_for_less_never_turns_a_yes_into_a_no) {
  BOOST_TEST(holds("monotone", [] {
    const auto limit = *rc::gen::inRange<std::int64_t>(0, 10'000);
    const auto used = *rc::gen::inRange<std::int64_t>(0, 10'000);
    const auto asked = *rc::gen::inRange<std::int64_t>(1, 10'000);
    const auto less = *rc::gen::inRange<std::int64_t>(0, asked);
    const auto held = *rc::gen::inRange<std::int64_t>(0, 10'000);
    if (domain::check_quota(group_with(limit), usage(used), usage(asked), usage(held)).fits()) {
      RC_ASSERT(domain::check_quota(group_with(limit), usage(used), usage(less), usage(held)).fits());
    }
  }));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(units)

BOOST_AUTO_TEST_CASE(cores_are_whole_thousandths) {
  BOOST_TEST(domain::thousandths_from(0.5).value() == 500);
  BOOST_TEST(domain::thousandths_from(0.3).value() == 300);
  BOOST_TEST(domain::thousandths_from(4).value() == 4'000);
  BOOST_TEST(!domain::thousandths_from(0.0001).has_value());
  BOOST_TEST(!domain::thousandths_from(1e300).has_value());
  BOOST_TEST(!domain::thousandths_from(std::numeric_limits<double>::quiet_NaN()).has_value());
}

BOOST_AUTO_TEST_CASE(memory_that_was_given_is_memory_that_is_shown) {
  BOOST_TEST(domain::bytes_from_gib(0.5, domain::byte_rounding::down).value() == gib / 2);
  BOOST_TEST(domain::bytes_from_gib(0.5, domain::byte_rounding::up).value() == gib / 2);
  for (const auto rounding : {domain::byte_rounding::down, domain::byte_rounding::up}) {
    BOOST_TEST(domain::gib_from(domain::bytes_from_gib(0.1, rounding).value()) == 0.1);
    BOOST_TEST(holds("gib round trip", [rounding] {
      const auto thousandths = *rc::gen::inRange<std::int64_t>(1, 1'000'000'000);
      const double given = static_cast<double>(thousandths) / 1'000.0;
      RC_ASSERT(domain::gib_from(*domain::bytes_from_gib(given, rounding)) == given);
    }));
    BOOST_TEST(holds("bytes are not lost", [rounding] {
      const auto bytes = *rc::gen::inRange<std::int64_t>(1, 1LL << 50);
      const auto back = *domain::bytes_from_gib(domain::gib_from(bytes), rounding);
      RC_ASSERT(std::abs(back - bytes) <= 1);
    }));
  }
}

BOOST_AUTO_TEST_CASE(a_sum_is_shown_as_what_its_parts_were_given_as) {
  for (const std::int64_t parts : {1, 3, 25, 7'000, 10'000}) {
    for (const std::int64_t thousandths : {1, 7, 200, 300, 700, 1'999}) {
      const double given = static_cast<double>(thousandths) / 1'000.0;
      const std::int64_t sum = *domain::bytes_from_gib(given, domain::byte_rounding::down) * parts;
      BOOST_TEST(domain::gib_from_sum(sum) == static_cast<double>(thousandths * parts) / 1'000.0);
    }
  }
  BOOST_TEST(domain::gib_from_sum(0) == 0.0);
  BOOST_TEST(domain::gib_from_sum(*domain::bytes_from_gib(1999.9995, domain::byte_rounding::down)) == 1999.9995);
}

BOOST_AUTO_TEST_CASE(a_quota_holds_as_many_replicas_as_its_decimals_say) {
  for (std::int64_t tenths = 1; tenths <= 99; ++tenths) {
    for (std::int64_t replicas = 2; replicas <= 20; ++replicas) {
      const auto size = domain::bytes_from_gib(static_cast<double>(tenths) / 10.0, domain::byte_rounding::down).value();
      const std::int64_t whole = tenths * replicas;
      domain::group owner = group_with(std::nullopt);
      owner.quota.memory_bytes = domain::bytes_from_gib(static_cast<double>(whole) / 10.0, domain::byte_rounding::up);
      const auto asked = usage(0, size * replicas);
      BOOST_TEST_CONTEXT(tenths << " tenths, " << replicas << " times") {
        BOOST_TEST(domain::check_quota(owner, {}, asked, {}).fits());
        const auto shown = domain::in_api_unit(domain::quota_resource::memory, asked.total.memory_bytes);
        BOOST_TEST(shown == static_cast<double>(whole) / 10.0);
        owner.quota.memory_bytes =
            domain::bytes_from_gib(static_cast<double>(whole - 1) / 10.0, domain::byte_rounding::up);
        BOOST_TEST(!domain::check_quota(owner, {}, asked, {}).fits());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(numbers_are_written_as_people_write_them) {
  BOOST_TEST(domain::decimal_text(2) == "2");
  BOOST_TEST(domain::decimal_text(0.5) == "0.5");
  BOOST_TEST(domain::decimal_text(1e21) == "1000000000000000000000");
}

BOOST_AUTO_TEST_SUITE_END()
