#include "control/store/connection.hpp"

#include <sqlite3.h>

#include <cstring>

namespace modelgate::control::store {

statement::~statement() {
  // A statement that is not reset keeps its transaction from ending. What was bound is overwritten by the next use.
  prepared_.tryReset();
}

std::optional<std::int64_t> statement::optional_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

system_time statement::time(int column) const {
  return system_time{std::chrono::milliseconds{integer(column)}};
}

std::optional<system_time> statement::optional_time(int column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

crypto::token_digest statement::digest(int column) const {
  crypto::token_digest value;
  const auto held = prepared_.getColumn(column);
  if (held.getBytes() != static_cast<int>(value.bytes.size()))
    throw unreadable_row{"a token's digest has the wrong size"};
  std::memcpy(value.bytes.data(), held.getBlob(), value.bytes.size());
  return value;
}

void statement::bind_one(int index, system_time value) {
  const auto since = std::chrono::floor<std::chrono::milliseconds>(value.time_since_epoch());
  prepared_.bind(index, static_cast<std::int64_t>(since.count()));
}

void statement::bind_one(int index, const crypto::token_digest& value) {
  prepared_.bind(index, value.bytes.data(), static_cast<int>(value.bytes.size()));
}

connection::connection(const std::filesystem::path& file, access mode, std::chrono::milliseconds busy_timeout)
    : database_{file.string(), mode == access::read ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE,
                static_cast<int>(busy_timeout.count())} {
  // The journal's files stay when the last connection closes: on a full disk the next start could not make them.
  int keeps_journal = 1;
  sqlite3_file_control(database_.getHandle(), "main", SQLITE_FCNTL_PERSIST_WAL, &keeps_journal);
  database_.exec("PRAGMA foreign_keys = ON");
  if (mode == access::write) {
    database_.exec("PRAGMA journal_mode = WAL");
    database_.exec("PRAGMA journal_size_limit = 4194304");  // as much as it has when it is written back
    database_.exec("PRAGMA synchronous = FULL");
  }
}

statement connection::prepare(const char* sql) {
  auto& held = prepared_[sql];
  if (!held) held = std::make_unique<SQLite::Statement>(database_, sql);
  return statement{*held};
}

bool connection::in_transaction() const noexcept {
  return sqlite3_get_autocommit(database_.getHandle()) == 0;
}

}  // namespace modelgate::control::store
