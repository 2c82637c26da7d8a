#pragma once

#include <string>
#include <string_view>

namespace modelgate::telemetry {

/// Appends a JSON string with its quotes: ASCII control characters and DEL escaped, what is no UTF-8 replaced by U+FFFD.
/// It never has a line break in it.
void append_quoted(std::string& out, std::string_view text);

/// The same where quotes are needed, else the text as it is: for logfmt.
void append_word(std::string& out, std::string_view text);

}  // namespace modelgate::telemetry
