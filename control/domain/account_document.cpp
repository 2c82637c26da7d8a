#include "control/domain/account_document.hpp"

#include "control/domain/limits.hpp"
#include "control/domain/names.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <limits>

namespace modelgate::control::domain {
namespace {

std::optional<system_time> read_expiry(document_reader& reader, system_time now) {
  const auto text = reader.text("expiresAt", {.most = 64});
  if (!text) return std::nullopt;
  const auto time = parse_rfc3339(*text);
  if (!time) {
    reader.mistake("expiresAt", mistake_code::malformed, "must be a time such as 2030-01-31T00:00:00Z");
  } else if (*time <= now) {
    reader.mistake("expiresAt", mistake_code::out_of_range, "is in the past");
  }
  return time;
}

/// Absent when the document does not say; null in it means never.
std::optional<std::optional<system_time>> read_new_expiry(document_reader& reader, const boost::json::value& document,
                                                          system_time now) {
  const auto given = read_expiry(reader, now);
  const auto* members = document.if_object();
  if (members == nullptr || !members->contains("expiresAt")) return std::nullopt;
  return given;
}

}  // namespace

parsed<user> read_user(const boost::json::value& document) {
  parsed<user> answer;
  document_reader reader{document, "", answer.mistakes};
  user& read = answer.value;
  read.name = reader.text("name", {.most = 128}).value_or("");
  if (read.name.empty()) {
    reader.require("name", "the user's name");
  } else if (!is_user_name(read.name)) {
    reader.mistake("name", mistake_code::malformed,
                   "must be 1 to 128 lower-case letters, digits or \"._@+-\", with a letter or digit first");
  }
  read.display_name = reader.text("displayName", {.most = limits::display_name_length}).value_or("");
  if (read.display_name.empty()) read.display_name = read.name;
  read.role = reader.choice<platform_role>("role", {{"admin", platform_role::admin}, {"member", platform_role::member}})
                  .value_or(platform_role::member);
  reader.read_only({"createdAt"});
  reader.refuse_others();
  return answer;
}

parsed<token_draft> read_token(const boost::json::value& document, system_time now) {
  parsed<token_draft> answer;
  document_reader reader{document, "", answer.mistakes};
  answer.value.name = reader.text("name", {.most = limits::token_name_length}).value_or("");
  if (trimmed(answer.value.name).empty()) reader.require("name", "what the token is for");
  answer.value.user = reader.text("user", {.most = 128});
  answer.value.expires_at = read_expiry(reader, now);
  reader.read_only({"id", "token", "prefix", "createdAt"});
  reader.refuse_others();
  return answer;
}

parsed<client_draft> read_client(const boost::json::value& document, system_time now) {
  parsed<client_draft> answer;
  document_reader reader{document, "", answer.mistakes};
  answer.value.name = reader.text("name", {.most = 64}).value_or("");
  if (answer.value.name.empty()) {
    reader.require("name", "the client's name");
  } else if (!is_client_name(answer.value.name) && !concerns(answer.mistakes, "/name")) {
    reader.mistake("name", mistake_code::malformed, "must match the pattern ^[a-z_][a-z0-9_-]{0,63}$");
  }
  answer.value.expires_at = read_expiry(reader, now);
  reader.read_only({"token", "prefix", "createdAt", "createdBy", "lastUsedAt", "previousUntil", "disabled"});
  reader.refuse_others();
  return answer;
}

parsed<client_change> read_client_patch(const boost::json::value& patch, system_time now) {
  parsed<client_change> answer;
  document_reader reader{patch, "", answer.mistakes};
  answer.value.expires_at = read_new_expiry(reader, patch, now);
  answer.value.disabled = reader.boolean("disabled");
  reader.read_only({"name", "prefix", "createdAt", "createdBy", "lastUsedAt", "previousUntil"});
  reader.refuse_others();
  return answer;
}

parsed<rotation> read_rotation(const boost::json::value& document, system_time now) {
  parsed<rotation> answer;
  document_reader reader{document, "", answer.mistakes};
  const auto overlap = reader.whole_number("overlapSeconds", 0, limits::longest_token_overlap.count());
  answer.value.overlap = std::chrono::seconds{overlap.value_or(0)};
  answer.value.expires_at = read_new_expiry(reader, document, now);
  reader.refuse_others();
  return answer;
}

parsed<rollback_request> read_rollback(const boost::json::value& document) {
  parsed<rollback_request> answer;
  document_reader reader{document, "", answer.mistakes};
  const auto number = reader.whole_number("revision", 1, std::numeric_limits<std::int64_t>::max());
  if (!number) reader.require("revision", "which revision of its history to go back to");
  answer.value.revision = static_cast<std::uint64_t>(number.value_or(0));
  answer.value.update_message =
      reader.text("updateMessage", {.most = limits::update_message_length, .several_lines = true});
  reader.refuse_others();
  return answer;
}

parsed<std::optional<std::string>> read_update_message(const boost::json::value& document) {
  parsed<std::optional<std::string>> answer;
  document_reader reader{document, "", answer.mistakes};
  answer.value = reader.text("updateMessage", {.most = limits::update_message_length, .several_lines = true});
  reader.refuse_others();
  return answer;
}

}  // namespace modelgate::control::domain
