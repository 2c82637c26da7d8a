#pragma once

#include "control/store/database.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/crypto/token.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

/// SQLite as the stores of this module see it. Included by their .cpp files only.
namespace modelgate::control::store {

/// A row holds what this program would never have written.
class unreadable_row : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A prepared statement in use: bound, stepped through, and given back to its connection when it goes out of scope.
///
/// Units: times are milliseconds since 1970 in the file.
class statement {
 public:
  explicit statement(SQLite::Statement& prepared) noexcept : prepared_{prepared} {}
  ~statement();
  statement(const statement&) = delete;
  statement& operator=(const statement&) = delete;

  /// Binds every parameter, in order.
  template <class... Values>
  statement& bind(const Values&... values) {
    int index = 0;
    (bind_one(++index, values), ...);
    return *this;
  }
  /// The next row; false after the last one.
  [[nodiscard]] bool next() { return prepared_.executeStep(); }
  /// For a statement without rows; answers how many it changed.
  int run() { return prepared_.exec(); }

  [[nodiscard]] std::string text(int column) const { return prepared_.getColumn(column).getString(); }
  [[nodiscard]] std::int64_t integer(int column) const { return prepared_.getColumn(column).getInt64(); }
  [[nodiscard]] std::uint64_t number(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  [[nodiscard]] bool flag(int column) const { return integer(column) != 0; }
  [[nodiscard]] bool is_null(int column) const { return prepared_.getColumn(column).isNull(); }
  [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const;
  [[nodiscard]] system_time time(int column) const;
  [[nodiscard]] std::optional<system_time> optional_time(int column) const;
  [[nodiscard]] crypto::token_digest digest(int column) const;

 private:
  void bind_one(int index, const std::string& value) { prepared_.bind(index, value); }
  void bind_one(int index, std::string_view value) { prepared_.bind(index, std::string{value}); }
  void bind_one(int index, const char* value) { prepared_.bind(index, value); }
  void bind_one(int index, std::int64_t value) { prepared_.bind(index, value); }
  void bind_one(int index, std::uint64_t value) { prepared_.bind(index, static_cast<std::int64_t>(value)); }
  void bind_one(int index, std::uint32_t value) { prepared_.bind(index, static_cast<std::int64_t>(value)); }
  void bind_one(int index, bool value) { prepared_.bind(index, value ? 1 : 0); }
  void bind_one(int index, system_time value);
  void bind_one(int index, const crypto::token_digest& value);
  void bind_one(int index, std::nullptr_t) { prepared_.bind(index); }
  template <class Value>
  void bind_one(int index, const std::optional<Value>& value) {
    if (value) {
      bind_one(index, *value);
    } else {
      prepared_.bind(index);
    }
  }

  SQLite::Statement& prepared_;
};

/// One open file of SQLite with the statements that were prepared on it.
///
/// Shape:  one thread at a time.
/// Errors: everything throws SQLite::Exception; `database` ends it.
class connection {
 public:
  enum class access { read, write };

  connection(const std::filesystem::path& file, access mode, std::chrono::milliseconds busy_timeout);

  /// Shape: `sql` is a literal; it is prepared once. The same one must not be in use twice.
  [[nodiscard]] statement prepare(const char* sql);
  void execute(const char* sql) { database_.exec(sql); }
  [[nodiscard]] bool in_transaction() const noexcept;

 private:
  SQLite::Database database_;
  std::unordered_map<std::string_view, std::unique_ptr<SQLite::Statement>> prepared_;
};

}  // namespace modelgate::control::store
