#include "gateway/telemetry/record_queue.hpp"

#include "modelgate/base/result.hpp"

#include <boost/system/system_error.hpp>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

namespace modelgate::telemetry {

reader_bell::reader_bell() : descriptor_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  if (descriptor_ < 0) throw boost::system::system_error{errno, boost::system::system_category(), "eventfd"};
}

reader_bell::~reader_bell() {
  ::close(descriptor_);
}

void reader_bell::ring() noexcept {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(descriptor_, &one, sizeof one));  // it is full only when it rings already
}

void reader_bell::wait(int milliseconds) noexcept {
  pollfd waited{descriptor_, POLLIN, 0};
  if (::poll(&waited, 1, milliseconds) <= 0) return;
  std::uint64_t rings = 0;
  static_cast<void>(!::read(descriptor_, &rings, sizeof rings));
}

}  // namespace modelgate::telemetry
