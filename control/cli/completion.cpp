#include "control/cli/completion.hpp"

#include "control/cli/usage_error.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>

#include <algorithm>
#include <iterator>
#include <vector>

namespace modelgate::control::cli {
namespace {

/// One level of the program: what may stand behind the words that lead to it.
struct level {
  std::string path;  ///< "modelgate deployments"
  std::vector<std::string> commands;
  std::vector<std::string> options;
};

void collect_options(std::vector<std::string>& words, const CLI::App& command) {
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
    for (const std::string& name : option->get_snames()) words.push_back("-" + name);
  }
}

void collect_levels(std::vector<level>& levels, const CLI::App& command, const std::string& path) {
  level here{path, {}, {}};
  for (const CLI::App* at = &command; at != nullptr; at = at->get_parent()) collect_options(here.options, *at);
  std::sort(here.options.begin(), here.options.end());
  here.options.erase(std::unique(here.options.begin(), here.options.end()), here.options.end());
  here.commands = commands_below(command);
  levels.push_back(std::move(here));
  for (const CLI::App* each : command.get_subcommands([](const CLI::App*) { return true; }))
    collect_levels(levels, *each, path + " " + each->get_name());
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : " ").append(word);
  return text;
}

std::string words_of(const level& here) {
  return joined(here.commands) + (here.commands.empty() ? "" : " ") + joined(here.options);
}

/// What bash and zsh say alike: sets `known` to what may stand behind `words`, an expansion of those before the cursor.
std::string find_known(const std::vector<level>& levels, const std::string& words) {
  std::string steps;
  for (auto each = std::next(levels.begin()); each != levels.end(); ++each)
    steps.append(steps.empty() ? "" : "|").append("\"").append(each->path).append("\"");
  std::string text =
      "  local at=modelgate known= word\n"
      "  for word in "
      + words
      + "; do\n"
        "    case \"$at $word\" in\n      "
      + steps
      + ") at=\"$at $word\" ;;\n"
        "    esac\n"
        "  done\n"
        "  case \"$at\" in\n";
  for (const level& each : levels) text += "    \"" + each.path + "\") known=\"" + words_of(each) + "\" ;;\n";
  return text + "  esac\n";
}

std::string bash_script(const std::vector<level>& levels) {
  return "# modelgate completion bash > /etc/bash_completion.d/modelgate\n"
         "_modelgate() {\n"
         + find_known(levels, R"("${COMP_WORDS[@]:1:COMP_CWORD-1}")")
         + "  COMPREPLY=($(compgen -W \"$known\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
           "}\n"
           "complete -o bashdefault -o default -F _modelgate modelgate\n";
}

std::string zsh_script(const std::vector<level>& levels) {
  return "#compdef modelgate\n"
         "# modelgate completion zsh > ~/.zfunc/_modelgate   (a folder of your $fpath)\n"
         "_modelgate() {\n"
         + find_known(levels, R"("${(@)words[2,CURRENT-1]}")")
         + "  compadd -- ${=known} || _files\n"
           "}\n"
           "if [[ $funcstack[1] == _modelgate ]]; then _modelgate \"$@\"; else compdef _modelgate modelgate; fi\n";
}

std::string fish_script(const std::vector<level>& levels) {
  std::string text =
      "# modelgate completion fish > ~/.config/fish/completions/modelgate.fish\n"
      "function __modelgate_at\n"
      "  set -l at modelgate\n"
      "  for word in (commandline -opc)[2..]\n"
      "    switch \"$at $word\"\n"
      "      case";
  for (auto each = std::next(levels.begin()); each != levels.end(); ++each) text += " '" + each->path + "'";
  text += "\n        set at \"$at $word\"\n    end\n  end\n  test \"$at\" = \"$argv\"\nend\n";
  for (const level& each : levels) {
    if (!each.commands.empty())  // no file can stand there
      text += "complete -c modelgate -f -n '__modelgate_at " + each.path + "' -a '" + joined(each.commands) + "'\n";
    for (const std::string& option : each.options) {
      const bool is_long = option.starts_with("--");
      text += "complete -c modelgate -n '__modelgate_at " + each.path + "' " + (is_long ? "-l " : "-s ")
              + option.substr(is_long ? 2 : 1) + "\n";
    }
  }
  return text;
}

}  // namespace

std::string completion_script(const CLI::App& app, const std::string& shell) {
  std::vector<level> levels;
  collect_levels(levels, app, app.get_name());
  if (shell == "zsh") return zsh_script(levels);
  return shell == "fish" ? fish_script(levels) : bash_script(levels);
}

}  // namespace modelgate::control::cli
