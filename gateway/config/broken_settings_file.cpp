#include "gateway/config/broken_settings_file.hpp"

#include "gateway/config/settings_names.hpp"
#include "gateway/config/settings_table.hpp"

namespace modelgate::config {
namespace {

constexpr std::size_t deepest = 16;
constexpr const char* key_twice = "this key is set already,";
constexpr const char* keep_one = "keep one of the two";

std::optional<toml::table> parsed(std::string_view text) {
  if (find_deep_name(text)) return std::nullopt;  // a quote that nothing closed may have hidden it from the first look
  try {
    return toml::parse(text);
  } catch (const toml::parse_error&) {  // how the compiled toml++ refuses; what to say is found without it
    return std::nullopt;
  }
}

std::string joined(std::string_view section, std::string_view name) {
  return section.empty() ? std::string{name} : std::string{section}.append(".").append(name);
}

}  // namespace

void broken_settings_file::read(std::string_view text, const toml::source_region& refused_at) {
  toml_splitter statements{text};
  while (const auto statement = statements.next()) {
    if (broken_ >= most_broken) {
      file_.complain(file_.place(statement->line, 1), "SYNTAX",
                     "the rest is not looked at, after " + std::to_string(broken_)
                         + " mistakes; is this modelgate's config file?");
      return;
    }
    if (statement->is_header)
      read_header(*statement);
    else
      read_setting(*statement);
  }
  if (broken_ == 0) {
    file_.complain(file_.place(refused_at), "SYNTAX",
                   "this cannot be read; a config file is text in UTF-8 of [section] and KEY = VALUE lines");
  }
}

void broken_settings_file::read_header(const toml_statement& header) {
  section_ = header.name;
  reads_keys_ = is_section(section_);
  const auto table = parsed(header.text);
  if (!table) {
    report_flaw(header);
    return;
  }
  const std::size_t lines_before = header.line - 1;
  const auto path = path_of(*table, "", lines_before);
  if (!path.empty()) {
    section_ = path.back().name;
    reads_keys_ = is_section(section_);
    if (refuse_second_header(path)) return;
    opened_.emplace(path.back().name, path.back().line);
  }
  file_.read(*table, "", lines_before);
}

void broken_settings_file::read_setting(const toml_statement& setting) {
  const std::size_t lines_before = setting.line - 1;
  const auto table = parsed(setting.text);
  if (!table) {
    report_flaw(setting);
    return;
  }
  const auto path = path_of(*table, section_, lines_before);
  const bool is_second = refuse_second_setting(path);
  const bool says_more = !is_second || (!path.empty() && find_key(path.back().name) != nullptr);
  if (reads_keys_ && says_more) file_.read(*table, section_, lines_before);
}

void broken_settings_file::report_flaw(const toml_statement& statement) {
  ++broken_;
  const statement_flaw flaw = find_flaw(statement);
  const text_place flawed = place_in(statement, flaw.offset);
  std::string detail = flaw.detail;
  if (!statement.name.empty()) {
    const text_place start = place_in(statement, statement.start);
    const named_part part{joined(statement.is_header ? "" : section_, statement.name), start.line, start.column};
    detail = shown(part.name) + ": " + detail;
    if (statement.is_header) {
      look_behind_header_flaw(part);
    } else {
      const auto expected = look_behind_setting_flaw(part, statement.name);
      if (expected) detail += "; it must be " + *expected;
    }
  }
  file_.complain(file_.place(flawed.line, flawed.column), "SYNTAX", std::move(detail));
}

void broken_settings_file::look_behind_header_flaw(const named_part& header) {
  if (!parsed("[" + header.name + "]")) return;
  if (!refuse_second_header({header})) opened_.emplace(header.name, header.line);
  if (!is_section(header.name)) {
    file_.complain(file_.place(header.line, header.column), "UNKNOWN_SECTION",
                   shown(header.name) + ": " + explain_unknown_section(header.name));
  }
}

std::optional<std::string> broken_settings_file::look_behind_setting_flaw(const named_part& key,
                                                                          std::string_view written) {
  if (!parsed(std::string{written} + " = 0")) return std::nullopt;
  if (!refuse_if_in(keys_, key, "DUPLICATE_KEY", key_twice, keep_one)) keys_.emplace(key.name, key.line);
  if (!reads_keys_) return std::nullopt;
  auto expected = file_.doubt(key.name);
  if (!expected && !is_section(key.name)) {
    file_.complain(file_.place(key.line, key.column), "UNKNOWN_KEY",
                   shown(key.name) + ": " + explain_unknown_key(key.name));
  }
  return expected;
}

std::vector<broken_settings_file::named_part> broken_settings_file::path_of(const toml::table& table,
                                                                            std::string_view section,
                                                                            std::size_t lines_before) const {
  std::vector<named_part> path;
  const toml::table* inner = &table;
  while (inner != nullptr && !inner->is_inline() && inner->size() == 1) {
    if (path.size() == deepest) return {};
    const auto only = inner->begin();
    const auto begin = only->first.source().begin;
    path.push_back({joined(path.empty() ? section : std::string_view{path.back().name}, only->first.str()),
                    begin.line + lines_before, begin.column});
    inner = only->second.as_table();
  }
  return path;
}

bool broken_settings_file::refuse_if_in(const lines& first, const named_part& second, const char* code,
                                        const char* what, const char* advice) {
  const auto found = first.find(second.name);
  if (found == first.end()) return false;
  ++broken_;
  file_.complain(file_.place(second.line, second.column), code,
                 shown(second.name) + ": " + what + " in line " + std::to_string(found->second) + "; " + advice);
  return true;
}

bool broken_settings_file::refuse_second_header(const std::vector<named_part>& path) {
  constexpr const char* code = "DUPLICATE_SECTION";
  for (const named_part& part : path) {
    if (refuse_if_in(keys_, part, code, "this section is written as a key already,", keep_one)) return true;
  }
  return refuse_if_in(opened_, path.back(), code, "this section has begun already,", "put its keys together there")
         || refuse_if_in(through_, path.back(), code, "keys of this section are set already,",
                         "put them together below one [section]");
}

bool broken_settings_file::refuse_second_setting(const std::vector<named_part>& path) {
  constexpr const char* code = "DUPLICATE_KEY";
  for (const named_part& part : path) {
    const bool is_last = &part == &path.back();
    if (refuse_if_in(keys_, part, code, key_twice, keep_one)
        || refuse_if_in(opened_, part, code, "this is a section that has begun already,", "put its keys there")) {
      return true;
    }
    if (is_last && refuse_if_in(through_, part, code, "keys below this one are set already,", keep_one)) return true;
    (is_last ? keys_ : through_).emplace(part.name, part.line);
  }
  return false;
}

}  // namespace modelgate::config
