#include "gateway/telemetry/log_file.hpp"

#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace modelgate::telemetry {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(log_file_suite)

BOOST_AUTO_TEST_CASE(appends_to_what_is_there) {
  const tests::temporary_folder folder;
  const auto path = folder.path() / "log";
  std::ofstream{path} << "before\n";
  log_file file;
  BOOST_TEST(!file.open(path));
  BOOST_TEST(file.write("one\ntwo\n") == 0U);
  BOOST_TEST(read(path) == "before\none\ntwo\n");
}

BOOST_AUTO_TEST_CASE(is_rotated_by_size_and_the_oldest_goes) {
  const tests::temporary_folder folder;
  const auto path = folder.path() / "log";
  log_file file;
  file.set_limits({10, 2});
  BOOST_TEST(!file.open(path));
  for (const char* line : {"a23456\n", "b23456\n", "c23456\n", "d23456\n"}) BOOST_TEST(file.write(line) == 0U);
  BOOST_TEST(read(path) == "d23456\n");
  BOOST_TEST(read(folder.path() / "log.1") == "c23456\n");
  BOOST_TEST(read(folder.path() / "log.2") == "b23456\n");
  BOOST_TEST(!std::filesystem::exists(folder.path() / "log.3"));
}

BOOST_AUTO_TEST_CASE(of_which_no_rotated_ones_are_kept_begins_anew) {
  const tests::temporary_folder folder;
  log_file file;
  file.set_limits({10, 0});
  BOOST_TEST(!file.open(folder.path() / "log"));
  for (const char* line : {"a23456\n", "b23456\n"}) BOOST_TEST(file.write(line) == 0U);
  BOOST_TEST(read(folder.path() / "log") == "b23456\n");
  BOOST_TEST(!std::filesystem::exists(folder.path() / "log.1"));
}

BOOST_AUTO_TEST_CASE(that_somebody_renames_is_made_anew) {
  const tests::temporary_folder folder;
  const auto path = folder.path() / "log";
  log_file file;
  BOOST_TEST(!file.open(path));
  BOOST_TEST(file.write("one\n") == 0U);
  std::filesystem::rename(path, folder.path() / "moved");
  BOOST_TEST(file.write("two\n") == 0U);
  BOOST_TEST(read(path) == "two\n");
  BOOST_TEST(read(folder.path() / "moved") == "one\n");
}

BOOST_AUTO_TEST_CASE(that_cannot_be_opened_loses_its_lines_until_it_can) {
  const tests::temporary_folder folder;
  const auto path = folder.path() / "missing" / "log";
  log_file file;
  BOOST_TEST(!!file.open(path));
  BOOST_TEST(file.write("one\n") == 4U);
  std::filesystem::create_directory(folder.path() / "missing");
  BOOST_TEST(file.write("two\n") == 0U);
  BOOST_TEST(read(path) == "two\n");
}

BOOST_AUTO_TEST_CASE(on_a_full_pipe_a_write_ends) {
  const tests::temporary_folder folder;
  const auto path = folder.path() / "pipe";
  BOOST_TEST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  log_file file;
  BOOST_TEST(!!file.open(path), "nobody reads yet");
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  BOOST_TEST(!file.open(path));
  const std::string lines(200'000, '\n');
  const std::size_t lost = file.write(lines);
  BOOST_TEST(lost > 0U);
  BOOST_TEST(lost < lines.size());
  ::close(reader);
}

BOOST_AUTO_TEST_CASE(without_a_path_writes_nothing) {
  log_file file;
  BOOST_TEST(!file.open({}));
  BOOST_TEST(file.write("one\n") == 4U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::telemetry
