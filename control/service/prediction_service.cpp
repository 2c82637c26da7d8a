#include "control/service/prediction_service.hpp"

#include "control/domain/document_reader.hpp"
#include "control/domain/limits.hpp"
#include "control/domain/names.hpp"
#include "control/service/visible_deployment.hpp"

#include <boost/json/value.hpp>

#include <algorithm>

namespace modelgate::control::service {
namespace {

constexpr std::string_view predictions_path = "api/v1.0/predictions";
constexpr std::string_view default_content_type = "application/json";
/// Of letters and digits that stand for themselves in a path, and what names of models have. Nothing that is decoded.
constexpr std::string_view path_marks = "-._~/:@+,=";

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_clean_path(std::string_view path) {
  if (path.empty() || path.front() == '/') return false;
  for (std::string_view rest = path;;) {
    const auto slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    if (segment == "." || segment == "..") return false;
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  return std::all_of(path.begin(), path.end(),
                     [](char c) { return is_letter_or_digit(c) || path_marks.find(c) != std::string_view::npos; });
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

void read_client(domain::document_reader& reader, const boost::json::value& document, diagnostics& mistakes,
                 prediction_call& into) {
  if (reader.object("client") == nullptr) return;
  domain::document_reader client{document.as_object().at("client"), "/client", mistakes};
  const auto name = client.text("name", {.most = domain::limits::client_name_length});
  if (!name) client.require("name", "the client's name");
  if (name && !domain::is_client_name(*name)) {
    client.mistake("name", domain::mistake_code::malformed, "is no name that a client can have");
  }
  auto token = client.text("token", {.most = domain::limits::longest_password});
  if (!token) client.require("token", "the client's token or password");
  client.refuse_others();
  if (name) into.client = *name;
  if (token) into.client_token = crypto::secret{std::move(*token)};
}

domain::parsed<prediction_call> read_call(const boost::json::value& document) {
  domain::parsed<prediction_call> read;
  domain::document_reader reader{document, "", read.mistakes};
  // The port bounds it already.
  const boost::json::value* body = reader.raw("body");
  if (body == nullptr) {
    reader.require("body", "the request's body as a text, such as {\"data\": {\"ndarray\": [[1, 2]]}} in quotes");
  } else if (!body->is_string()) {
    reader.mistake("body", domain::mistake_code::wrong_type, "must be a text, which is sent as it is");
  } else {
    read.value.body = body->as_string();
  }
  read.value.content_type = reader.text("contentType", {.most = domain::limits::media_type_length})
                                .value_or(std::string{default_content_type});
  if (!domain::concerns(read.mistakes, "/contentType") && !is_printable(read.value.content_type)) {
    reader.mistake("contentType", domain::mistake_code::malformed, "must be a media type, such as application/json");
  }
  read.value.path =
      reader.text("path", {.most = domain::limits::health_path_length}).value_or(std::string{predictions_path});
  if (!domain::concerns(read.mistakes, "/path") && !is_clean_path(read.value.path)) {
    reader.mistake("path", domain::mistake_code::malformed,
                   "must be a path below the deployment, without a slash before it, such as api/v1.0/predictions");
  }
  read_client(reader, document, read.mistakes, read.value);
  reader.refuse_others();
  return read;
}

}  // namespace

answer<prediction_reply> prediction_service::predict(const domain::principal& who, const std::string& id,
                                                     const boost::json::value& document, const asked_from& from) const {
  const auto seen = context_.database.read([&](store::transaction& within) { return find_visible(within, who, id); });
  if (!seen) return seen.error();
  auto read = read_call(document);
  if (!read.ok()) return invalid(read.mistakes);
  if (!context_.predict) return service_error{failure::busy, "there is no gateway here to ask"};
  read.value.deployment = id;
  read.value.user = who.user;
  read.value.from = from;
  return context_.predict(read.value);
}

}  // namespace modelgate::control::service
