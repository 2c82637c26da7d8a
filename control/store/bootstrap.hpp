#pragma once

#include "control/store/database.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/crypto/token.hpp"

#include <filesystem>
#include <optional>
#include <string_view>

namespace modelgate::control::store {

inline constexpr std::string_view first_user_name = "admin";

/// On the first start, when there are no users yet: makes the platform administrator `admin` and writes a token of his
/// to `initial-admin-token` in the data folder, mode 0600, one line. Answers that file's path; absent when there are
/// users. Throws std::runtime_error, one line, when it cannot: nothing was made, and the next start tries again.
[[nodiscard]] std::optional<std::filesystem::path> bootstrap(const std::filesystem::path& data_folder,
                                                             const crypto::token_key& key, database& into,
                                                             system_time now);

}  // namespace modelgate::control::store
