#pragma once

#include "modelgate/config/settings.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The one table of keys: parsing, the environment, suggestions and the test that holds conf/modelgate.toml to it read
/// it.
namespace modelgate::config {

/// A value as it was written; `monostate` for what no key takes (a table, a date).
using written_value = std::variant<std::monostate, std::string, std::int64_t, double, bool, std::vector<std::string>>;

struct address_key {
  net::endpoint& (*of)(settings&);
};
struct address_list_key {
  std::vector<std::string>& (*of)(settings&);
};
/// "10.0.0.0/8", "fc00::/7", or one address.
struct network_list_key {
  std::vector<std::string>& (*of)(settings&);
};
/// Names of one kind: groups, capabilities.
struct name_list_key {
  std::vector<std::string>& (*of)(settings&);
  std::string_view expected;
  bool (*is_valid)(std::string_view name);
};
struct duration_key {
  milliseconds& (*of)(settings&);
  milliseconds least{1};
};
struct count_key {
  std::uint64_t& (*of)(settings&);
  std::uint64_t least;
  std::uint64_t most;
};
/// A count of bytes, also taken as "16KiB", "32MiB", "1GiB".
struct size_key {
  std::uint64_t& (*of)(settings&);
  std::uint64_t least;
  std::uint64_t most;
};
/// A part of a whole, from 0 to 1.
struct fraction_key {
  double& (*of)(settings&);
};
struct flag_key {
  bool& (*of)(settings&);
};
/// One of a few words; `chosen` gets the place of the word.
struct choice_key {
  std::span<const std::string_view> words;
  void (*choose)(settings&, std::size_t chosen);
  std::size_t (*chosen)(const settings&);
};
struct folder_key {
  std::filesystem::path& (*of)(settings&);
  bool may_be_empty = false;
};
/// The path of a file, or empty.
struct file_key {
  std::filesystem::path& (*of)(settings&);
};
struct file_list_key {
  std::vector<std::filesystem::path>& (*of)(settings&);
};
/// Empty, or an absolute http or https URL.
struct url_key {
  std::string& (*of)(settings&);
};
struct text_key {
  std::string& (*of)(settings&);
  std::string_view expected;
  bool (*is_valid)(std::string_view text);
};

using key_kind =
    std::variant<address_key, address_list_key, network_list_key, name_list_key, duration_key, count_key, size_key,
                 fraction_key, flag_key, choice_key, folder_key, file_key, file_list_key, url_key, text_key>;

/// When a running program takes over another value of a key, after SIGHUP.
enum class key_effect {
  at_reload,
  at_restart,  ///< what is open, owned or labelled already is not made again
};

struct settings_key {
  std::string_view name;  ///< with its section, "timeouts.head"
  key_kind kind;
  key_effect effect = key_effect::at_reload;
};

[[nodiscard]] std::span<const settings_key> settings_keys() noexcept;
[[nodiscard]] const settings_key* find_key(std::string_view name) noexcept;

/// Puts a value where it belongs. Relative folders start at `folder`. Errors: what was expected instead, in words.
[[nodiscard]] std::optional<std::string> assign(settings& target, const settings_key& key, const written_value& value,
                                                const std::filesystem::path& folder);

/// What the text of an environment variable stands for, by the kind of its key.
[[nodiscard]] written_value value_from_text(const settings_key& key, const std::string& text);

constexpr std::string_view environment_prefix = "MODELGATE_";

/// "MODELGATE_TIMEOUTS__HEAD"
[[nodiscard]] std::string environment_name(const settings_key& key);

/// A mistake that no value shows by itself.
struct settings_problem {
  std::vector<std::string_view> keys;  ///< that it is about; the one to change first
  std::string detail;                  ///< what is wrong with that one, and what to do
};
/// Keys that contradict each other.
[[nodiscard]] std::vector<settings_problem> find_contradictions(const settings& whole);

}  // namespace modelgate::config
