#include "modelgate/net/event_loop.hpp"

#include <boost/system/system_error.hpp>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

namespace modelgate::net {
namespace {

constexpr std::uint32_t input_edges = EPOLLIN | EPOLLRDHUP | EPOLLET;

/// As much is left to the end of a turn, so that the first does not wait for too many others.
constexpr std::size_t most_late = 32;

constexpr std::uint32_t events_of(event_loop::trigger when) noexcept {
  switch (when) {
    case event_loop::trigger::edges:
      return input_edges | EPOLLOUT;
    case event_loop::trigger::input_edges:
      return input_edges;
    case event_loop::trigger::input:
      break;
  }
  return EPOLLIN;
}

error_code last_error() noexcept {
  return {errno, boost::system::system_category()};
}

}  // namespace

event_loop::event_loop() : epoll_{::epoll_create1(EPOLL_CLOEXEC)}, wake_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  if (!epoll_.is_open() || !wake_.is_open()) throw boost::system::system_error{last_error(), "event loop"};
  epoll_event interest{};
  interest.events =
      EPOLLIN | EPOLLET;  // never read: each write is an edge, and the count has room for 2^64 - 2 of them
  interest.data.ptr = nullptr;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &interest) != 0) {
    throw boost::system::system_error{last_error(), "event loop"};
  }
}

event_loop::~event_loop() = default;

void event_loop::run() {
  while (!stopped_.load(std::memory_order_relaxed)) turn(true);
}

std::size_t event_loop::run_one() {
  return turn(true);
}

std::size_t event_loop::poll() {
  std::size_t done = 0;
  do {
    done += turn(false);
  } while (has_posted_.load(std::memory_order_relaxed));
  return done;
}

std::size_t event_loop::turn(bool may_wait) {
  ++turns_;
  const int limit = patience(may_wait);
  told_count_ = ::epoll_wait(epoll_.get(), told_.data(), static_cast<int>(told_.size()), limit);
  const std::size_t done = has_posted_.load(std::memory_order_acquire) ? run_posted() : 0;
  for (int i = 0; i < told_count_; ++i) {
    told_left_ = told_count_ - 1 - i;
    const epoll_event& event = told_[static_cast<std::size_t>(i)];
    if (event.data.ptr != nullptr) static_cast<watcher*>(event.data.ptr)->on_ready(event.events);
    if (late_frames_.size() + gathered_.size() >= most_late) do_late();
  }
  told_count_ = 0;
  if (!alarms_.empty()) call_due();
  do_late();
  return done;
}

void event_loop::do_late() noexcept {
  const int left = std::exchange(told_left_, 0);  // whoever goes on now does not wait for the end once more
  for (std::size_t i = 0; i < late_frames_.size(); ++i) late_frames_[i].resume();
  late_frames_.clear();
  told_left_ = left;
  send_gathered();
}

void event_loop::send_late(late_sender& sender, std::span<const iovec> pieces) {
  const std::size_t before = gathered_bytes_.size();
  for (const iovec& piece : pieces) gathered_bytes_.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
  gathered_.push_back({&sender, gathered_bytes_.size() - before});
}

void event_loop::send_gathered() noexcept {
  std::string_view rest = gathered_bytes_;
  for (const gathered& each : gathered_) {
    each.sender->send_gathered(rest.substr(0, each.size));
    rest.remove_prefix(each.size);
  }
  gathered_.clear();
  gathered_bytes_.clear();
}

int event_loop::patience(bool may_wait) const noexcept {
  if (!may_wait || has_posted_.load(std::memory_order_acquire) || stopped_.load(std::memory_order_relaxed)) return 0;
  if (alarms_.empty()) return -1;
  const auto first = std::min_element(alarms_.begin(), alarms_.end(),
                                      [](const alarm& one, const alarm& other) { return one.due < other.due; });
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(first->due - steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

void event_loop::call_due() {
  const steady_time now = steady_clock::now();
  for (std::size_t i = 0; i < alarms_.size();) {
    if (alarms_[i].due > now) {
      ++i;
      continue;
    }
    const std::function<void()> action = std::move(alarms_[i].action);
    alarms_.erase(alarms_.begin() + static_cast<std::ptrdiff_t>(i));
    action();  // may set the next
  }
}

std::size_t event_loop::run_posted() {
  std::vector<std::function<void()>> work;
  {
    const std::lock_guard lock{mutex_};
    work.swap(posted_);
    has_posted_.store(false, std::memory_order_relaxed);
  }
  for (const std::function<void()>& each : work) each();
  return work.size();
}

void event_loop::post(std::function<void()> work) {
  {
    const std::lock_guard lock{mutex_};
    posted_.push_back(std::move(work));
    if (has_posted_.exchange(true, std::memory_order_release)) return;  // it knows already
  }
  ::eventfd_write(wake_.get(), 1);
}

void event_loop::post_here(std::function<void()> work) {
  const std::lock_guard lock{mutex_};
  posted_.push_back(std::move(work));
  has_posted_.store(true, std::memory_order_relaxed);  // it is looked at before the next wait
}

void event_loop::stop() {
  stopped_.store(true, std::memory_order_relaxed);
  ::eventfd_write(wake_.get(), 1);
}

result<void> event_loop::watch(int socket, watcher& told, trigger when) {
  epoll_event interest{};
  interest.events = events_of(when);
  interest.data.ptr = &told;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &interest) != 0) return last_error();
  return {};
}

void event_loop::look_again(int socket, watcher& told, trigger when) noexcept {
  epoll_event interest{};
  interest.events = events_of(when);
  interest.data.ptr = &told;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, socket, &interest);
}

void event_loop::forget(int socket, const watcher& told) noexcept {
  epoll_event unused{};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, socket, &unused);
  for (int i = 0; i < told_count_; ++i) {
    epoll_event& event = told_[static_cast<std::size_t>(i)];
    if (event.data.ptr == &told) event.data.ptr = nullptr;
  }
}

void event_loop::call_after(std::chrono::milliseconds time, std::function<void()> action) {
  alarms_.push_back({steady_clock::now() + time, std::move(action)});
}

}  // namespace modelgate::net
