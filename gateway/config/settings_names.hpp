#pragma once

#include "gateway/config/settings_table.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Names of keys and sections, and what to tell somebody who wrote one that is none.
namespace modelgate::config {

/// "head" of "timeouts.head"
[[nodiscard]] std::string_view last_part(std::string_view name) noexcept;
/// "runtime.process" of "runtime.process.user"; empty for a name without a section.
[[nodiscard]] std::string_view section_of(std::string_view name) noexcept;

/// True of "timeouts" and "runtime" and "runtime.process", but of no key.
[[nodiscard]] bool is_section(std::string_view name) noexcept;

/// The key that somebody who wrote `name` most likely meant: the same word in another section, else the nearest one.
/// Errors: null where nothing comes near.
[[nodiscard]] const settings_key* key_meant_by(std::string_view name);

/// "unknown key; did you mean timeouts.head?", or which keys there are.
[[nodiscard]] std::string explain_unknown_key(std::string_view name);
/// "unknown section; did you mean [timeouts]?", or which sections there are.
[[nodiscard]] std::string explain_unknown_section(std::string_view name);

/// A name or a value as it may be shown on one line: not too long, without control characters.
[[nodiscard]] std::string shown(std::string_view text);

}  // namespace modelgate::config
