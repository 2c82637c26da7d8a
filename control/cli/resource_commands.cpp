#include "control/cli/resource_commands.hpp"

#include "control/cli/answer_json.hpp"
#include "control/cli/confirmation.hpp"
#include "control/cli/help_formatter.hpp"
#include "control/cli/server_address.hpp"
#include "control/cli/shown_calls.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <boost/algorithm/string/replace.hpp>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <memory>
#include <ostream>
#include <utility>
#include <vector>

namespace modelgate::control::cli {
namespace json = boost::json;
namespace {

using line = std::pair<std::string, std::string>;

void collect_lines(std::vector<line>& lines, const std::string& before, const json::object& thing) {
  for (const auto& [name, value] : thing) {
    const std::string path = before + std::string{name};
    if (value.is_object() && !value.get_object().empty()) {
      collect_lines(lines, path + ".", value.get_object());
    } else if (value.is_array()) {
      const std::string text = list_text(value.get_array());
      lines.emplace_back(path, text.empty() ? "-" : text);
    } else {
      lines.emplace_back(path, member_text(thing, name));
    }
  }
}

/// The server speaks of its own parameter.
failure as_the_command_says(failure why) {
  boost::algorithm::replace_all(why.text, "?confirm=", "--confirm ");
  boost::algorithm::replace_all(why.text, "?confirm", "--confirm");
  return why;
}

}  // namespace

void print_members(std::ostream& out, const json::object& thing) {
  std::vector<line> lines;
  collect_lines(lines, {}, thing);
  std::size_t width = 0;
  for (const auto& [name, text] : lines) width = std::max(width, name.size());
  for (const auto& [name, text] : lines)
    out << printable(name) << std::string(width - name.size() + 2, ' ') << printable(text) << '\n';
}

std::string used_of(const json::object& used, const json::object& bounds, std::string_view name,
                    std::string_view bound) {
  const std::string most = member_text(bounds, bound);
  return member_text(used, name) + (most == "-" ? std::string{} : " of " + most);
}

std::string resource_commands::full_name(const std::string& verb) const {
  return "  modelgate " + parent_->get_name() + " " + verb;
}

void resource_commands::add_list(const std::string& what, print_list print) const {
  CLI::App* list = parent_->add_subcommand("list", with_examples(what, full_name("list")));
  list->callback([chosen = chosen_, path = path_, noun = noun_, print = std::move(print)] {
    *chosen = [path, noun, print](const session& now) {
      return list_and_show(now, path, [&](const json::array& items) {
        if (items.empty())
          now.around.err << "no " << noun << "s\n";
        else
          print(now, items);
      });
    };
  });
}

void resource_commands::add_get(const std::string& what) const {
  auto name = std::make_shared<std::string>();
  CLI::App* get = parent_->add_subcommand("get", with_examples(what, full_name("get NAME")));
  get->add_option(key_, *name, "the " + noun_)->required();
  get->callback([chosen = chosen_, path = path_, name] {
    *chosen = [path, name](const session& now) {
      return call_and_show(now, {.method = "GET", .path = path + "/" + encode(*name), .json = {}, .if_match = {}},
                           [&](const json::object& thing) { print_members(now.around.out, thing); });
    };
  });
}

body_flags resource_commands::add_create(const std::string& what, const std::string& examples, print_one print) const {
  CLI::App* create = parent_->add_subcommand("create", with_examples(what, examples));
  const body_flags flags{*create};
  flags.text("name", "name", "name of the " + noun_)->required();
  create->callback([chosen = chosen_, path = path_, flags, print = std::move(print)] {
    *chosen = [path, flags, print](const session& now) -> outcome<void> {
      const auto body = flags.read_body(now);
      if (!body) return body.error();
      return call_and_show(
          now, {.method = "POST", .path = path, .json = *body, .if_match = {}},
          [&](const json::object& thing) { print ? print(now, thing) : print_members(now.around.out, thing); });
    };
  });
  return flags;
}

body_flags resource_commands::add_update(const std::string& what, const std::string& examples) const {
  CLI::App* update = parent_->add_subcommand("update", with_examples(what, examples));
  auto name = std::make_shared<std::string>();
  update->add_option(key_, *name, "the " + noun_)->required();
  const body_flags flags{*update};
  update->callback([chosen = chosen_, path = path_, flags, name] {
    *chosen = [path, flags, name](const session& now) -> outcome<void> {
      if (flags.empty())
        return failure{exit_code::usage, "nothing is to change: say what, with one of the options of --help", {}};
      const auto body = flags.read_body(now);
      if (!body) return body.error();
      return call_and_show(now, {.method = "PATCH", .path = path + "/" + encode(*name), .json = *body, .if_match = {}},
                           [&](const json::object& thing) { print_members(now.around.out, thing); });
    };
  });
  return flags;
}

void resource_commands::add_delete(const std::string& what, bool confirmed) const {
  auto name = std::make_shared<std::string>();
  auto confirmation = std::make_shared<std::string>();
  auto yes = std::make_shared<bool>(false);
  CLI::App* erase = parent_->add_subcommand("delete", with_examples(what, full_name("delete NAME")));
  erase->add_option(key_, *name, "the " + noun_)->required();
  erase->add_flag("-y,--yes", *yes, "do not ask; needed where nobody can be asked");
  if (confirmed) {
    erase->add_option("--confirm", *confirmation, "ids of all deployments that go with it, separated by commas")
        ->type_name("IDS");
  }
  erase->callback([chosen = chosen_, path = path_, noun = noun_, name, confirmation, yes] {
    *chosen = [path, noun, name, confirmation, yes](const session& now) -> outcome<void> {
      // Whoever names what goes with it has agreed already.
      if (!*yes && confirmation->empty()) {
        const auto agreed = confirm_deletion(now, "Delete the " + noun + " " + printable(*name) + "?");
        if (!agreed) return agreed.error();
      }
      std::string target = path + "/" + encode(*name);
      if (!confirmation->empty()) add_parameter(target, "confirm", *confirmation);
      const auto given = now.api.perform({.method = "DELETE", .path = target, .json = {}, .if_match = {}});
      if (!given) return as_the_command_says(given.error());
      now.around.err << "the " << noun << " " << printable(*name)
                     << (given->status == 202 ? " is being deleted; its replicas finish what they do\n"
                                              : " is deleted\n");
      return outcome<void>{};
    };
  });
}

}  // namespace modelgate::control::cli
