#pragma once

#include "gateway/proxy/body_copy.hpp"
#include "gateway/proxy/input_buffer.hpp"

#include "modelgate/http/body_decoder.hpp"
#include "modelgate/net/byte_stream.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace modelgate::proxy {

/// How a body is written on.
enum class body_coding : std::uint8_t { none, as_is, chunked };

[[nodiscard]] body_coding coding_of(http::body_kind kind) noexcept;

/// Moves one message, its head and then its body, from one stream to another without ever holding a whole body.
///
/// Bytes are read into the worker's scratch buffer and written on at once. What the sink does not take is kept aside,
/// at most one scratch buffer of it, and nothing more is read until it has gone: that is the high watermark, empty is
/// the low one.
///
/// Shape: one per direction of an exchange, worker-local; `kept` is lent by the caller so that its memory is reused.
class body_relay {
 public:
  enum class status : std::uint8_t {
    wants_input,   ///< the source has nothing now
    wants_output,  ///< the sink takes nothing now
    wants_turn,    ///< both sides could go on, but others on this worker have waited long enough
    finished,
    source_ended,  ///< closed before the message was complete
    source_failed,
    malformed,  ///< chunked coding is broken
    too_large,  ///< more payload than `limit`
    sink_failed,
  };

  body_relay(std::string& kept, http::body_framing source, body_coding coding, std::uint64_t limit) noexcept;

  /// Bytes that go out before the body; they must live until the first pump has returned. Set again, before any byte
  /// was sent, they replace the earlier ones: a retry names another replica.
  void set_head(std::string_view head);

  /// From now on what is written of the body is also appended there.
  void copy_to(body_copy& copy) noexcept { copy_ = &copy; }

  /// Starts again from the first byte for another sink: `copy` is all that was written of the body and is used up.
  void start_over(std::string_view head, body_copy& copy);

  /// Moves as much as goes without waiting. `early` holds bytes of the source that were read before: they come first,
  /// and bytes read past the end of the message are put back there.
  [[nodiscard]] status pump(input_buffer& early, net::byte_stream& source, net::byte_stream& sink,
                            std::span<char> scratch);

  /// The same for a source whose early bytes lie in the scratch buffer itself; what stands after the message's end is
  /// surplus.
  [[nodiscard]] status pump_from_scratch(std::string_view early, net::byte_stream& source, net::byte_stream& sink,
                                         std::span<char> scratch);

  /// The same when the source has said all: what is left for the sink.
  [[nodiscard]] status hand_over_rest(net::byte_stream& sink);

  [[nodiscard]] std::uint64_t payload_bytes() const noexcept { return payload_bytes_; }
  [[nodiscard]] std::uint64_t bytes_sent() const noexcept { return bytes_sent_; }
  [[nodiscard]] bool source_complete() const noexcept { return decoder_.finished(); }
  [[nodiscard]] bool sink_is_behind() const noexcept { return kept_from_ < kept_.size(); }
  [[nodiscard]] bool surplus() const noexcept { return surplus_; }
  [[nodiscard]] bool sent_all() const noexcept { return done_; }

 private:
  /// Reads once into `room`. Absent: `bytes` is what came, empty when the source ended where it may; else why nothing goes
  /// on now.
  [[nodiscard]] std::optional<status> read_once(net::byte_stream& source, net::byte_stream& sink, std::span<char> room,
                                                std::string_view& bytes);
  /// What is left to say after a look at new input.
  [[nodiscard]] status take(std::string_view input, std::size_t& consumed, net::byte_stream& sink);
  [[nodiscard]] status write_out(std::span<const iovec> pieces, net::byte_stream& sink);
  [[nodiscard]] status flush(net::byte_stream& sink);
  [[nodiscard]] status finish_if_complete(net::byte_stream& sink);
  [[nodiscard]] std::size_t read_size(std::span<char> scratch, std::size_t give_back) const noexcept;

  std::string& kept_;
  body_copy* copy_ = nullptr;
  std::size_t kept_from_ = 0;
  std::string_view head_;           ///< not written yet
  std::size_t kept_head_size_ = 0;  ///< of the head within `kept_`, as long as nothing was sent
  http::body_decoder decoder_;
  body_coding coding_;
  std::uint64_t limit_;
  std::uint64_t payload_bytes_ = 0;
  std::uint64_t bytes_sent_ = 0;
  std::size_t turn_bytes_ = 0;  ///< read in this turn
  bool terminated_ = false;     ///< the last chunk has been written or kept
  bool done_ = false;
  bool surplus_ = false;
};

}  // namespace modelgate::proxy
