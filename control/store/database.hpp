#pragma once

#include "control/store/folder_lock.hpp"

#include "modelgate/base/result.hpp"
#include "modelgate/metrics/duration_histogram.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace modelgate::control::store {

class connection;

/// One unit of reading or writing: everything that is done through it happens, or nothing does.
///
/// Shape: made by `database` and alive only within the body that it is handed to; the stores are made from it.
class transaction {
 public:
  explicit transaction(connection& on) noexcept : on_{on} {}
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;

  [[nodiscard]] connection& on() const noexcept { return on_; }

 private:
  connection& on_;
};

struct database_options {
  int held_lock = -1;                             ///< of the data folder, as the process before this one held it
  std::chrono::milliseconds busy_timeout{2'000};  ///< how long one transaction waits for its turn
};

/// The store's file in a data folder: SQLite, WAL, every commit on the disk before it is answered.
///
/// One writer at a time, readers beside it. Bodies must be short and must not reach outside the store: the writer's
/// turn is what every other change waits for.
///
/// Shape:  any-thread. One per process and data folder, which the lock makes sure of.
/// Errors: a body that answers an error is rolled back, and its error is the answer. When the store itself fails (disk
///         full, file locked, row unreadable), the body is abandoned by an exception that ends here, everything is
///         rolled back, the reason is logged, and the answer is made from errc::storage_unavailable, or
///         errc::storage_full when it is the disk that has no room.
class database {
 public:
  /// Makes the folder (mode 0700) and the file (mode 0600) where there are none yet, and brings an older schema up to
  /// date. Throws std::runtime_error with one clear line when the folder is in use or the store cannot be opened.
  explicit database(const std::filesystem::path& data_folder, database_options options = {});
  ~database();
  database(const database&) = delete;
  database& operator=(const database&) = delete;

  /// How long commits take: until what was written is on the disk.
  [[nodiscard]] const metrics::duration_histogram& commits() const noexcept { return commits_; }
  [[nodiscard]] std::uint64_t failures() const noexcept { return failures_.load(std::memory_order_relaxed); }
  [[nodiscard]] const folder_lock& lock() const noexcept { return lock_; }

  /// Called after each write that was committed, by the thread that wrote, in its turn: it must return at once and must
  /// not use the store. Set once, before other threads write.
  void set_commit_listener(std::function<void()> listener) { commit_listener_ = std::move(listener); }

  /// `body` is called with a `transaction&` and answers a `result<Value, Error>` whose error can be made from an
  /// error_code.
  template <class Body>
  [[nodiscard]] std::invoke_result_t<Body&, transaction&> read(Body&& body) {
    return answer_of(body, &database::run_reading);
  }
  template <class Body>
  [[nodiscard]] std::invoke_result_t<Body&, transaction&> write(Body&& body) {
    return answer_of(body, &database::run_writing);
  }

 private:
  /// Answers whether to commit.
  using body_function = std::function<bool(transaction&)>;

  error_code run_reading(const body_function& body);
  error_code run_writing(const body_function& body);
  error_code run(connection& on, const char* begin, const body_function& body);
  std::unique_ptr<connection> take_reader();
  void give_back(std::unique_ptr<connection> reader);

  template <class Body>
  std::invoke_result_t<Body&, transaction&> answer_of(Body& body,
                                                      error_code (database::*runner)(const body_function&)) {
    using answer_type = std::invoke_result_t<Body&, transaction&>;
    std::optional<answer_type> answer;
    const error_code problem = (this->*runner)([&](transaction& within) {
      answer.emplace(body(within));
      return answer->has_value();
    });
    if (problem) return answer_type{boost::system::in_place_error, problem};
    return std::move(*answer);
  }

  metrics::duration_histogram commits_;
  std::atomic<std::uint64_t> failures_{0};  ///< of transactions, because the store could not be used
  database_options options_;
  std::filesystem::path file_;
  folder_lock lock_;
  std::mutex mutex_;  ///< guards what follows, never held over SQLite
  std::condition_variable writer_free_;
  bool writing_ = false;
  std::function<void()> commit_listener_;
  /// Closed last: the last connection brings what is in the WAL into the database file, which a reader cannot.
  std::unique_ptr<connection> writer_;
  std::vector<std::unique_ptr<connection>> idle_readers_;
};

}  // namespace modelgate::control::store
