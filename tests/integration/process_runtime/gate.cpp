#include "control/runtime/process/launch.hpp"
#include "tests/integration/process_runtime/runtime_fixture.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>

namespace modelgate::tests {
namespace {

using control::runtime::file_handle;
using control::runtime::process::gated_child;

BOOST_AUTO_TEST_SUITE(a_child_at_its_gate)

BOOST_AUTO_TEST_CASE(keeps_no_lock_of_a_modelgate_that_is_gone) {
  const temporary_folder folder;
  const std::string lock = folder.path() / "lock";
  const auto open = [&] { return file_handle{::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR)}; };
  file_handle held = open();
  BOOST_TEST_REQUIRE(::flock(held.get(), LOCK_EX | LOCK_NB) == 0);

  control::runtime::process::launch_order order;
  order.command = {"/bin/true"};
  order.working_folder = "/";
  auto child = gated_child::fork(order);
  BOOST_TEST_REQUIRE(child.has_value());
  held.reset();
  const file_handle next = open();
  BOOST_TEST(eventually([&] { return ::flock(next.get(), LOCK_EX | LOCK_NB) == 0; }));
  child->abandon();
  int status = 0;
  BOOST_TEST(::waitpid(child->process().pid, &status, 0) == child->process().pid);
  BOOST_TEST(WEXITSTATUS(status) == 127);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
