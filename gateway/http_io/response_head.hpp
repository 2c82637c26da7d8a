#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/http_io/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace modelgate::http_io {

/// How the end of a response's body is told.
enum class body_framing { none, content_length, chunked, until_close };

/// A response to HEAD is framed as if it were to GET. Source: RFC 9112 section 6.3.
[[nodiscard]] body_framing choose_framing(const response& answer, bool http_1_0) noexcept;

/// Status line and header fields, with the empty line. Date, X-Content-Type-Options, Cache-Control, Connection and the
/// framing are put in; fields that the handler set win, but for Connection and the framing. Errors: absent when a field
/// cannot be written as it is (a bad name, CR or LF in a value): a bug of the handler.
[[nodiscard]] std::optional<std::string> write_response_head(const response& answer, body_framing framing,
                                                             bool keep_alive, system_time now);

/// Whether name and value can stand in a header section. Source: RFC 9110 section 5.
[[nodiscard]] bool is_writable_field(std::string_view name, std::string_view value) noexcept;

/// "1a\r\n": what goes before the bytes of a chunk.
[[nodiscard]] std::string write_chunk_size(std::size_t size);

}  // namespace modelgate::http_io
