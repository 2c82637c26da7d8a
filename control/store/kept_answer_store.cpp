#include "control/store/kept_answer_store.hpp"

#include "control/store/connection.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace modelgate::control::store {
namespace {

namespace json = boost::json;

/// What a row costs beside its body: key, fields, digest and index. It bounds the number of rows, too.
constexpr std::uint64_t bytes_of_row = 1'024;

std::string fields_text(const kept_answer& answer) {
  json::object fields;
  for (const auto& [name, value] : answer.fields) fields.emplace(name, value);
  return json::serialize(fields);
}

std::vector<std::pair<std::string, std::string>> fields_from(const std::string& text) {
  boost::system::error_code problem;
  const json::value read = json::parse(text, problem);
  if (problem || !read.is_object()) throw unreadable_row{"the fields of a kept answer cannot be read"};
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto& member : read.get_object()) {
    const auto* value = member.value().if_string();
    if (value == nullptr) throw unreadable_row{"a field of a kept answer is not a text"};
    fields.emplace_back(std::string{member.key()}, std::string{*value});
  }
  return fields;
}

}  // namespace

std::optional<kept_answer> kept_answer_store::find(std::string_view user, std::string_view key) const {
  auto row =
      on_.prepare("SELECT request, status, fields, body, created_at FROM idempotency_keys WHERE user = ? AND key = ?");
  row.bind(user, key);
  if (!row.next()) return std::nullopt;
  kept_answer found;
  found.user = user;
  found.key = key;
  found.request = row.digest(0);
  found.status = static_cast<unsigned>(row.number(1));
  found.fields = fields_from(row.text(2));
  found.body = row.text(3);
  found.created_at = row.time(4);
  return found;
}

void kept_answer_store::put(const kept_answer& answer) {
  on_.prepare("DELETE FROM idempotency_keys WHERE user = ? AND key = ?").bind(answer.user, answer.key).run();
  on_.prepare(
         "INSERT INTO idempotency_keys (user, key, request, status, fields, body, bytes, created_at) "
         "VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(answer.user, answer.key, answer.request, std::uint64_t{answer.status}, fields_text(answer), answer.body,
            std::uint64_t{answer.body.size()} + bytes_of_row, answer.created_at)
      .run();
}

void kept_answer_store::bound(std::string_view user, std::size_t most_of_user, std::uint64_t most_bytes) {
  on_.prepare(
         "DELETE FROM idempotency_keys WHERE sequence IN (SELECT sequence FROM idempotency_keys WHERE user = ?1 "
         "ORDER BY sequence LIMIT max(0, (SELECT count(*) FROM idempotency_keys WHERE user = ?1) - ?2))")
      .bind(user, std::uint64_t{most_of_user})
      .run();
  for (;;) {
    auto sum = on_.prepare("SELECT total(bytes) FROM idempotency_keys");
    if (!sum.next() || sum.number(0) <= most_bytes) return;
    on_.prepare("DELETE FROM idempotency_keys WHERE sequence = (SELECT min(sequence) FROM idempotency_keys)").run();
  }
}

std::size_t kept_answer_store::erase_before(system_time time) {
  return static_cast<std::size_t>(on_.prepare("DELETE FROM idempotency_keys WHERE created_at < ?").bind(time).run());
}

}  // namespace modelgate::control::store
