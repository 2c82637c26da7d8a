#include "tests/support/certificates.hpp"
#include "tests/support/temporary_folder.hpp"

#include "modelgate/config/settings_draft.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

namespace modelgate::config {
namespace {

/// Certificates in a folder, and what a config file there says of them.
struct certificate_folder {
  tests::temporary_folder folder;
  test::certificate_authority authority{folder.path(), "ca"};
  test::certificate_files a = authority.issue_for("a", "a.test");
  test::certificate_files b = authority.issue_for("b", "b.test");

  /// "WHERE CODE DETAIL" of every mistake, one a line; empty when all is well.
  [[nodiscard]] std::string told(const std::string& toml) const {
    settings_draft draft;
    lay_text(draft, toml, folder.path(), "x.toml");
    look_at_system(draft);
    const auto done = finish(std::move(draft));
    std::string lines;
    for (const diagnostic& mistake : done.has_error() ? done.error() : diagnostics{}) {
      lines += mistake.where + " " + mistake.code + " " + mistake.detail + "\n";
    }
    return lines;
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder.path() / name).string(); }
};

BOOST_FIXTURE_TEST_SUITE(tls_settings_suite, certificate_folder)

BOOST_AUTO_TEST_CASE(are_read_with_paths_from_the_files_folder) {
  const auto read = parse_settings(
      "[tls]\nminimum_version = \"1.3\"\nticket_rotation = \"1h\"\n"
      "[tls.prediction]\ncertificates = [\"a.pem\", \"/etc/b.pem\"]\nkeys = [\"a.key\", \"/etc/b.key\"]\n"
      "unknown_name = \"reject\"\nclient_certificates = \"required\"\nclient_ca = \"ca.pem\"\n"
      "[tls.control]\ncertificates = [\"c.pem\"]\n[runtime.external]\nca_file = \"models.pem\"\n",
      "/srv");
  BOOST_REQUIRE(read.has_value());
  const tls_port_settings& prediction = read->tls.prediction;
  BOOST_TEST((prediction.certificates == std::vector<std::filesystem::path>{"/srv/a.pem", "/etc/b.pem"}));
  BOOST_TEST((prediction.keys == std::vector<std::filesystem::path>{"/srv/a.key", "/etc/b.key"}));
  BOOST_TEST(prediction.reject_unknown_names);
  BOOST_TEST((prediction.client_certificates == client_certificate_use::required));
  BOOST_TEST(prediction.client_ca == "/srv/ca.pem");
  BOOST_TEST((read->tls.minimum_version == tls_version::tls_1_3));
  BOOST_TEST((read->tls.ticket_rotation == std::chrono::hours{1}));
  BOOST_TEST(read->tls.control.enabled());
  BOOST_TEST(read->external_runtime.ca_file == "/srv/models.pem");
}

BOOST_AUTO_TEST_CASE(files_that_fit_are_fine) {
  BOOST_TEST(told("[tls.prediction]\ncertificates = [\"a.pem\", \"b.pem\"]\nkeys = [\"a.key\", \"b.key\"]\n"
                  "client_certificates = \"optional\"\nclient_ca = \"ca.pem\"\n")
             == "");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_missing_is_told_where_it_is_named) {
  BOOST_TEST(told("[tls.prediction]\ncertificates = [\"none.pem\"]\nkeys = [\"a.key\"]\n")
             == "x.toml:2:16 MISSING tls.prediction.certificates: \"" + path("none.pem")
                    + "\" does not exist; name a PEM file\n");
  BOOST_TEST(told("[tls.control]\ncertificates = [\"a.pem\"]\nkeys = [\"none.key\"]\n")
             == "x.toml:3:8 MISSING tls.control.keys: \"" + path("none.key") + "\" does not exist; name a PEM file\n");
  BOOST_TEST(told("[runtime.external]\nca_file = \"none.pem\"\n")
             == "x.toml:2:11 MISSING runtime.external.ca_file: \"" + path("none.pem")
                    + "\" does not exist; name a PEM file\n");
}

BOOST_AUTO_TEST_CASE(a_key_of_another_certificate_is_told) {
  const std::string mistakes =
      told("[tls.prediction]\ncertificates = [\"a.pem\", \"b.pem\"]\nkeys = [\"b.key\", \"b.key\"]\n");
  BOOST_TEST(mistakes.starts_with("x.toml:3:8 MISSING tls.prediction.keys: \"" + path("b.key")
                                  + "\" is not the key of the first certificate in \"" + path("a.pem") + "\"; "));
}

BOOST_AUTO_TEST_CASE(keys_that_contradict_each_other_are_told) {
  const std::string counts = told("[tls.prediction]\ncertificates = [\"a.pem\", \"b.pem\"]\nkeys = [\"a.key\"]\n");
  BOOST_TEST(counts.starts_with("x.toml:3:8 CONTRADICTION tls.prediction.keys: must name one key for each"));
  const std::string nobody = told(
      "[tls.prediction]\ncertificates = [\"a.pem\"]\nkeys = [\"a.key\"]\n"
      "client_certificates = \"required\"\n");
  BOOST_TEST(nobody.find("CONTRADICTION tls.prediction.client_certificates: needs tls.prediction.client_ca")
             != std::string::npos);
  const std::string plain = told("[tls.control]\nclient_certificates = \"required\"\nclient_ca = \"ca.pem\"\n");
  BOOST_TEST(plain.find("without TLS nobody shows a certificate") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::config
