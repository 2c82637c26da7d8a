#pragma once

#include <string>
#include <string_view>

namespace modelgate {

/// A name or value of a form (application/x-www-form-urlencoded) as it was meant: "+" is a space, "%41" a byte; what is no
/// escape stays.
///
/// Source: WHATWG URL Standard, section 5.1.
[[nodiscard]] std::string decode_form_text(std::string_view text);

}  // namespace modelgate
