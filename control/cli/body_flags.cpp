#include "control/cli/body_flags.hpp"

#include "control/cli/text_file.hpp"

#include "modelgate/base/result.hpp"

#include <CLI/App.hpp>
#include <CLI/Error.hpp>
#include <CLI/Option.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace modelgate::control::cli {
namespace json = boost::json;
namespace {

constexpr std::string_view nothing = "none";

void set_member(json::object& body, std::string_view path, json::value value) {
  const std::size_t dot = path.find('.');
  if (dot == std::string_view::npos) {
    body[path] = std::move(value);
    return;
  }
  json::value& inner = body[path.substr(0, dot)];
  if (!inner.is_object()) inner = json::object{};
  set_member(inner.get_object(), path.substr(dot + 1), std::move(value));
}

json::value read_number(const std::string& flag, const std::string& text) {
  if (text == nothing) return nullptr;
  error_code broken;
  json::value value = json::parse(text, broken);
  if (broken || !value.is_number()) throw CLI::ValidationError(flag, "takes a number or none");
  return value;
}

}  // namespace

CLI::Option* body_flags::text(const std::string& flag, const std::string& member, const std::string& help) const {
  return command_->add_option_function<std::string>(
      flag, [to = given_, member](const std::string& text) { set_member(to->body, member, json::value(text)); }, help);
}

CLI::Option* body_flags::number_or_none(const std::string& flag, const std::string& member,
                                        const std::string& help) const {
  return command_
      ->add_option_function<std::string>(
          flag,
          [to = given_, flag, member](const std::string& text) {
            set_member(to->body, member, read_number(flag, text));
          },
          help)
      ->type_name("NUMBER|none");
}

CLI::Option* body_flags::texts(const std::string& flag, const std::string& member, const std::string& help) const {
  return command_
      ->add_option_function<std::vector<std::string>>(
          flag,
          [to = given_, member](const std::vector<std::string>& words) {
            if (words.size() == 1 && words.front() == nothing) return set_member(to->body, member, nullptr);
            json::array values;
            for (const std::string& each : words) values.push_back(json::value(each));
            set_member(to->body, member, std::move(values));
          },
          help)
      ->allow_extra_args(false);
}

CLI::Option* body_flags::constant(const std::string& flag, const std::string& member, json::value value,
                                  const std::string& help) const {
  return command_->add_flag_callback(
      flag, [to = given_, member, value = std::move(value)] { set_member(to->body, member, value); }, help);
}

CLI::Option* body_flags::file(const std::string& flag, const std::string& member, const std::string& help,
                              bool first_line) const {
  return command_
      ->add_option_function<std::string>(
          flag,
          [to = given_, member, first_line](const std::string& name) {
            to->files.push_back({member, name, first_line});
          },
          help)
      ->type_name("FILE");
}

CLI::Option* body_flags::secret_file(const std::string& flag, const std::string& member,
                                     const std::string& help) const {
  return file(flag, member, help, true);
}

CLI::Option* body_flags::text_file(const std::string& flag, const std::string& member, const std::string& help) const {
  return file(flag, member, help, false);
}

outcome<std::string> body_flags::read_body(const session& now) const {
  json::object body = given_->body;
  for (const file_member& each : given_->files) {
    auto text = read_given_text(now.around.in, each.file);
    if (!text) return text.error();
    if (each.first_line) text->erase(std::min(text->size(), text->find_first_of("\r\n")));
    if (text->empty()) return failure{exit_code::usage, "the first line of " + each.file + " is empty", {}};
    set_member(body, each.member, json::value(*text));
  }
  return json::serialize(body);
}

}  // namespace modelgate::control::cli
