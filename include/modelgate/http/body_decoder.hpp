#pragma once

#include "modelgate/http/framing.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace modelgate::http {

/// Finds a message's payload in the bytes after its head.
///
/// Chunk extensions are skipped up to 4 KiB over the whole body, trailers are dropped up to 8 KiB with their line ends, if each is a field
/// as a head may have it; line ends are CR LF only.
///
/// Shape:  one per message; bounded memory (no buffer of its own).
/// Errors: `failed` for ever once the coding is broken; the connection cannot be used any more.
/// Source: RFC 9112 sections 6.3 and 7.1.
class body_decoder {
 public:
  static constexpr std::size_t extension_limit = 4'096;
  static constexpr std::size_t trailer_limit = 8'192;

  struct step {
    std::size_t consumed = 0;  ///< bytes of the input that were looked at, `payload` included
    std::string_view payload;  ///< view into the input; may be empty although bytes were consumed
  };

  body_decoder() = default;
  explicit body_decoder(body_framing framing) noexcept;

  /// Takes as much as makes one piece of payload. Call again with the rest until all is consumed or it is finished.
  [[nodiscard]] step next(std::string_view input) noexcept;

  /// The peer has closed. Only a body that runs until the close is finished by that.
  void on_end_of_input() noexcept;

  [[nodiscard]] bool finished() const noexcept { return state_ == state::finished; }
  [[nodiscard]] bool failed() const noexcept { return state_ == state::failed; }
  /// How many bytes may be read without reading past the end of the message; the whole range where that is unknown.
  [[nodiscard]] std::uint64_t readable() const noexcept;
  /// Payload that the current chunk has announced and that is still to come.
  [[nodiscard]] std::uint64_t announced() const noexcept {
    return framing_.kind == body_kind::chunked && !finished() ? remaining_ : 0;
  }
  [[nodiscard]] body_kind kind() const noexcept { return framing_.kind; }

 private:
  enum class state : std::uint8_t {
    sized,
    until_close,
    chunk_size_first,
    chunk_size,
    chunk_space,
    chunk_extension,
    chunk_size_lf,
    chunk_payload,
    chunk_payload_cr,
    chunk_payload_lf,
    trailer_start,
    trailer_name,
    trailer_value,
    trailer_lf,
    final_lf,
    finished,
    failed,
  };

  void control_byte(char byte) noexcept;

  body_framing framing_;
  state state_ = state::finished;
  std::uint64_t remaining_ = 0;
  std::uint8_t size_digits_ = 0;
  std::size_t overhead_ = 0;  ///< extension or trailer bytes so far
};

}  // namespace modelgate::http
