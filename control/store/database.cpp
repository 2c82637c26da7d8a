#include "control/store/database.hpp"

#include "control/store/connection.hpp"
#include "control/store/migrations.hpp"
#include "control/store/restore.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/base/errc.hpp"
#include "modelgate/base/log.hpp"

#include <SQLiteCpp/Exception.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace modelgate::control::store {
namespace {

constexpr std::string_view component = "store";
constexpr std::size_t idle_readers_kept = 4;

/// SQLite gives its journals the mode of the file, so making the file first keeps all of them private.
void make_private(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0 || ::fchmod(descriptor, 0600) != 0) {
    const std::string reason = std::strerror(errno);
    if (descriptor >= 0) ::close(descriptor);
    throw std::runtime_error{"the store " + file.string() + " cannot be opened: " + reason};
  }
  ::close(descriptor);
}

std::unique_ptr<connection> open_writer(const std::filesystem::path& file, std::chrono::milliseconds busy_timeout) {
  finish_restore(file.parent_path());
  make_private(file);
  try {
    auto writer = std::make_unique<connection>(file, connection::access::write, busy_timeout);
    migrate(*writer, all_migrations(), file);
    return writer;
  } catch (const SQLite::Exception& error) {
    std::error_code unknown;
    const bool no_room = std::filesystem::space(file.parent_path(), unknown).available == 0;
    throw std::runtime_error{"the store " + file.string() + " cannot be opened: " + error.what()
                             + (no_room && !unknown ? "; the disk is full" : "")};
  }
}

error_code unusable(std::string_view reason, errc kind = errc::storage_unavailable) {
  log::error(component, "the store cannot be used now", {{"reason", reason}});
  return make_error_code(kind);
}

/// Whatever leaves the body early - an answer that is an error, an exception - nothing of it stays.
struct rollback_unless_ended {
  connection& on;

  ~rollback_unless_ended() {
    try {
      if (on.in_transaction()) on.execute("ROLLBACK");
    } catch (const SQLite::Exception& error) {
      log::error(component, "a transaction could not be rolled back", {{"reason", std::string_view{error.what()}}});
    }
  }
};

}  // namespace

database::database(const std::filesystem::path& data_folder, database_options options)
    : options_{options},
      file_{data_folder / "modelgate.db"},
      lock_{data_folder, options.held_lock},
      writer_{open_writer(file_, options.busy_timeout)} {}

database::~database() = default;

error_code database::run(connection& on, const char* begin, const body_function& body) {
  const rollback_unless_ended undo{on};
  try {
    on.execute(begin);
    transaction within{on};
    if (!body(within)) return {};
    const steady_time asked = steady_clock::now();
    on.execute("COMMIT");
    if (&on == writer_.get()) commits_.record(steady_clock::now() - asked);
    return {};
  } catch (const SQLite::Exception& error) {
    failures_.fetch_add(1, std::memory_order_relaxed);
    return unusable(error.what(), error.getErrorCode() == SQLITE_FULL ? errc::storage_full : errc::storage_unavailable);
  } catch (const unreadable_row& error) {
    return unusable(error.what());
  }
}

error_code database::run_writing(const body_function& body) {
  {
    std::unique_lock guard{mutex_};
    if (!writer_free_.wait_for(guard, options_.busy_timeout, [&] { return !writing_; })) {
      return unusable("the changes before this one took too long");
    }
    writing_ = true;
  }
  struct release {
    database& of;
    ~release() {
      {
        const std::lock_guard guard{of.mutex_};
        of.writing_ = false;
      }
      of.writer_free_.notify_one();
    }
  } const released{*this};
  // IMMEDIATE takes the file's write lock at once, so what the body reads cannot change before it writes.
  bool commits = false;
  const error_code problem =
      run(*writer_, "BEGIN IMMEDIATE", [&](transaction& within) { return commits = body(within); });
  if (!problem && commits && commit_listener_) commit_listener_();
  return problem;
}

error_code database::run_reading(const body_function& body) {
  std::unique_ptr<connection> reader = take_reader();
  if (!reader) return make_error_code(errc::storage_unavailable);
  const error_code problem = run(*reader, "BEGIN", body);
  if (!problem) give_back(std::move(reader));
  return problem;
}

std::unique_ptr<connection> database::take_reader() {
  {
    const std::lock_guard guard{mutex_};
    if (!idle_readers_.empty()) {
      auto reader = std::move(idle_readers_.back());
      idle_readers_.pop_back();
      return reader;
    }
  }
  try {
    return std::make_unique<connection>(file_, connection::access::read, options_.busy_timeout);
  } catch (const SQLite::Exception& error) {
    static_cast<void>(unusable(error.what()));
    return nullptr;
  }
}

void database::give_back(std::unique_ptr<connection> reader) {
  const std::lock_guard guard{mutex_};
  if (idle_readers_.size() < idle_readers_kept) idle_readers_.push_back(std::move(reader));
}

}  // namespace modelgate::control::store
