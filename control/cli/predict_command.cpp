#include "control/cli/answer_json.hpp"
#include "control/cli/help_formatter.hpp"
#include "control/cli/session.hpp"
#include "control/cli/text_file.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

namespace modelgate::control::cli {
namespace json = boost::json;
namespace {

constexpr std::chrono::minutes longest_prediction{10};  ///< more than a deployment's timeout is
constexpr const char* token_variable = "MODELGATE_CLIENT_TOKEN";

struct predict_command {
  std::string deployment;
  std::string data;
  std::string file;
  std::string token_file;
};

outcome<std::string> read_body(const session& now, const predict_command& command) {
  if (command.data.empty() == command.file.empty())
    return failure{exit_code::usage, "give the request's body with either --data or --file", {}};
  if (!command.data.empty()) return command.data;
  return read_given_text(now.around.in, command.file);
}

outcome<crypto::secret> read_token(const session& now, const predict_command& command) {
  std::string text;
  if (!command.token_file.empty()) {
    auto given = read_given_text(now.around.in, command.token_file);
    if (!given) return given.error();
    text = given->substr(0, given->find_first_of("\r\n"));
  } else if (const auto found = now.around.environment.find(token_variable); found != now.around.environment.end()) {
    text = found->second;
  }
  return crypto::secret{std::move(text)};
}

/// What a prediction that failed says of itself. Source: Seldon's `status`.
failure explain_prediction(const http_io::response& given) {
  failure answer{exit_code::failed, "the deployment answered " + std::to_string(given.status), {}};
  if (given.status == 401 || given.status == 403) answer.code = exit_code::not_authorised;
  if (given.status == 404) answer.code = exit_code::not_found;
  if (given.status == 504) answer.code = exit_code::timed_out;
  error_code broken;
  const json::value parsed = json::parse(given.body, broken);
  if (!broken && parsed.is_object()) {
    const json::object& status = object_member(parsed.get_object(), "status");
    if (const std::string info = member_text(status, "info"); info != "-") answer.text += ": " + printable(info);
    if (const std::string reason = member_text(status, "reason"); reason != "-")
      answer.text += " (" + printable(reason) + ")";
  }
  if (given.status == 401) {
    answer.details.emplace_back(
        "a private deployment takes the token of a client: --client-token-file, or MODELGATE_CLIENT_TOKEN; modelgate "
        "clients add makes one");
  }
  return answer;
}

outcome<void> predict(const session& now, const predict_command& command) {
  auto body = read_body(now, command);
  if (!body) return body.error();
  const auto token = read_token(now, command);
  if (!token) return token.error();
  const auto found = now.api.perform(
      {.method = "GET", .path = "/deployments/" + encode(command.deployment), .json = {}, .if_match = {}});
  if (!found) return found.error();
  const auto deployment = parse_object(found->body);
  if (!deployment) return deployment.error();
  const auto given =
      now.api.predict(member_text(*deployment, "endpoint"), std::move(*body), *token, longest_prediction);
  if (!given) return given.error();
  if (given->status / 100 != 2) return explain_prediction(*given);
  now.around.out << given->body;
  if (!given->body.ends_with('\n')) now.around.out << '\n';
  return outcome<void>{};
}

}  // namespace

void add_predict_command(CLI::App& app, chosen_command& chosen) {
  auto command = std::make_shared<predict_command>();
  CLI::App* predicting = app.add_subcommand(
      "predict", with_examples("ask a deployment for a prediction, and print what the model answers",
                               "  modelgate predict iris --data '{\"data\": {\"ndarray\": [[5.1, 3.5, 1.4, 0.2]]}}'\n"
                               "  MODELGATE_CLIENT_TOKEN=$TOKEN modelgate predict iris-private -f request.json"));
  predicting->add_option("deployment", command->deployment, "the deployment")->required();
  predicting->add_option("-d,--data", command->data, "the request's body, JSON");
  predicting->add_option("-f,--file", command->file, "file with the request's body, - for standard input");
  predicting
      ->add_option("--client-token-file", command->token_file, "file with the token of one of the deployment's clients")
      ->type_name("FILE");
  predicting->callback(
      [&chosen, command] { chosen = [command](const session& now) { return predict(now, *command); }; });
}

}  // namespace modelgate::control::cli
