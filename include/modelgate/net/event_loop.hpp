#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/base/result.hpp"
#include "modelgate/net/socket_handle.hpp"

#include <sys/epoll.h>
#include <sys/uio.h>

#include <array>
#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::net {

/// Who is told what the kernel says of a socket.
class watcher {
 public:
  /// `events`: EPOLLIN and so on. May end the watcher, and watch or forget others.
  virtual void on_ready(std::uint32_t events) = 0;

 protected:
  ~watcher() = default;
};

/// Whose bytes are sent at the end of a turn.
class late_sender {
 public:
  /// In the order in which they were gathered. Wakes nobody, as others may be in the middle of something.
  virtual void send_gathered(std::string_view bytes) noexcept = 0;

 protected:
  ~late_sender() = default;
};

/// The loop of one worker: the kernel's word on its sockets, what was posted to it, and what is due.
///
/// Asio's own loop tells of a socket's readiness once for each wait, and each wait costs an epoll_ctl: two of them for
/// each request that is forwarded, a tenth of what it costs. Here a socket is watched once, edge-triggered, for as long as
/// it is open.
///
/// A send wakes whoever reads on the other side. Where that one has gone to sleep since the last, waking costs as much as
/// the rest of the send: a sixth of a small request on one machine. So what is small is gathered, and goes out in a row at
/// the end of the turn, when the first has woken them all: 12 % less CPU for a request of the load case small_requests.
///
/// Shape:  one per worker; its own thread but for `post` and `stop`. A turn is: what had been posted, so that it holds
///         for whatever comes later; what the kernel told; what is due; what was left to its end. What posts itself again has its next turn then.
/// Errors: the constructor throws boost::system::system_error when the kernel gives no descriptors.
class event_loop {
 public:
  event_loop();
  ~event_loop();
  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;

  /// Turns until it is stopped.
  void run();
  /// One turn. Answers how much of what had been posted it did.
  std::size_t run_one();
  /// Turns that wait for nothing, until nothing is left that had been posted.
  std::size_t poll();

  // Any thread.
  void post(std::function<void()> work);
  void stop();

  /// The loop's own thread: as `post`, but nobody has to be woken.
  void post_here(std::function<void()> work);
  /// How many turns have begun; another one in each.
  [[nodiscard]] std::uint64_t turns() const noexcept { return turns_; }

  enum class trigger : std::uint8_t {
    edges,        ///< whenever reading, writing or ending has become possible; once each time
    input_edges,  ///< the same without writing
    input         ///< as long as there is something to read
  };
  /// Tells `told` of the socket from now on. Errors: the kernel's, when it cannot watch one more.
  [[nodiscard]] result<void> watch(int socket, watcher& told, trigger when = trigger::edges);
  /// What is possible by now is told once more: for whoever has not seen the socket empty.
  void look_again(int socket, watcher& told, trigger when = trigger::edges) noexcept;
  /// Before the socket is closed, and before `told` ends. What the kernel has told of it already is dropped.
  void forget(int socket, const watcher& told) noexcept;

  /// Sends a copy of these at the end of this turn, or before.
  void send_late(late_sender& sender, std::span<const iovec> pieces);
  /// All that was gathered, now: what comes next must not overtake it. Before a sender ends, too.
  void send_gathered() noexcept;

  /// Awaited, it goes on at the end of this turn, before what was gathered is sent; at once where everybody has been told
  /// what the kernel had to tell. For sends that cannot be gathered, because it matters whether they succeed.
  class end_of_turn {
   public:
    explicit end_of_turn(event_loop& of) noexcept : of_{of} {}
    [[nodiscard]] bool await_ready() const noexcept { return of_.told_left_ == 0; }
    void await_suspend(std::coroutine_handle<> frame) { of_.late_frames_.push_back(frame); }
    static void await_resume() noexcept {}

   private:
    event_loop& of_;
  };
  [[nodiscard]] end_of_turn at_end_of_turn() noexcept { return end_of_turn{*this}; }

  /// Calls `action` once, a moment after that time has passed.
  void call_after(std::chrono::milliseconds time, std::function<void()> action);

  /// Awaited, it lets everything else that is ready run first: for loops that might never have to wait.
  class next_turn {
   public:
    explicit next_turn(event_loop& of) noexcept : of_{of} {}
    static bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<> frame) {
      of_.post_here([frame] { frame.resume(); });
    }
    static void await_resume() noexcept {}

   private:
    event_loop& of_;
  };
  [[nodiscard]] next_turn yield_turn() noexcept { return next_turn{*this}; }

 private:
  struct gathered {
    late_sender* sender = nullptr;
    std::size_t size = 0;  ///< of `gathered_bytes_`, in a row
  };
  struct alarm {
    steady_time due;
    std::function<void()> action;
  };

  std::size_t turn(bool may_wait);
  [[nodiscard]] int patience(bool may_wait) const noexcept;
  void call_due();
  std::size_t run_posted();
  void do_late() noexcept;

  socket_handle epoll_;
  socket_handle wake_;  ///< an eventfd
  std::array<epoll_event, 256> told_{};
  int told_count_ = 0;
  std::uint64_t turns_ = 0;
  int told_left_ = 0;          ///< of this turn, still to be handed on
  std::vector<alarm> alarms_;  ///< two or three
  std::vector<std::coroutine_handle<>> late_frames_;
  std::vector<gathered> gathered_;
  std::string gathered_bytes_;

  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
  std::atomic<bool> has_posted_{false};
  std::atomic<bool> stopped_{false};
};

}  // namespace modelgate::net
