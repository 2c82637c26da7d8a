#include "gateway/proxy/body_relay.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace modelgate::proxy {
namespace {

/// Two fast peers could keep a worker to themselves: a few hundredths of a millisecond of copying, then the others have
/// their turn. A hundred that are ready at once keep a short request waiting for so much of each.
constexpr std::size_t most_bytes_per_turn = 131'072;
constexpr std::size_t most_pieces = 64;  // of payload gathered into one write; beyond that it is many writes

iovec piece_of(std::string_view text) noexcept {
  return {const_cast<char*>(text.data()), text.size()};
}

}  // namespace

body_coding coding_of(http::body_kind kind) noexcept {
  switch (kind) {
    case http::body_kind::none:
      return body_coding::none;
    case http::body_kind::sized:
    case http::body_kind::until_close:
      return body_coding::as_is;
    case http::body_kind::chunked:
      return body_coding::chunked;
  }
  return body_coding::none;
}

body_relay::body_relay(std::string& kept, http::body_framing source, body_coding coding, std::uint64_t limit) noexcept
    : kept_{kept}, decoder_{source}, coding_{coding}, limit_{limit} {
  kept_.clear();
}

void body_relay::set_head(std::string_view head) {
  if (kept_head_size_ > 0) {
    kept_.replace(0, kept_head_size_, head);
    kept_head_size_ = head.size();
  } else {
    head_ = head;
  }
}

void body_relay::start_over(std::string_view head, body_copy& copy) {
  kept_.swap(copy.bytes());
  copy.give_up();
  copy_ = nullptr;
  kept_.insert(0, head);
  kept_from_ = 0;
  kept_head_size_ = head.size();
  head_ = {};
  bytes_sent_ = 0;
  done_ = false;
}

body_relay::status body_relay::pump(input_buffer& early, net::byte_stream& source, net::byte_stream& sink,
                                    std::span<char> scratch) {
  turn_bytes_ = 0;
  for (;;) {
    if (const status flushed = flush(sink); flushed != status::finished) return flushed;
    if (const status ended = finish_if_complete(sink); ended != status::wants_input) return ended;
    if (!early.empty()) {
      if (turn_bytes_ >= most_bytes_per_turn) return status::wants_turn;
      std::size_t consumed = 0;
      const status taken = take(early.view(), consumed, sink);
      early.consume(consumed);
      turn_bytes_ += consumed;
      if (taken != status::wants_input) return taken;
      continue;
    }
    std::string_view bytes;
    const std::span<char> room = scratch.first(read_size(scratch, early.capacity()));
    if (const auto pause = read_once(source, sink, room, bytes)) return *pause;
    std::size_t consumed = 0;
    const status taken = take(bytes, consumed, sink);
    if (consumed < bytes.size()) early.assign(bytes.substr(consumed));
    if (taken != status::wants_input) return taken;
  }
}

body_relay::status body_relay::pump_from_scratch(std::string_view early, net::byte_stream& source,
                                                 net::byte_stream& sink, std::span<char> scratch) {
  turn_bytes_ = 0;
  for (;;) {
    if (!early.empty()) {
      std::size_t consumed = 0;
      const status taken = take(early, consumed, sink);
      // Early bytes lie in the scratch buffer, which others use as soon as we wait: none of them may be left.
      early.remove_prefix(consumed);
      if (decoder_.finished()) {
        surplus_ = surplus_ || !early.empty();
        early = {};
      }
      if (taken == status::wants_output) {
        while (!early.empty() && !decoder_.finished() && !decoder_.failed()) {
          std::size_t more = 0;
          const status kept = take(early, more, sink);
          early.remove_prefix(more);
          if (kept != status::wants_output && kept != status::wants_input) return kept;
        }
        surplus_ = surplus_ || (decoder_.finished() && !early.empty());
        return status::wants_output;
      }
      if (taken != status::wants_input) return taken;
      continue;
    }
    if (const status flushed = flush(sink); flushed != status::finished) return flushed;
    if (const status ended = finish_if_complete(sink); ended != status::wants_input) return ended;
    const std::span<char> room = scratch.first(read_size(scratch, scratch.size()));
    if (const auto pause = read_once(source, sink, room, early)) return *pause;
  }
}

body_relay::status body_relay::hand_over_rest(net::byte_stream& sink) {
  const status flushed = flush(sink);
  return flushed == status::finished ? finish_if_complete(sink) : flushed;
}

std::optional<body_relay::status> body_relay::read_once(net::byte_stream& source, net::byte_stream& sink,
                                                        std::span<char> room, std::string_view& bytes) {
  if (turn_bytes_ >= most_bytes_per_turn) return status::wants_turn;
  const net::io_result read = source.read_some(room);
  switch (read.status) {
    case net::io_status::ok:
      turn_bytes_ += read.bytes;
      bytes = {room.data(), read.bytes};
      return std::nullopt;
    case net::io_status::end:
      decoder_.on_end_of_input();
      if (decoder_.failed()) return status::source_ended;
      return std::nullopt;
    case net::io_status::failed:
      return status::source_failed;
    case net::io_status::would_block:
      break;
  }
  // The head goes out although no byte of the body is here yet: the replica may answer from it.
  return head_.empty() ? status::wants_input : write_out({}, sink);
}

body_relay::status body_relay::take(std::string_view input, std::size_t& consumed, net::byte_stream& sink) {
  std::array<iovec, most_pieces + 4> pieces;
  std::size_t count = 2;  // place for the head and for the chunk's size line
  std::size_t payload = 0;
  while (consumed < input.size() && count < most_pieces && !decoder_.finished()) {
    const http::body_decoder::step step = decoder_.next(input.substr(consumed));
    consumed += step.consumed;
    if (decoder_.failed()) return status::malformed;
    if (step.payload.empty()) continue;
    payload += step.payload.size();
    pieces[count++] = piece_of(step.payload);
  }
  payload_bytes_ += payload;
  // A chunk that cannot fit is refused by its size, before any of it is forwarded.
  if (payload_bytes_ > limit_ || decoder_.announced() > limit_ - payload_bytes_) return status::too_large;

  std::array<char, 20> size_line{};
  pieces[0] = piece_of(head_);
  pieces[1] = {nullptr, 0};
  const bool chunk = coding_ == body_coding::chunked && payload > 0;
  if (chunk) {
    char* end = std::to_chars(size_line.data(), size_line.data() + 16, payload, 16).ptr;
    *end++ = '\r';
    *end++ = '\n';
    pieces[1] = {size_line.data(), static_cast<std::size_t>(end - size_line.data())};
  }
  const bool last = decoder_.finished() && coding_ == body_coding::chunked;
  if (chunk && last)
    pieces[count++] = piece_of("\r\n0\r\n\r\n");
  else if (chunk)
    pieces[count++] = piece_of("\r\n");
  else if (last)
    pieces[count++] = piece_of("0\r\n\r\n");
  terminated_ = terminated_ || decoder_.finished();
  return write_out({pieces.data(), count}, sink);
}

body_relay::status body_relay::write_out(std::span<const iovec> pieces, net::byte_stream& sink) {
  const std::array<iovec, 1> only_head{piece_of(head_)};
  if (pieces.empty()) pieces = only_head;
  if (copy_ != nullptr) {
    for (const iovec& piece : pieces.subspan(1))
      copy_->append({static_cast<const char*>(piece.iov_base), piece.iov_len});
  }
  const std::size_t head_size = std::exchange(head_, {}).size();
  std::size_t sent = 0;
  status answer = status::wants_input;
  if (!sink_is_behind()) {
    const net::io_result written = sink.write_some(pieces);
    sent = written.bytes;
    bytes_sent_ += sent;
    if (written.status == net::io_status::failed) answer = status::sink_failed;
  }
  // What was not taken is kept, also after a failure: when nothing was sent another replica may still get it.
  if (bytes_sent_ == 0 && head_size > 0)
    kept_head_size_ = head_size;
  else if (bytes_sent_ > 0)
    kept_head_size_ = 0;
  for (const iovec& piece : pieces) {
    const std::size_t skip = std::min(sent, piece.iov_len);
    sent -= skip;
    if (skip < piece.iov_len) kept_.append(static_cast<const char*>(piece.iov_base) + skip, piece.iov_len - skip);
  }
  if (answer == status::wants_input && sink_is_behind()) answer = status::wants_output;
  return answer;
}

body_relay::status body_relay::flush(net::byte_stream& sink) {
  while (sink_is_behind()) {
    const iovec rest = piece_of(std::string_view{kept_}.substr(kept_from_));
    const net::io_result written = sink.write_some({&rest, 1});
    if (written.status == net::io_status::failed) return status::sink_failed;
    if (written.status == net::io_status::would_block) return status::wants_output;
    bytes_sent_ += written.bytes;
    kept_head_size_ = 0;
    kept_from_ += written.bytes;
  }
  kept_.clear();
  kept_from_ = 0;
  return status::finished;
}

body_relay::status body_relay::finish_if_complete(net::byte_stream& sink) {
  if (decoder_.failed()) return status::malformed;
  if (!decoder_.finished()) return status::wants_input;
  if (!terminated_ || !head_.empty()) {
    // A message without a body, or one that ended with the connection: its head or last chunk is still to come.
    const bool last_chunk = !terminated_ && coding_ == body_coding::chunked;
    const std::array<iovec, 2> pieces{piece_of(head_),
                                      piece_of(last_chunk ? std::string_view{"0\r\n\r\n"} : std::string_view{})};
    terminated_ = true;
    if (const status sent = write_out(pieces, sink); sent == status::sink_failed) return sent;
    if (const status flushed = flush(sink); flushed != status::finished) return flushed;
  }
  done_ = true;
  return status::finished;
}

std::size_t body_relay::read_size(std::span<char> scratch, std::size_t give_back) const noexcept {
  const std::uint64_t readable = decoder_.readable();
  if (readable < scratch.size()) return static_cast<std::size_t>(readable);
  // Where the end is unknown, what is read past it has to fit into the buffer that it is given back to.
  const bool end_unknown = decoder_.kind() == http::body_kind::chunked;
  return end_unknown ? std::min(scratch.size(), give_back) : scratch.size();
}

}  // namespace modelgate::proxy
