#include "gateway/filter/authentication.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace modelgate::filter {
namespace {

using scheme = presented_credential::scheme;
using metrics::auth_failure;

/// A head with these Authorization values.
http::request_head with(std::initializer_list<std::string_view> values) {
  http::request_head head;
  for (const std::string_view value : values)
    head.fields.push_back({"Authorization", value, http::field_id::authorization, false});
  return head;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(authentication)

BOOST_AUTO_TEST_CASE(reads_basic_and_bearer) {
  const presented_credential basic{with({"Basic YWxpY2U6czNjcjpldA=="})};
  BOOST_TEST((basic.kind() == scheme::basic));
  BOOST_TEST(basic.name() == "alice");
  BOOST_TEST(basic.token() == "s3cr:et");
  const presented_credential bearer{with({"bEaReR   token"})};
  BOOST_TEST((bearer.kind() == scheme::bearer));
  BOOST_TEST(bearer.token() == "token");
  BOOST_TEST((presented_credential{with({})}.kind() == scheme::none));
}

BOOST_AUTO_TEST_CASE(doubt_is_malformed) {
  const std::string too_long(1'000, 'A');
  for (const std::string& value :
       {std::string{"Basic"}, std::string{"Basic "}, std::string{"Basic !!!!"}, std::string{"Basic YWxp Y2U6"},
        std::string{"Basic YWxpY2U="}, std::string{"Basic YWxpY2U6czNjcjpldA"},
        std::string{"Basic YWxpY2U6czNjcjpldAB6eno="}, std::string{"Digest x"}, std::string{"Basicx YWxpY2U6eA=="},
        std::string{"Basic YWxpY2U6czNj\xff\xff\xff\xff"}, "Basic " + too_long, "Bearer " + too_long,
        std::string{"Bearer"}, std::string{""}}) {
    const http::request_head head = with({value});
    BOOST_TEST((presented_credential{head}.kind() == scheme::malformed), value);
  }
  BOOST_TEST((presented_credential{with({"Bearer a", "Bearer a"})}.kind() == scheme::malformed));
}

BOOST_AUTO_TEST_CASE(judges_by_token_name_and_time) {
  const presented_credential basic{with({"Basic YWxpY2U6czNjcjpldA=="})};
  const presented_credential bearer{with({"Bearer s3cr:et"})};
  BOOST_TEST(judge(basic, {true, "alice", false}).passed);
  BOOST_TEST(judge(bearer, {true, "anybody", false}).passed);
  BOOST_TEST((judge(basic, {true, "bob", false}).failure == auth_failure::unknown));
  BOOST_TEST((judge(basic, {true, "alicia", false}).failure == auth_failure::unknown));
  BOOST_TEST((judge(basic, {true, "alice", true}).failure == auth_failure::expired));
  BOOST_TEST((judge(basic, {}).failure == auth_failure::unknown));
  BOOST_TEST((judge(presented_credential{with({})}, {}).failure == auth_failure::missing));
  BOOST_TEST((judge(presented_credential{with({"Bearer mgc_short"})}, {}).failure == auth_failure::mistyped));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::filter
