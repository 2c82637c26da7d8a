#include "control/api/rest/idempotency_key.hpp"

#include "control/domain/names.hpp"

#include <algorithm>
#include <optional>

namespace modelgate::control::rest {
namespace {

constexpr std::size_t longest_key = 255;

bool is_printable(char c) {
  return c >= ' ' && c <= '~';
}

/// Source: RFC 8941 section 3.3.3. Parameters are not taken: nothing says what they would mean.
std::optional<std::string> unquoted(std::string_view text) {
  std::string key;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1 == text.size() ? std::optional{key} : std::nullopt;
    if (text[i] == '\\') {
      ++i;
      if (i == text.size() || (text[i] != '"' && text[i] != '\\')) return std::nullopt;
    }
    key.push_back(text[i]);
  }
  return std::nullopt;  // it does not end
}

std::optional<std::string> key_from(std::string_view text) {
  if (!text.starts_with('"')) return std::string{text};
  return unquoted(text);
}

void append(std::string& to, std::string_view part) {
  to.append(std::to_string(part.size())).append(":").append(part);
}

}  // namespace

result<std::string, problem> read_idempotency_key(const http_io::field_list& fields) {
  const bool once = fields.count(idempotency_key_field) == 1;
  const auto key = once ? key_from(domain::trimmed(fields.get(idempotency_key_field))) : std::nullopt;
  const bool good =
      key && !key->empty() && key->size() <= longest_key && std::all_of(key->begin(), key->end(), is_printable);
  if (good) return *key;
  return problem{400, "BAD_REQUEST",
                 "Idempotency-Key must be one text of 1 to " + std::to_string(longest_key)
                     + " printable ASCII characters, such as a UUID, in quotes or without"};
}

std::string fingerprint_of(const http_io::request& request) {
  std::string text;
  append(text, request.method);
  append(text, request.path);
  for (const auto& [name, value] : request.query) {
    append(text, name);
    append(text, value);
  }
  text.push_back('\n');
  append(text, request.body);
  return text;
}

service::kept_reply kept(http_io::response answer) {
  return {answer.status, answer.fields.entries(), std::move(answer.body), {}};
}

http_io::response replayed(const service::kept_reply& reply) {
  http_io::response answer;
  answer.status = reply.status;
  for (const auto& [name, value] : reply.fields) answer.fields.add(name, value);
  answer.fields.set("Idempotent-Replayed", "true");
  answer.body = reply.body;
  return answer;
}

}  // namespace modelgate::control::rest
