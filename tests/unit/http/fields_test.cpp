#include "modelgate/http/fields.hpp"

#include <boost/test/unit_test.hpp>

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

BOOST_AUTO_TEST_CASE(finds_tokens_in_lists) {
  BOOST_TEST(list_has_token("close", "close"));
  BOOST_TEST(list_has_token("keep-alive , Close", "close"));
  BOOST_TEST(list_has_token(",,x,\tclose\t,", "close"));
  BOOST_TEST(!list_has_token("closed, notclose", "close"));
  BOOST_TEST(!list_has_token("", "close"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::http
