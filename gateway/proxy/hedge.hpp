#pragma once

#include "gateway/upstream/cluster.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/net/byte_stream.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace modelgate::proxy {

/// A request that was sent whole, once more on its way to a second replica, until that one begins to answer.
///
/// Of the answer no more is read than its status; the rest stays for the exchange if it takes the hedge over.
///
/// Shape:  worker-local, lives in its exchange, which owns the body's bytes and keeps them meanwhile. Destroyed before
///         it was taken over, it resets its connection: the replica need not work on.
/// Errors: whatever goes wrong is `lost`; the client hears nothing of it.
class hedge {
 public:
  enum class progress : std::uint8_t { pending, answers, answers_failure, lost };

  /// `stream` is connected or on its way to be, until `connect_due` at the latest; `reused`: kept from an earlier
  /// request.
  hedge(upstream::slot slot, net::stream_ptr stream, bool reused, std::string head, steady_time now,
        steady_time connect_due) noexcept
      : slot_{std::move(slot)},
        stream_{std::move(stream)},
        head_{std::move(head)},
        started_{now},
        connect_due_{connect_due},
        reused_{reused} {}
  ~hedge() {
    if (stream_) stream_->abort();
  }
  hedge(const hedge&) = delete;
  hedge& operator=(const hedge&) = delete;

  /// Goes on as far as it goes without waiting.
  [[nodiscard]] progress step(std::string_view body);

  [[nodiscard]] upstream::slot& slot() noexcept { return slot_; }
  [[nodiscard]] steady_time started() const noexcept { return started_; }
  [[nodiscard]] std::size_t kept_bytes() const noexcept { return head_.size(); }
  /// When it is lost for want of a connection.
  [[nodiscard]] steady_time connect_due() const noexcept { return connected_ ? steady_time::max() : connect_due_; }
  /// Whether its loss says nothing of the replica: a kept connection ended before anything came.
  [[nodiscard]] bool blames_nobody() const noexcept { return reused_ && answer_start_.empty(); }
  [[nodiscard]] bool is_reused() const noexcept { return reused_; }
  /// Of the answer; 0: it is not here yet.
  [[nodiscard]] unsigned status() const noexcept;
  [[nodiscard]] bool is_connected() const noexcept { return connected_; }

  [[nodiscard]] upstream::slot take_slot() noexcept { return std::move(slot_); }
  [[nodiscard]] net::stream_ptr take_stream() noexcept { return std::exchange(stream_, nullptr); }
  /// What has been read of the answer: too little to be a whole head.
  [[nodiscard]] std::string_view answer_start() const noexcept { return answer_start_; }

 private:
  [[nodiscard]] progress send(std::string_view body);
  [[nodiscard]] progress read_status();

  upstream::slot slot_;
  net::stream_ptr stream_;
  std::string head_;
  steady_time started_;
  steady_time connect_due_;
  bool reused_;
  std::size_t sent_ = 0;
  bool connected_ = false;
  std::string answer_start_;
};

}  // namespace modelgate::proxy
