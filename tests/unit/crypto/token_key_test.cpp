#include "modelgate/base/errc.hpp"
#include "modelgate/crypto/token.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <string>

namespace modelgate::crypto {
namespace {

namespace fs = std::filesystem;

struct folder_fixture {
  folder_fixture() {
    std::string pattern = (fs::temp_directory_path() / "modelgate-key-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
    file = folder / "token-key";
  }
  ~folder_fixture() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }

  fs::path folder;
  fs::path file;
};

mode_t mode_of(const fs::path& file) {
  struct stat found {};
  return ::stat(file.c_str(), &found) == 0 ? found.st_mode & 07777 : 0;
}

void write_file(const fs::path& file, const std::string& bytes) {
  std::ofstream{file, std::ios::binary} << bytes;
}

BOOST_FIXTURE_TEST_SUITE(token_key_suite, folder_fixture)

BOOST_AUTO_TEST_CASE(hashes_with_keyed_blake2b) {
  std::array<std::uint8_t, token_key::size> bytes;
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  // Python: hashlib.blake2b(b"abc", key=bytes(range(32)), digest_size=32)
  BOOST_TEST(to_hex(token_key{bytes}.hash("abc"))
             == "d63a32d3e44738d7907f964316c241adaba0abfeabc32349677578a15a203f7f");
}

BOOST_AUTO_TEST_CASE(another_key_gives_another_digest) {
  BOOST_TEST(!token_key::generate().hash("abc").equal(token_key::generate().hash("abc")));
}

BOOST_AUTO_TEST_CASE(is_made_once_and_kept_for_its_owner_only) {
  const auto made = token_key::load_or_create(file);
  BOOST_REQUIRE(made.has_value());
  BOOST_TEST(mode_of(file) == mode_t{0600});
  BOOST_TEST(fs::file_size(file) == token_key::size);
  const auto again = token_key::load_or_create(file);
  BOOST_REQUIRE(again.has_value());
  BOOST_TEST(again->hash("abc").equal(made->hash("abc")));
  BOOST_TEST(std::distance(fs::directory_iterator{folder}, fs::directory_iterator{}) == 1);
}

BOOST_AUTO_TEST_CASE(what_a_crash_left_beside_it_gives_it_no_wider_mode) {
  write_file(file.string() + ".new", "half");
  fs::permissions(file.string() + ".new", fs::perms{0644});
  BOOST_REQUIRE(token_key::load_or_create(file).has_value());
  BOOST_TEST(mode_of(file) == mode_t{0600});
}

BOOST_AUTO_TEST_CASE(a_file_of_another_size_is_refused_and_left_alone) {
  for (const std::size_t size : {std::size_t{0}, token_key::size - 1, token_key::size + 1}) {
    write_file(file, std::string(size, 'k'));
    BOOST_CHECK(token_key::load_or_create(file).error() == errc::invalid_argument);
    BOOST_TEST(fs::file_size(file) == size);
  }
}

BOOST_AUTO_TEST_CASE(says_what_the_file_system_says) {
  const auto missing_folder = token_key::load_or_create(folder / "missing" / "token-key");
  BOOST_CHECK(missing_folder.error() == boost::system::errc::no_such_file_or_directory);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::crypto
