#pragma once

#include <string>
#include <string_view>

namespace modelgate::control::domain {

/// `^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`
[[nodiscard]] bool is_deployment_id(std::string_view text) noexcept;
inline constexpr std::string_view deployment_id_rule =
    "must be 3 to 63 lower-case letters, digits or '-', with a letter or digit at both ends";

/// At most so many bytes of UTF-8, and no half of a character. Of what is no text exactly so many.
[[nodiscard]] std::string_view cut(std::string_view text, std::size_t most) noexcept;

/// What people call a deployment: letters, digits, spaces, '-' and '_', a letter or digit at both ends, at least two
/// characters.
[[nodiscard]] bool is_deployment_name(std::string_view text) noexcept;

/// `^[a-z_][a-z0-9_-]{0,63}$`
[[nodiscard]] bool is_client_name(std::string_view text) noexcept;

/// Letters, digits, '-' and '_', a letter or digit at both ends, at most 63; not "everyone", which PrimeHub's clients
/// take for the group of all.
[[nodiscard]] bool is_group_name(std::string_view text) noexcept;

/// Two group names with one key are one group: case does not count, and '_' is '-'.
[[nodiscard]] std::string group_name_key(std::string_view name);

/// Lower-case letters, digits, '-' and '.', a letter or digit at both ends, at most 63.
[[nodiscard]] bool is_instance_type_name(std::string_view text) noexcept;

/// The same, at most 253: what Kubernetes takes for the name of a secret.
[[nodiscard]] bool is_pull_secret_name(std::string_view text) noexcept;

/// Lower-case letters, digits and "._@+-", a letter or digit first, at most 128.
[[nodiscard]] bool is_user_name(std::string_view text) noexcept;

/// `^[-._a-zA-Z][-._a-zA-Z0-9]*$`
[[nodiscard]] bool is_env_name(std::string_view text) noexcept;

/// Whether a replica's environment variable of that name is modelgate's to set, or would change which code runs.
[[nodiscard]] bool is_reserved_env_name(std::string_view name) noexcept;

/// "My Model_1" with the suffix "3f9c2" gives "my-model-1-3f9c2", shortened to fit.
/// Shape: `name` is a deployment name and `suffix` at most 8 of [a-z0-9]; the answer is a deployment id.
[[nodiscard]] std::string deployment_id_from(std::string_view name, std::string_view suffix);

/// The deployment in a replica's name, "deploy-<id>-r<revision>-<index>". Empty: it is no such name.
[[nodiscard]] std::string_view deployment_of_replica(std::string_view name) noexcept;

/// Without white space at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

}  // namespace modelgate::control::domain
