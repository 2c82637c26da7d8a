#include "control/runtime/log_file_reader.hpp"

#include "control/runtime/log_line.hpp"

#include "modelgate/base/errc.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace modelgate::control::runtime {
namespace {

constexpr std::size_t block_size = 65'536;
constexpr std::size_t answer_size = 262'144;
constexpr std::size_t longest_carry = 2 * longest_log_line;  // more than that without a line's end is no log of ours

int open_to_read(const std::filesystem::path& file) {
  return ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
}

void close_file(int& file) noexcept {
  if (file >= 0) ::close(file);
  file = -1;
}

bool is_same_file(int file, const std::filesystem::path& path) {
  struct stat opened {};
  struct stat named {};
  if (::fstat(file, &opened) != 0 || ::stat(path.c_str(), &named) != 0) return false;
  return opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

/// Where the last `lines` lines of a file start; `lines` becomes how many are missing for that.
off_t tail_start(int file, std::size_t& lines) {
  std::array<char, block_size> block;
  off_t position = ::lseek(file, 0, SEEK_END);
  bool at_end = true;
  while (position > 0) {
    const auto size = static_cast<std::size_t>(std::min<off_t>(position, block_size));
    position -= static_cast<off_t>(size);
    const ssize_t count = ::pread(file, block.data(), size, position);
    if (count <= 0) return 0;
    for (ssize_t i = count; i-- > 0;) {
      if (block[static_cast<std::size_t>(i)] != '\n') continue;
      if (std::exchange(at_end, false)) continue;  // the end of the last line is no line's start
      if (--lines == 0) return position + i + 1;
    }
  }
  if (!at_end) --lines;  // the first line of the file has no line's end before it
  return 0;
}

}  // namespace

log_file_reader::log_file_reader(std::filesystem::path current, const log_query& query, log_end end)
    : current_path_{std::move(current)}, query_{query}, end_{std::move(end)} {}

log_file_reader::~log_file_reader() {
  close_file(rotated_);
  close_file(current_);
}

result<std::unique_ptr<log_reader>> log_file_reader::open(const std::filesystem::path& folder, const log_query& query,
                                                          log_end end) {
  std::unique_ptr<log_file_reader> reader{
      new log_file_reader{folder / (query.previous ? "previous" : "log"), query, std::move(end)}};
  if (!reader->open_files()) return make_error_code(errc::not_found);
  if (query.tail_lines) reader->seek_tail(*query.tail_lines);
  struct stat now {};
  if (reader->current_ >= 0 && ::fstat(reader->current_, &now) == 0) reader->current_end_ = now.st_size;
  return std::unique_ptr<log_reader>{std::move(reader)};
}

bool log_file_reader::open_files() {
  const std::filesystem::path rotated_path = current_path_.native() + ".1";
  for (int attempt = 0; attempt < 8; ++attempt) {
    close_file(current_);
    close_file(rotated_);
    current_ = open_to_read(current_path_);
    rotated_ = open_to_read(rotated_path);
    // Rotated just between the two calls: both are the same file now, and the current one is another.
    if (current_ < 0 || rotated_ < 0 || !is_same_file(current_, rotated_path)) break;
  }
  if (current_ < 0 && rotated_ < 0) return !query_.previous && !end_->load();  // nothing was said yet
  return true;
}

void log_file_reader::seek_tail(std::size_t lines) {
  if (lines == 0) {
    close_file(rotated_);
    if (current_ >= 0) ::lseek(current_, 0, SEEK_END);
    return;
  }
  if (current_ >= 0) ::lseek(current_, tail_start(current_, lines), SEEK_SET);
  if (rotated_ < 0) return;
  if (lines == 0) {
    close_file(rotated_);
  } else {
    ::lseek(rotated_, tail_start(rotated_, lines), SEEK_SET);
  }
}

/// How much of it may be read at once. A writer that is faster than the reader would have no end otherwise.
std::size_t log_file_reader::readable(int file) const {
  if (query_.follow || file != current_) return block_size;
  const off_t left = current_end_ - ::lseek(file, 0, SEEK_CUR);
  return static_cast<std::size_t>(std::clamp<off_t>(left, 0, block_size));
}

/// Reads one block of the file whose turn it is. False at its end.
bool log_file_reader::fill() {
  const int file = rotated_ >= 0 ? rotated_ : current_;
  if (file < 0) return false;
  const std::size_t held = carry_.size();
  const std::size_t most = readable(file);
  carry_.resize(held + most);
  const ssize_t count = ::read(file, carry_.data() + held, most);
  carry_.resize(held + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return count > 0;
}

/// False when there is no other file to go on with.
bool log_file_reader::move_to_next_file(bool ended) {
  if (rotated_ >= 0) {
    close_file(rotated_);
    return current_ >= 0;
  }
  if (query_.previous || !query_.follow) return false;
  // A restart moves the file away too, but what stands in its place then is another instance's.
  const bool was_rotated = current_ < 0 || is_same_file(current_, current_path_.native() + ".1")
                           || (!ended && !is_same_file(current_, current_path_));
  if (!was_rotated) return false;
  const int next = open_to_read(current_path_);
  if (next < 0) return false;
  // What was appended before the file was moved away is read first.
  rotated_ = std::exchange(current_, next);
  return true;
}

void log_file_reader::take_line(std::string_view line, std::string& to) const {
  const auto record = parse_log_record(line);
  if (!record) {
    to.append(line).push_back('\n');
    return;
  }
  if (query_.since) {
    const auto at = parse_rfc3339(record->time);
    if (at && *at < *query_.since) return;
  }
  if (query_.timestamps) to.append(record->time).push_back(' ');
  to.append(record->text).push_back('\n');
}

void log_file_reader::take_lines(std::string& to) {
  std::size_t start = 0;
  for (auto end = carry_.find('\n'); end != std::string::npos; end = carry_.find('\n', start)) {
    take_line(std::string_view{carry_}.substr(start, end - start), to);
    start = end + 1;
  }
  carry_.erase(0, start);
  if (carry_.size() > longest_carry) {
    take_line(carry_, to);
    carry_.clear();
  }
}

std::string log_file_reader::read_more() {
  std::string answer;
  while (!finished_ && answer.size() < answer_size) {
    // Asked before the read: nothing is written after it is true.
    const bool is_whole = query_.previous || end_->load();
    const bool ended = is_whole || !query_.follow;
    if (fill()) {
      take_lines(answer);
    } else if (!move_to_next_file(ended)) {
      if (!ended) break;
      if (is_whole && !carry_.empty()) take_line(carry_, answer);
      carry_.clear();
      finished_ = true;
    }
  }
  return answer;
}

}  // namespace modelgate::control::runtime
