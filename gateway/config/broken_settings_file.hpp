#pragma once

#include "gateway/config/settings_file.hpp"
#include "gateway/config/toml_statements.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::config {

/// Reads a file that is no TOML as a whole statement by statement, so that a line that is broken or written twice hides
/// no other mistake.
///
/// Shape:  for one text, which is known not to parse; `file` outlives it.
/// Errors: in the file's draft, at least one; behind the last of `most_broken` statements the rest is left alone.
class broken_settings_file {
 public:
  static constexpr std::size_t most_broken = 50;

  explicit broken_settings_file(settings_file& file) : file_{file} {}

  /// `refused_at` is where the parser stopped: what is told if every statement is fine by itself.
  void read(std::string_view text, const toml::source_region& refused_at);

 private:
  /// A key or a section, or one that a dotted name goes through.
  struct named_part {
    std::string name;  ///< with its section
    std::size_t line;
    std::size_t column;
  };
  using lines = std::map<std::string, std::size_t, std::less<>>;  ///< where each name stands first

  void read_header(const toml_statement& header);
  void read_setting(const toml_statement& setting);
  void report_flaw(const toml_statement& statement);
  /// What else is wrong with a broken statement, as far as its name tells; for a setting, what its value must be.
  void look_behind_header_flaw(const named_part& header);
  [[nodiscard]] std::optional<std::string> look_behind_setting_flaw(const named_part& key, std::string_view written);
  [[nodiscard]] std::vector<named_part> path_of(const toml::table& table, std::string_view section,
                                                std::size_t lines_before) const;
  [[nodiscard]] bool refuse_second_header(const std::vector<named_part>& path);
  [[nodiscard]] bool refuse_second_setting(const std::vector<named_part>& path);
  [[nodiscard]] bool refuse_if_in(const lines& first, const named_part& second, const char* code, const char* what,
                                  const char* advice);

  settings_file& file_;
  std::string section_;     ///< that the next keys stand in
  bool reads_keys_ = true;  ///< whether it is one that has keys, or the top of the file
  std::size_t broken_ = 0;  ///< statements so far
  lines keys_;
  lines opened_;   ///< sections with a header
  lines through_;  ///< sections that a dotted key goes through
};

}  // namespace modelgate::config
