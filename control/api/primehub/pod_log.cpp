#include "control/api/primehub/pod_log.hpp"

#include "control/api/rest/json_text.hpp"
#include "control/api/rest/log_stream.hpp"
#include "control/api/rest/problem.hpp"
#include "control/domain/names.hpp"
#include "control/service/deployment_service.hpp"
#include "control/service/log_service.hpp"

#include <charconv>

namespace modelgate::control::primehub {
namespace {

constexpr std::size_t most_lines = 1'000'000;
constexpr std::size_t sdk_piece_bytes = 8'192;  // it decodes each piece of so many bytes of a chunk by itself

http_io::response refusal(const service::service_error& error) {
  const rest::problem why{error};
  http_io::response answer = log_refusal(why.status, why.code, why.detail);
  for (const auto& [name, value] : why.fields) answer.fields.add(name, value);
  return answer;
}

/// Behind "/api/logs/namespaces/<any>/phdeployments/"; empty: the path is another one.
std::string_view replica_of(std::string_view path) {
  constexpr std::string_view before = "/api/logs/namespaces/";
  constexpr std::string_view between = "/phdeployments/";
  if (!path.starts_with(before)) return {};
  path.remove_prefix(before.size());
  const auto end = path.find('/');
  if (end == 0 || end == std::string_view::npos || !path.substr(end).starts_with(between)) return {};
  path.remove_prefix(end + between.size());
  return path.find('/') == std::string_view::npos ? path : std::string_view{};
}

/// False: it is no number of lines.
bool read_lines(std::string_view digits, std::optional<std::size_t>& lines) {
  std::size_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || stopped != end || number > most_lines) return false;
  lines = number;
  return true;
}

}  // namespace

http_io::response log_refusal(unsigned status, const std::string& code, const std::string& message) {
  http_io::response answer;
  answer.status = status;
  answer.fields.add("Content-Type", "application/json");
  answer.body = rest::json_text(boost::json::object{{"code", code}, {"message", message}});
  return answer;
}

http_io::response pod_log(const parts& all, const http_io::request& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    http_io::response refused = log_refusal(405, "METHOD_NOT_ALLOWED", "this path has GET, HEAD");
    refused.fields.add("Allow", "GET, HEAD, OPTIONS");
    return refused;
  }
  const auto who = all.logins.authenticate(request.fields.get("Authorization"), {});
  if (!who) return refusal(who.error());
  const std::string replica{replica_of(request.path)};
  const std::string deployment{domain::deployment_of_replica(replica)};
  if (deployment.empty()) return log_refusal(404, "RESOURCE_NOT_FOUND", "there is no log at " + request.path);
  service::log_request wanted;
  wanted.replica = replica;
  wanted.tail_lines.reset();  // the whole log, unless it is asked for otherwise
  wanted.follow = request.query_value("follow") == "true";
  if (const auto lines = request.query_value("tailLines"); lines && !read_lines(*lines, wanted.tail_lines)) {
    return log_refusal(400, "BAD_REQUEST", "tailLines must be a whole number of at most " + std::to_string(most_lines));
  }
  auto log = service::log_service{all.context}.open(*who, deployment, wanted);
  if (!log) return refusal(log.error());
  rest::log_form form;
  form.in_pieces = wanted.follow || !wanted.tail_lines;
  if (wanted.follow) {
    form.most_chunk_bytes = sdk_piece_bytes;
    form.heartbeat = all.options.log_heartbeat();
    // The request is gone when its answer is still being sent.
    form.may_read_on = [&all, authorization = std::string{request.fields.get("Authorization")}, deployment] {
      const auto reader = all.logins.authenticate(authorization, {});
      if (!reader) return reader.error().kind == service::failure::storage_unavailable;
      const auto view = service::deployment_service{all.context}.get(*reader, deployment);
      return view || view.error().kind == service::failure::storage_unavailable;
    };
  }
  return rest::log_answer(std::move(*log), form);
}

}  // namespace modelgate::control::primehub
