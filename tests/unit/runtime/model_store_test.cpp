#include "control/runtime/model_store.hpp"

#include "control/runtime/archive.hpp"
#include "control/runtime/model_uri.hpp"
#include "tests/support/packed_archive.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace modelgate::control::runtime {
namespace {

namespace fs = std::filesystem;

using tests::packed;
using tests::write_archive;

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream{file}.rdbuf();
  return text.str();
}

struct unpacking {
  /// What is said; "" for success.
  std::string run(const std::vector<packed>& entries, const unpack_limits& limits = {}) {
    write_archive(folder.path() / "model.tar.gz", entries);
    into = folder.path() / "into";
    fs::remove_all(into);
    fs::create_directory(into);
    const auto done = unpack(folder.path() / "model.tar.gz", into, "model.tar.gz", limits);
    return done ? "" : done.error();
  }

  tests::temporary_folder folder;
  fs::path into;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(archives, unpacking)

BOOST_AUTO_TEST_CASE(come_out_as_files_folders_and_links_within) {
  BOOST_TEST(run({{"./", "", AE_IFDIR},
                  {"a/b/weights", "w"},
                  {"a/link", "b/weights", AE_IFLNK},
                  {"top", "../into/top2", AE_IFLNK}})
             != "");
  BOOST_TEST(run({{"./", "", AE_IFDIR}, {"a/b/weights", "w"}, {"a/link", "b/weights", AE_IFLNK}}) == "");
  BOOST_TEST(text_of(into / "a/link") == "w");
  BOOST_TEST((fs::status(into / "a/b/weights").permissions() == fs::perms{0644}));
}

BOOST_AUTO_TEST_CASE(write_nothing_outside) {
  for (const char* path : {"../up", "/etc/up", "a/../../up", "a/..", ".."}) {
    BOOST_TEST(run({{path, "x"}}).find("would be outside of it") != std::string::npos, path);
    BOOST_TEST(!fs::exists(folder.path() / "up"), path);
  }
}

BOOST_AUTO_TEST_CASE(hold_no_links_out_however_they_are_hidden) {
  const auto leads_out = [&](const std::vector<packed>& entries) {
    const std::string said = run(entries);
    BOOST_TEST(said.find("leads out of it") != std::string::npos, said);
  };
  leads_out({{"l", "/etc/passwd", AE_IFLNK}});
  leads_out({{"l", "..", AE_IFLNK}});
  leads_out({{"a/l", "../../x", AE_IFLNK}});
  leads_out({{"sub/l", "..", AE_IFLNK}, {"m", "sub/l/../model.tar.gz", AE_IFLNK}, {"model.tar.gz", "x"}});
  leads_out({{"dangling", "nothing", AE_IFLNK}});
  BOOST_TEST(run({{"l", "a", AE_IFLNK}, {"a/x", "1"}, {"l/y", "2"}}) != "");  // nothing is written through a link
  BOOST_TEST(run({{"h", "/etc/passwd", AE_IFREG, true}}).find("hard link") != std::string::npos);
  BOOST_TEST(run({{"fifo", "", AE_IFIFO}}).find("neither a file nor a folder") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(are_bounded_by_what_comes_out_of_them) {
  const std::string zeros(1'000'000, '\0');
  BOOST_TEST(run({{"bomb", zeros}}, {999'999, 10}).find("more than 999999 bytes") != std::string::npos);
  BOOST_TEST(run({{"fits", zeros}}, {1'000'000, 10}) == "");
  BOOST_TEST(run({{"a", ""}, {"b", ""}, {"c", ""}}, {1'000, 2}).find("more than 2 files") != std::string::npos);
  BOOST_TEST(run({{"a/b/c/weights", "w"}}, {1'000, 3}).find("more than 3 files") != std::string::npos);
  BOOST_TEST(run({{"a/b/c", "", AE_IFDIR}}, {1'000, 2}).find("more than 2 files") != std::string::npos);
  BOOST_TEST(run({{"w", "w"}, {"a/b/l", "../../w", AE_IFLNK}}, {1'000, 3}).find("more than 3 files")
             != std::string::npos);
  BOOST_TEST(run({{"a/", "", AE_IFDIR}, {"a/b/", "", AE_IFDIR}, {"a/b/weights", "w"}}, {1'000, 3}) == "");
  BOOST_TEST(run({{"a", "", AE_IFDIR}, {"a", "", AE_IFDIR}, {"a", "", AE_IFDIR}}, {1'000, 2}).find("more than 2 files")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(that_are_none_are_one_file_unless_they_are_called_archives) {
  into = folder.path() / "into";
  fs::create_directory(into);
  std::ofstream{folder.path() / "weights.joblib"} << "just bytes";
  BOOST_TEST(unpack(folder.path() / "weights.joblib", into, "weights.joblib", {}).has_value());
  BOOST_TEST(text_of(into / "weights.joblib") == "just bytes");
  std::ofstream{folder.path() / "x"} << "just bytes";
  BOOST_TEST(!unpack(folder.path() / "x", into, "x.tar.gz", {}).has_value());
}

BOOST_AUTO_TEST_CASE(are_refused_when_they_are_cut) {
  write_archive(folder.path() / "model.tar.gz", {{"a", std::string(100'000, 'x')}, {"b", std::string(100'000, 'y')}});
  fs::resize_file(folder.path() / "model.tar.gz", fs::file_size(folder.path() / "model.tar.gz") / 2);
  into = folder.path() / "into";
  fs::create_directory(into);
  BOOST_TEST(!unpack(folder.path() / "model.tar.gz", into, "model.tar.gz", {}).has_value());
}

BOOST_AUTO_TEST_CASE(folders_are_copied_by_the_same_rules) {
  const fs::path from = folder.path() / "from";
  fs::create_directories(from / "sub");
  std::ofstream{from / "sub/weights"} << "w";
  fs::create_symlink("sub/weights", from / "inside");
  into = folder.path() / "into";
  fs::create_directory(into);
  BOOST_TEST(copy_folder(from, into, {}).has_value());
  BOOST_TEST(text_of(into / "inside") == "w");
  fs::create_symlink("/etc", from / "outside");
  fs::remove_all(into);
  fs::create_directory(into);
  BOOST_TEST(copy_folder(from, into, {}).error().find("leads out of it") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(model_uris)

BOOST_AUTO_TEST_CASE(are_strict) {
  const std::string sum(64, 'a');
  const auto http = parse_model_uri("https://models.lan:8443/team/iris.tar.gz?v=1#sha256=" + sum);
  BOOST_TEST_REQUIRE(http.has_value());
  BOOST_TEST(http->host == "models.lan");
  BOOST_TEST(http->port == 8'443);
  BOOST_TEST(http->uses_tls);
  BOOST_TEST(http->path == "/team/iris.tar.gz?v=1");
  BOOST_TEST(http->name == "iris.tar.gz");
  BOOST_TEST(http->sha256 == sum);
  const auto file = parse_model_uri("file:///srv/models/iris/");
  BOOST_TEST(file->path == "/srv/models/iris");
  BOOST_TEST(file->name == "iris");
  for (const char* text : {"file://srv/x", "file:///a/../b", "http://u@h/x", "http://h", "ftp://h/x", "http://h/a b",
                           "http://h/x#y", "http://h/x#sha256=1", "file:///a%2e%2e/b", "http://h/a/../b"}) {
    BOOST_TEST(!parse_model_uri(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(have_no_way_up_however_it_is_written) {
  for (const char* path : {"/..", "/.", "/%2e%2e/b", "/%2E%2E/b", "/.%2e/b", "/%2e", "/..%2fb", "/..%2Fb", "/..\\b",
                           "/..%5cb", "/%252e%252e/b", "/..;/b", "/..;x=1/b"}) {
    for (const char* root : {"http://h/a", "https://h/a"}) {
      const auto read = parse_model_uri(std::string{root} + path);
      BOOST_TEST_REQUIRE(!read.has_value(), root << path);
      BOOST_TEST(read.error().find("in its path") != std::string::npos, read.error());
    }
  }
  BOOST_TEST(parse_model_uri("https://h/a/..b/c.%20d;v=1/e?f=%2e%2e%2F..").has_value());
}

BOOST_AUTO_TEST_CASE(are_fetched_only_from_the_sources) {
  const std::vector<std::string> sources{"https://models.lan/", "file:///srv/models"};
  BOOST_TEST(is_fetched("https://models.lan/a", sources));
  BOOST_TEST(is_fetched("file:///srv/models", sources));
  BOOST_TEST(is_fetched("file:///srv/models/a", sources));
  BOOST_TEST(!is_fetched("file:///srv/models-secret/a", sources));
  BOOST_TEST(!is_fetched("https://models.lan.evil/a", sources));
  BOOST_TEST(!is_fetched("s3://bucket/a", sources));
  BOOST_TEST(!is_fetched("https://models.lan/a", {}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(model_stores)

BOOST_AUTO_TEST_CASE(fetch_once_for_a_revision_and_forget_with_its_last_replica) {
  const tests::temporary_folder folder;
  const fs::path models = folder.path() / "models";
  fs::create_directories(models / "iris");
  std::ofstream{models / "iris/weights"} << "one";
  config::model_settings settings;
  const std::string root = fs::canonical(models).native();
  settings.sources = {"file://" + root + "/"};
  model_store store{folder.path() / "store", settings, {}};
  const std::string uri = "file://" + root + "/iris";

  const auto first = store.ensure("deploy-iris-r1-0", uri);
  BOOST_TEST_REQUIRE(first.has_value());
  BOOST_TEST(text_of(*first / "weights") == "one");
  std::ofstream{models / "iris/weights"} << "two";
  BOOST_TEST(text_of(*store.ensure("deploy-iris-r1-1", uri) / "weights") == "one");
  BOOST_TEST(text_of(*store.ensure("deploy-iris-r2-0", uri) / "weights") == "two");
  store.release("deploy-iris-r1-0");
  BOOST_TEST(fs::exists(*first));
  store.release("deploy-iris-r1-1");
  BOOST_TEST(!fs::exists(*first));

  model_store later{folder.path() / "store", settings, {}};
  later.hold("deploy-iris-r2-0");
  fs::create_directory(folder.path() / "store/deploy-old-r1");
  later.remove_unheld();
  BOOST_TEST(!fs::exists(folder.path() / "store/deploy-old-r1"));
  BOOST_TEST(fs::exists(folder.path() / "store/deploy-iris-r2"));

  BOOST_TEST(store.ensure("deploy-iris-r3-0", "s3://bucket/x")->empty());
  BOOST_TEST(store.ensure_within("deploy-iris-r3-0", "s3://bucket/x", std::chrono::minutes{1})->empty());
  const auto soon = store.ensure_within("deploy-iris-r4-0", uri, std::chrono::minutes{1});
  BOOST_TEST_REQUIRE(soon.has_value());
  BOOST_TEST(text_of(*soon / "weights") == "two");
  BOOST_TEST(!store.ensure_within("deploy-iris-r5-0", uri + "x", std::chrono::minutes{1}).has_value());
  const auto missing = store.ensure("deploy-iris-r3-0", uri + "x");
  BOOST_TEST_REQUIRE(!missing.has_value());
  BOOST_TEST(missing.error().starts_with("the model \"" + uri + "x\" cannot be read"), missing.error());
  std::ofstream{models / "file"} << "abc";
  const auto wrong = store.ensure("deploy-iris-r3-0", "file://" + root + "/file#sha256=" + std::string(64, '0'));
  BOOST_TEST(wrong.error().find("has another checksum: ba7816bf8f01cfea414140de5dae2223") != std::string::npos,
             wrong.error());
  const auto right =
      store.ensure("deploy-iris-r3-0",
                   "file://" + root + "/file#sha256=ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST_REQUIRE(right.has_value());
  BOOST_TEST(text_of(*right / "file") == "abc");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime
