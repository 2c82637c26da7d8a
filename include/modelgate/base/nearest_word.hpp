#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace modelgate {

/// The word that somebody who wrote `text` most likely meant. Upper and lower case are the same here.
/// Errors: absent when every word is further away than about a third of its letters: a wild guess helps nobody.
/// Source: optimal string alignment distance, as two swapped letters are one slip.
[[nodiscard]] std::optional<std::string_view> nearest_word(std::string_view text,
                                                           std::span<const std::string_view> words);

}  // namespace modelgate
