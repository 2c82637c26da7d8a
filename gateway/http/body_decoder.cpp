#include "modelgate/http/body_decoder.hpp"

#include "gateway/http/characters.hpp"

#include <algorithm>
#include <limits>

namespace modelgate::http {
namespace {

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// What stands in no line: every control character but a tab.
bool is_control(char c) noexcept {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

}  // namespace

body_decoder::body_decoder(body_framing framing) noexcept : framing_{framing} {
  switch (framing.kind) {
    case body_kind::none:
      break;
    case body_kind::sized:
      remaining_ = framing.size;
      state_ = remaining_ == 0 ? state::finished : state::sized;
      break;
    case body_kind::chunked:
      state_ = state::chunk_size_first;
      break;
    case body_kind::until_close:
      state_ = state::until_close;
      break;
  }
}

body_decoder::step body_decoder::next(std::string_view input) noexcept {
  step taken;
  while (taken.consumed < input.size() && !finished() && !failed()) {
    const std::string_view rest = input.substr(taken.consumed);
    if (state_ == state::sized || state_ == state::chunk_payload) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, rest.size()));
      remaining_ -= size;
      taken.payload = rest.substr(0, size);
      taken.consumed += size;
      if (remaining_ == 0) state_ = state_ == state::sized ? state::finished : state::chunk_payload_cr;
      return taken;
    }
    if (state_ == state::until_close) {
      taken.payload = rest;
      taken.consumed += rest.size();
      return taken;
    }
    control_byte(rest.front());
    ++taken.consumed;
  }
  return taken;
}

void body_decoder::control_byte(char byte) noexcept {
  const auto expect = [&](char wanted, state then) { state_ = byte == wanted ? then : state::failed; };
  switch (state_) {
    case state::chunk_size_first:
    case state::chunk_size: {
      const int digit = hex_value(byte);
      if (digit >= 0) {
        constexpr std::uint8_t longest_size = 16;  // digits: more cannot be a size, and 16 cannot overflow 64 bits
        constexpr std::uint64_t largest_size = std::numeric_limits<std::int64_t>::max();  // others count with a sign
        if (state_ == state::chunk_size_first) size_digits_ = 0;
        remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);
        const bool fits = ++size_digits_ <= longest_size && remaining_ <= largest_size;
        state_ = fits ? state::chunk_size : state::failed;
      } else if (state_ == state::chunk_size_first) {
        state_ = state::failed;
      } else if (byte == '\r') {
        state_ = state::chunk_size_lf;
      } else if (byte == ';') {
        state_ = state::chunk_extension;
      } else if (byte == ' ' || byte == '\t') {
        state_ = state::chunk_space;
      } else {
        state_ = state::failed;
      }
      return;
    }
    case state::chunk_space:
      if (byte == '\r')
        state_ = state::chunk_size_lf;
      else if (byte == ';')
        state_ = state::chunk_extension;
      else if ((byte != ' ' && byte != '\t') || ++overhead_ > extension_limit)
        state_ = state::failed;
      return;
    case state::chunk_extension:
      if (byte == '\r')
        state_ = state::chunk_size_lf;
      else if (is_control(byte) || ++overhead_ > extension_limit)
        state_ = state::failed;
      return;
    case state::chunk_size_lf:
      expect('\n', remaining_ > 0 ? state::chunk_payload : state::trailer_start);
      if (state_ == state::trailer_start) overhead_ = 0;
      return;
    case state::chunk_payload_cr:
      expect('\r', state::chunk_payload_lf);
      return;
    case state::chunk_payload_lf:
      expect('\n', state::chunk_size_first);
      return;
    case state::trailer_start:
      if (byte == '\r')
        state_ = state::final_lf;
      else if (!is_in(in_token, byte) || ++overhead_ > trailer_limit)
        state_ = state::failed;
      else
        state_ = state::trailer_name;
      return;
    case state::trailer_name:
      if (++overhead_ > trailer_limit)
        state_ = state::failed;
      else if (byte == ':')
        state_ = state::trailer_value;
      else if (!is_in(in_token, byte))
        state_ = state::failed;
      return;
    case state::trailer_value:
      if ((byte != '\r' && is_control(byte)) || ++overhead_ > trailer_limit)
        state_ = state::failed;
      else if (byte == '\r')
        state_ = state::trailer_lf;
      return;
    case state::trailer_lf:
      expect('\n', state::trailer_start);
      return;
    case state::final_lf:
      expect('\n', state::finished);
      return;
    case state::sized:
    case state::until_close:
    case state::chunk_payload:
    case state::finished:
    case state::failed:
      return;
  }
}

void body_decoder::on_end_of_input() noexcept {
  if (state_ == state::until_close)
    state_ = state::finished;
  else if (state_ != state::finished)
    state_ = state::failed;
}

std::uint64_t body_decoder::readable() const noexcept {
  switch (state_) {
    case state::finished:
    case state::failed:
      return 0;
    case state::sized:
      return remaining_;
    default:
      return std::numeric_limits<std::uint64_t>::max();
  }
}

}  // namespace modelgate::http
