#include "modelgate/http/fields.hpp"

#include "gateway/http/field_names.hpp"

#include <boost/test/unit_test.hpp>

#include <cctype>
#include <string>

namespace modelgate::http {

BOOST_AUTO_TEST_SUITE(fields)

BOOST_AUTO_TEST_CASE(knows_names_without_case) {
  BOOST_TEST((classify_field("X-Forwarded-User").id == field_id::x_forwarded_user));
  BOOST_TEST((classify_field("x-forwarded-USER").id == field_id::x_forwarded_user));
  BOOST_TEST(!classify_field("x-forwarded-user").alias);
  BOOST_TEST((classify_field("TE").id == field_id::te));
  BOOST_TEST((classify_field("X-Request-Timeout").id == field_id::x_request_timeout));
  BOOST_TEST((classify_field("X-Forwarded-Proto").id == field_id::x_forwarded_proto));
  BOOST_TEST((classify_field("Access-Control-Allow-Origin").id == field_id::access_control_allow_origin));
  for (const char* other :
       {"", "X", "X-Forwarded-Users", "XForwardedUser", "Accept", "X-Forwarded-User-With-A-Very-Long-Name"}) {
    BOOST_TEST((classify_field(other).id == field_id::other), other);
  }
}

BOOST_AUTO_TEST_CASE(folds_what_a_framework_would_fold) {
  for (const char* alias : {"X_Forwarded_User", "X.Forwarded.User", "x-forwarded_user", "X_REQUEST.ID",
                            "Content_Length", "Transfer.Encoding", "X_Request_Timeout", "x.request-TIMEOUT"}) {
    BOOST_TEST(classify_field(alias).alias, alias);
    BOOST_TEST((classify_field(alias).id != field_id::other), alias);
  }
}

BOOST_AUTO_TEST_CASE(knows_at_once_what_nearly_all_write) {
  for (const known_name& each : known_names) {
    const std::string lower{each.name};
    std::string capitalised = lower;
    for (std::size_t at = 0; at < lower.size(); ++at) {
      if (at == 0 || lower[at - 1] == '-') capitalised[at] = static_cast<char>(std::toupper(lower[at]));
    }
    for (const std::string& name : {lower, capitalised}) {
      const std::optional<field_id> found = find_usual_name(name);
      BOOST_REQUIRE_MESSAGE(found, name);
      BOOST_TEST((*found == each.id), name);
      BOOST_TEST((classify_field(name).id == each.id), name);
      BOOST_TEST(is_token(name));
    }
    BOOST_TEST(!find_usual_name(lower + ' '));
    BOOST_TEST(!find_usual_name(lower.substr(1)));
    std::string other = capitalised;
    other.back() = static_cast<char>(std::toupper(other.back()));
    BOOST_TEST(!find_usual_name(other), other);
  }
  for (const char* passed_on : {"Content-Type", "accept", "User-Agent"})
    BOOST_TEST((find_usual_name(passed_on) == field_id::other), passed_on);
  for (const char* unknown : {"", "X-Other", "X_Forwarded_User", "Host:", "\r\nHost"})
    BOOST_TEST(!find_usual_name(unknown), unknown);
}

BOOST_AUTO_TEST_CASE(finds_tokens_in_lists) {
  BOOST_TEST(list_has_token("close", "close"));
  BOOST_TEST(list_has_token("keep-alive , Close", "close"));
  BOOST_TEST(list_has_token(",,x,\tclose\t,", "close"));
  BOOST_TEST(!list_has_token("closed, notclose", "close"));
  BOOST_TEST(!list_has_token("", "close"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::http
