#include "control/cli/failure.hpp"

#include "control/cli/answer_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace modelgate::control::cli {
namespace json = boost::json;
namespace {

std::string text_member(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  return member == nullptr || member->is_null() ? std::string{} : printable(value_text(*member));
}

/// "cpu: 2 requested + 3 in use = 5, over the limit of 4"
std::string quota_line(const json::object& item) {
  std::string line = text_member(item, "resource") + ": " + text_member(item, "requested") + " requested + "
                     + text_member(item, "used") + " in use";
  const json::value* limit = item.if_contains("limit");
  if (limit == nullptr || limit->is_null()) return line + ", no limit";
  error_code inexact;
  const auto number = [&](std::string_view name) {
    const json::value* member = item.if_contains(name);
    return member == nullptr ? 0.0 : member->to_number<double>(inexact);
  };
  const double sum = number("requested") + number("used");
  const bool over = sum > number("limit");
  if (inexact) return line + ", limit " + text_member(item, "limit");
  return line + " = " + value_text(sum) + (over ? ", over the limit of " : " of ") + text_member(item, "limit");
}

/// "/replicas: 2 -> 3"
std::string change_line(const json::object& item) {
  const auto side = [&item](std::string_view name) {
    const json::value* member = item.if_contains(name);
    return member == nullptr || member->is_null() ? std::string{"-"} : printable(json::serialize(*member));
  };
  return text_member(item, "pointer") + ": " + side("from") + " -> " + side("to");
}

exit_code code_of(unsigned status, std::string_view problem_code) {
  switch (status) {
    case 401:
      return exit_code::not_authorised;
    case 403:
      return problem_code == "EXCEED_QUOTA" ? exit_code::failed : exit_code::not_authorised;
    case 404:
      return exit_code::not_found;
    case 409:
    case 412:
    case 428:
      return exit_code::conflict;
    case 408:
    case 504:
      return exit_code::timed_out;
    default:
      return exit_code::failed;
  }
}

void explain_problem(failure& answer, const json::object& problem) {
  if (const std::string detail = text_member(problem, "detail"); !detail.empty())
    answer.text = detail;
  else if (const std::string title = text_member(problem, "title"); !title.empty())
    answer.text = title;
  if (const std::string code = text_member(problem, "code"); !code.empty()) answer.text += " (" + code + ")";

  const auto each_of = [&problem](std::string_view name, const auto& use) {
    const json::value* list = problem.if_contains(name);
    if (list == nullptr || !list->is_array()) return;
    for (const json::value& item : list->get_array()) {
      if (item.is_object()) use(item.get_object());
    }
  };
  each_of("errors", [&answer](const json::object& item) {
    answer.details.push_back(text_member(item, "pointer") + ": " + text_member(item, "detail"));
  });
  each_of("quota", [&answer](const json::object& item) { answer.details.push_back(quota_line(item)); });
  if (const std::string by = text_member(problem, "changedBy"); !by.empty())
    answer.details.push_back("last changed by " + by);
  each_of("changes", [&answer](const json::object& item) { answer.details.push_back(change_line(item)); });
}

}  // namespace

failure explain_answer(unsigned status, std::string_view body) {
  failure answer;
  answer.text = "the server answered " + std::to_string(status);
  answer.status = status;
  error_code broken;
  const json::value parsed = json::parse({body.data(), body.size()}, broken);
  std::string problem_code;
  if (!broken && parsed.is_object()) {
    explain_problem(answer, parsed.get_object());
    problem_code = text_member(parsed.get_object(), "code");
  }
  answer.code = code_of(status, problem_code);
  if (status == 401) {
    answer.details.emplace_back(
        "give a token with --token-file, MODELGATE_TOKEN or ~/.config/modelgate/config.toml; the first one stands in "
        "the server's "
        "data folder, in initial-admin-token");
  }
  return answer;
}

std::string printable(std::string_view text) {
  std::string clean{text};
  for (char& c : clean) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n')
      c = ' ';
    else if (byte < 0x20 || byte == 0x7f)
      c = '?';
  }
  return clean;
}

}  // namespace modelgate::control::cli
