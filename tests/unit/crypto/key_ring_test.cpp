#include "modelgate/crypto/key_ring.hpp"

#include "tests/support/temporary_folder.hpp"

#include "modelgate/base/errc.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

#include <fstream>

namespace modelgate::crypto {
namespace {

struct ring_fixture {
  tests::temporary_folder folder;
  std::filesystem::path file = folder.path() / "secret.key";
};

std::string opened(const key_ring& ring, std::string_view sealed) {
  const auto text = ring.open(sealed);
  return text ? std::string{text->reveal()} : text.error().message();
}

BOOST_FIXTURE_TEST_SUITE(key_ring_suite, ring_fixture)

BOOST_AUTO_TEST_CASE(opens_what_it_sealed) {
  const key_ring ring = key_ring::generate();
  for (const std::string& text : {std::string{}, std::string{"hunter2"}, std::string(100'000, 'x')}) {
    const std::string sealed = ring.seal(text);
    BOOST_TEST(opened(ring, sealed) == text);
    BOOST_TEST(ring.seal(text) != sealed);
    BOOST_TEST((text.empty() || sealed.find(text) == std::string::npos));
  }
}

BOOST_AUTO_TEST_CASE(refuses_what_was_changed_or_is_foreign) {
  const key_ring ring = key_ring::generate();
  const std::string sealed = ring.seal("hunter2");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    BOOST_TEST(ring.open(changed).has_error(), i);
    BOOST_TEST(ring.open(sealed.substr(0, i)).has_error(), i);
  }
  BOOST_TEST(key_ring::generate().open(sealed).has_error());
}

BOOST_AUTO_TEST_CASE(is_made_once_and_kept_for_its_owner_only) {
  const auto made = key_ring::load_or_create(file);
  BOOST_REQUIRE(made.has_value());
  struct stat found {};
  BOOST_TEST(::stat(file.c_str(), &found) == 0);
  BOOST_TEST((found.st_mode & 07777) == 0600u);
  BOOST_TEST(opened(key_ring::load_or_create(file).value(), made->seal("hunter2")) == "hunter2");
}

BOOST_AUTO_TEST_CASE(a_new_key_seals_and_the_old_ones_still_open) {
  const key_ring old = key_ring::generate();
  const std::string sealed = old.seal("hunter2");
  const key_ring both = old.with_new_key();
  BOOST_TEST(both.size() == 2u);
  BOOST_TEST(opened(both, sealed) == "hunter2");
  BOOST_TEST(!both.is_current(sealed));
  const std::string again = both.seal("hunter2");
  BOOST_TEST(both.is_current(again));
  BOOST_TEST(old.open(again).has_error());

  const key_ring next = both.only_current();
  BOOST_TEST(opened(next, again) == "hunter2");
  BOOST_TEST(next.open(sealed).has_error());
  BOOST_TEST(!both.save(file));
  BOOST_TEST(opened(key_ring::load_or_create(file).value(), sealed) == "hunter2");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_ring_is_refused_and_left_alone) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{31}, std::size_t{33}, std::size_t{3 * 32}}) {
    std::ofstream{file, std::ios::binary} << std::string(size, 'k');
    BOOST_CHECK(key_ring::load_or_create(file).error() == errc::invalid_argument);
    BOOST_TEST(std::filesystem::file_size(file) == size);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::crypto
