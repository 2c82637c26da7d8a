#include "modelgate/net/tls_context.hpp"

#include "tests/support/certificates.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::net {
namespace {

struct two_certificates {
  tests::temporary_folder folder;
  test::certificate_authority authority{folder.path()};
  test::certificate_files first = authority.issue("first", {"", {"a.test", "10.0.0.7", "2001:db8::1"}});
  test::certificate_files second = authority.issue("second", {"", {"*.b.test", "x.a.test", "*.a.test"}});
  test::certificate_files third = authority.issue("third", {"", {"exact.b.test"}});

  [[nodiscard]] tls_context_ptr load(bool reject = false) const {
    config::tls_port_settings settings;
    settings.certificates = {first.certificate, second.certificate, third.certificate};
    settings.keys = {first.key, second.key, third.key};
    settings.reject_unknown_names = reject;
    const auto loaded = tls_context::load(settings, config::tls_version::tls_1_2,
                                          std::make_shared<ticket_keys>(std::chrono::hours{24}));
    BOOST_REQUIRE(loaded.has_value());
    return *loaded;
  }
};

BOOST_FIXTURE_TEST_SUITE(tls_context_suite, two_certificates)

BOOST_AUTO_TEST_CASE(chooses_by_name_exact_names_before_wildcards) {
  const tls_context_ptr context = load();
  BOOST_TEST(context->choose("a.test") == 0U);
  BOOST_TEST(context->choose("A.TEST.") == 0U);
  BOOST_TEST(context->choose("10.0.0.7") == 0U);
  BOOST_TEST(context->choose("2001:db8::1") == 0U);
  BOOST_TEST(context->choose("x.a.test") == 1U);
  BOOST_TEST(context->choose("any.b.test") == 1U);
  BOOST_TEST(context->choose("exact.b.test") == 2U);
}

BOOST_AUTO_TEST_CASE(what_no_certificate_is_for_gets_the_first_or_nothing) {
  for (const char* name : {"b.test", "x.y.b.test", ".b.test", "", "unknown", "10.0.0.8"}) {
    BOOST_TEST(load()->choose(name) == 0U, name);
    BOOST_TEST(load(true)->choose(name) == tls_context::none, name);
  }
}

BOOST_AUTO_TEST_CASE(shows_names_and_expiry_as_a_metric) {
  const auto reading = expiry_reading("prediction", load()->certificates().front());
  BOOST_TEST(reading.name == "modelgate_certificate_expiry_timestamp_seconds");
  BOOST_TEST(reading.labels.at(0).second == "prediction");
  BOOST_TEST(reading.labels.at(1).second == first.certificate.string());
  BOOST_TEST(reading.labels.at(2).second == "a.test");
  BOOST_TEST(!reading.is_counter);
}

BOOST_AUTO_TEST_CASE(authorities_are_looked_at_before_clients_are_asked) {
  config::tls_port_settings settings;
  settings.certificates = {first.certificate};
  settings.keys = {first.key};
  settings.client_certificates = config::client_certificate_use::required;
  settings.client_ca = first.key;
  const auto refused =
      tls_context::load(settings, config::tls_version::tls_1_2, std::make_shared<ticket_keys>(std::chrono::hours{24}));
  BOOST_REQUIRE(refused.has_error());
  BOOST_TEST(refused.error().find("holds no certificate") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_client_needs_the_name_of_its_server) {
  const auto client = tls_client_context::load(authority.file());
  BOOST_REQUIRE(client.has_value());
  BOOST_TEST(((*client)->new_session("") == nullptr));
  BOOST_TEST(((*client)->new_session("a.test") != nullptr));
  BOOST_TEST(((*client)->new_session("::1") != nullptr));
  BOOST_TEST(tls_client_context::load(folder.path() / "none.pem").has_error());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::net
