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

constexpr std::size_t token_length = 256;

/// Whatever characters it is made of.
std::optional<crypto::secret> read_secret(document_reader& reader, std::string_view member, std::size_t most) {
  auto text = reader.text(member, {.most = most, .several_lines = true});
  if (!text) return std::nullopt;
  return crypto::secret{std::move(*text)};
}

std::optional<crypto::secret> read_new_password(document_reader& reader, std::string_view user_name) {
  auto password = read_secret(reader, "password", limits::longest_password);
  if (!password) return std::nullopt;
  if (password->reveal().size() < limits::shortest_password) {
    reader.mistake("password", mistake_code::out_of_range,
                   "must have at least " + std::to_string(limits::shortest_password) + " characters");
  } else if (password->reveal() == user_name) {
    reader.mistake("password", mistake_code::not_allowed, "must not be the user's name");
  }
  return password;
}

}  // namespace

parsed<user_draft> read_user(const boost::json::value& document) {
  parsed<user_draft> answer;
  document_reader reader{document, "", answer.mistakes};
  user& read = answer.value.account;
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
  read.disabled = reader.boolean("disabled").value_or(false);
  answer.value.password = read_new_password(reader, read.name);
  read.has_password = answer.value.password.has_value();
  reader.read_only({"createdAt", "hasPassword"});
  reader.refuse_others();
  return answer;
}

parsed<user_change> read_user_patch(const user& current, const boost::json::value& patch) {
  parsed<user_change> answer;
  document_reader reader{patch, "", answer.mistakes};
  user_change& read = answer.value;
  read.display_name = reader.text("displayName", {.most = limits::display_name_length});
  if (read.display_name && read.display_name->empty()) read.display_name = current.name;
  read.role =
      reader.choice<platform_role>("role", {{"admin", platform_role::admin}, {"member", platform_role::member}});
  read.disabled = reader.boolean("disabled");
  read.password = read_new_password(reader, current.name);
  read.old_password = read_secret(reader, "oldPassword", limits::longest_password);
  if (const auto* members = patch.if_object()) {
    const auto* password = members->if_contains("password");
    read.removes_password = password != nullptr && password->is_null();
    reader.fixed(*members, "name", current.name);
  }
  reader.read_only({"createdAt", "hasPassword", "groups"});
  reader.refuse_others();
  return answer;
}

parsed<login> read_login(const boost::json::value& document) {
  parsed<login> answer;
  document_reader reader{document, "", answer.mistakes};
  login& read = answer.value;
  read.token = read_secret(reader, "token", token_length);
  read.name = reader.text("name", {.most = 128}).value_or("");
  read.password = read_secret(reader, "password", limits::longest_password);
  if (read.token && (!read.name.empty() || read.password)) {
    reader.mistake("token", mistake_code::exactly_one, "log in with name and password, or with a token");
  } else if (!read.token) {
    if (read.name.empty()) reader.require("name", "the user's name, or a token");
    if (!read.password) reader.require("password", "the user's password");
  }
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
  answer.value.read_only = reader.boolean("readOnly").value_or(false);
  answer.value.groups = reader.texts("groups", limits::token_groups, {.most = 63});
  if (answer.value.groups && answer.value.groups->empty()) {
    reader.mistake("groups", mistake_code::out_of_range, "must name a group, or be null for all of the user's");
  }
  reader.read_only({"id", "token", "prefix", "createdAt", "lastUsedAt"});
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
  answer.value.disabled = reader.boolean("disabled").value_or(false);
  reader.read_only(
      {"token", "prefix", "createdAt", "createdBy", "lastUsedAt", "previousUntil", "requests", "importedHash"});
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
