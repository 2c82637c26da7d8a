#pragma once

#include "gateway/config/settings_table.hpp"

#include "modelgate/config/settings_draft.hpp"

#include <toml++/toml.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace modelgate::config {

/// Sets one key, or tells that its value is not possible. Relative folders start at `folder`.
void lay_value(settings_draft& draft, const settings_key& key, const written_value& value,
               const std::filesystem::path& folder, std::string where);

/// Takes keys and values from parsed TOML into a draft and tells what is wrong with them.
///
/// Shape:  for one file; the draft and the folder outlive it.
/// Errors: in the draft.
class settings_file {
 public:
  settings_file(settings_draft& draft, const std::filesystem::path& folder, std::string name)
      : draft_{draft}, folder_{folder}, name_{std::move(name)} {}

  /// `section` is where the table's keys stand, empty for the whole file; `lines_before` is what TOML parsed from the
  /// middle of the file does not know of.
  void read(const toml::table& table, const std::string& section, std::size_t lines_before);

  [[nodiscard]] std::string place(std::size_t line, std::size_t column) const;
  [[nodiscard]] std::string place(const toml::source_region& region) const;
  void complain(std::string where, std::string code, std::string detail);
  /// Notes that a key's value cannot be known. Answers what it must be; absent if there is no such key.
  std::optional<std::string> doubt(std::string_view key);

 private:
  void read_entries(const toml::table& table, const std::string& section);
  void read_section(const std::string& name, const toml::key& key, const toml::node& node);
  void report_unknown(const std::string& name, const toml::key& key, const toml::node& node);

  settings_draft& draft_;
  const std::filesystem::path& folder_;
  const std::string name_;
  std::size_t lines_before_ = 0;
};

}  // namespace modelgate::config
