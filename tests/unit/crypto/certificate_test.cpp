#include "modelgate/crypto/certificate.hpp"

#include "tests/support/certificates.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

namespace modelgate::crypto {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream{file}.rdbuf();
  return text.str();
}

struct issued_certificates {
  tests::temporary_folder folder;
  test::certificate_authority authority{folder.path()};
  test::certificate_files good = authority.issue("good", {"Good", {"Good.Test", "10.0.0.7"}});

  fs::path write(const std::string& name, const std::string& text) const {
    const fs::path file = folder.path() / name;
    std::ofstream{file} << text;
    return file;
  }
  [[nodiscard]] certificate_problem problem_with(const fs::path& file, const fs::path& key) const {
    auto loaded = load_certificate(file, key);
    BOOST_REQUIRE(loaded.has_error());
    return std::move(loaded).error();
  }
};

bool mentions(const certificate_problem& problem, const std::string& text) {
  return problem.detail.find(text) != std::string::npos;
}

BOOST_FIXTURE_TEST_SUITE(certificate_files, issued_certificates)

BOOST_AUTO_TEST_CASE(are_read_with_their_names_and_their_chain) {
  const auto loaded = load_certificate(good.certificate, good.key);
  BOOST_REQUIRE(loaded.has_value());
  BOOST_TEST((loaded->names == std::vector<std::string>{"good.test", "10.0.0.7"}));
  BOOST_TEST(loaded->chain.empty());
  BOOST_TEST(loaded->warning == "");
  BOOST_TEST((loaded->expires > system_clock::now() + std::chrono::minutes{50}));
  const fs::path both = write("both.pem", contents(good.certificate) + contents(authority.file()) + contents(good.key));
  ::chmod(both.c_str(), 0600);
  const auto together = load_certificate(both, {});
  BOOST_REQUIRE(together.has_value());
  BOOST_TEST(together->chain.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_key_that_others_can_read_is_warned_about) {
  ::chmod(good.key.c_str(), 0644);
  const auto loaded = load_certificate(good.certificate, good.key);
  BOOST_REQUIRE(loaded.has_value());
  BOOST_TEST(loaded->warning.find("chmod 600") != std::string::npos);
  ::chmod(good.key.c_str(), 0640);
  BOOST_TEST(load_certificate(good.certificate, good.key)->warning == "");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_said_with_the_file_and_what_to_do) {
  const auto missing = problem_with(folder.path() / "none.pem", good.key);
  BOOST_TEST(!missing.is_about_key);
  BOOST_TEST(mentions(missing, "none.pem\" does not exist"));
  const auto no_key = problem_with(good.certificate, folder.path() / "none.key");
  BOOST_TEST(no_key.is_about_key);
  BOOST_TEST(mentions(no_key, "none.key\" does not exist"));
  BOOST_TEST(mentions(problem_with(folder.path(), good.key), "cannot be read"));
  BOOST_TEST(mentions(problem_with(write("letter", "Dear reader"), good.key), "holds no certificate"));
  BOOST_TEST(mentions(problem_with(good.certificate, write("letter", "Dear reader")), "holds no private key"));
  const auto other = authority.issue_for("other", "other.test");
  const auto mismatch = problem_with(good.certificate, other.key);
  BOOST_TEST(mismatch.is_about_key);
  BOOST_TEST(mentions(mismatch, "is not the key of the first certificate in \"" + good.certificate.string()));
  const auto swapped = write("swapped.pem", contents(authority.file()) + contents(good.certificate));
  BOOST_TEST(mentions(problem_with(swapped, good.key), "the server's own certificate first"));
  const auto old = authority.issue("old", {"old", {}, std::chrono::seconds{-7'200}, std::chrono::seconds{-3'600}});
  BOOST_TEST(mentions(problem_with(old.certificate, old.key), "expired on 20"));
  BOOST_TEST(mentions(problem_with(write("huge.pem", std::string(2'000'000, 'x')), good.key), "larger"));
}

BOOST_AUTO_TEST_CASE(a_key_with_a_pass_phrase_is_refused_without_showing_it) {
  const std::string locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nc2VjcmV0\n-----END ENCRYPTED PRIVATE KEY-----\n";
  const auto refused = problem_with(good.certificate, write("locked.key", locked));
  BOOST_TEST(mentions(refused, "pass phrase"));
  BOOST_TEST(!mentions(refused, "c2VjcmV0"));
}

BOOST_AUTO_TEST_CASE(a_file_of_authorities_holds_certificates) {
  BOOST_TEST(look_at_authorities(authority.file()) == "");
  BOOST_TEST(look_at_authorities(folder.path() / "none.pem").find("does not exist") != std::string::npos);
  BOOST_TEST(look_at_authorities(good.key).find("holds no certificate") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_shows_a_certificate_is_called_by_its_common_name_or_its_first_other_name) {
  const auto name_of = [](const test::certificate_files& files) {
    return subject_name_of(load_certificate(files.certificate, files.key)->leaf.get());
  };
  BOOST_TEST(name_of(good) == "Good");
  BOOST_TEST(name_of(authority.issue("a", {"", {"alice", "other"}})) == "alice");
  BOOST_TEST(name_of(authority.issue("b", {"", {}})) == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(certificate_names)

BOOST_AUTO_TEST_CASE(a_star_stands_for_one_label) {
  BOOST_TEST(name_covers("a.test", "A.TEST"));
  BOOST_TEST(name_covers("*.a.test", "x.a.test"));
  for (const char* host : {"a.test", ".a.test", "x.y.a.test", "xa.test", "", "x.a.test.", "x.b.test"}) {
    BOOST_TEST(!name_covers("*.a.test", host), host);
  }
  BOOST_TEST(!name_covers("a.test", "b.test"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::crypto
