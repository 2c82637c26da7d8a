#include "control/runtime/container/shared_socket.hpp"

#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

namespace modelgate::control::runtime::container {
namespace {

namespace fs = std::filesystem;

void listen_at(const fs::path& path) {
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  BOOST_TEST_REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(listener);
}

ino_t inode_of(const fs::path& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 ? found.st_ino : 0;
}

struct fixture {
  tests::temporary_folder folder;
  shared_socket socket{folder.path() / "sockets", "deploy-iris-r1-0"};
  const bool is_root = ::geteuid() == 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(shared_sockets, fixture)

BOOST_AUTO_TEST_CASE(are_offered_where_they_can_be_used) {
  const fs::path shared = socket.offer();
  BOOST_TEST(shared.empty() == !is_root);
  BOOST_TEST(!socket.find());
  shared_socket far{folder.path() / std::string(100, 'x'), "deploy-iris-r1-0"};
  BOOST_TEST(far.offer().empty());
}

BOOST_AUTO_TEST_CASE(are_reached_by_a_name_that_only_modelgate_gives) {
  if (!is_root) return;
  const fs::path shared = socket.offer();
  listen_at(shared / "model.sock");
  BOOST_TEST_REQUIRE(socket.find());
  BOOST_TEST((fs::path{socket.path()}.parent_path() != shared));
  const ino_t first = inode_of(socket.path());
  BOOST_TEST(first == inode_of(shared / "model.sock"));

  // Whatever is put in its place is not what is connected to.
  listen_at(folder.path() / "engine.sock");
  fs::remove(shared / "model.sock");
  fs::create_symlink(folder.path() / "engine.sock", shared / "model.sock");
  BOOST_TEST(!socket.find());
  BOOST_TEST(inode_of(socket.path()) == first);

  fs::remove(shared / "model.sock");
  listen_at(shared / "model.sock");  // it listens anew
  BOOST_TEST(socket.find());
  BOOST_TEST(inode_of(socket.path()) == inode_of(shared / "model.sock"));
}

BOOST_AUTO_TEST_CASE(are_no_links_files_or_folders) {
  if (!is_root) return;
  const fs::path shared = socket.offer();
  fs::create_directory(shared / "model.sock");
  BOOST_TEST(!socket.find());
  fs::remove(shared / "model.sock");
  fs::create_symlink("/nowhere", shared / "model.sock");
  BOOST_TEST(!socket.find());
  BOOST_TEST(!fs::exists(socket.path()));
}

BOOST_AUTO_TEST_CASE(leave_nothing) {
  if (!is_root) return;
  listen_at(socket.offer() / "model.sock");
  BOOST_TEST_REQUIRE(socket.find());
  BOOST_TEST(fs::is_empty(socket.offer()));
  BOOST_TEST(!socket.find());
  socket.remove();
  BOOST_TEST(fs::is_empty(folder.path() / "sockets"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime::container
