#include "control/api/rest/log_stream.hpp"

#include "control/api/rest/answers.hpp"
#include "control/domain/names.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace modelgate::control::rest {
namespace {

/// Rights end while a log is followed: a user is disabled, a token expires, somebody leaves a group.
constexpr std::chrono::seconds time_between_questions{1};

class log_stream : public http_io::body_stream {
 public:
  log_stream(std::unique_ptr<service::merged_log> log, const log_form& form)
      : log_{std::move(log)},
        may_read_on_{form.may_read_on},
        most_chunk_bytes_{form.most_chunk_bytes},
        asked_at_{steady_clock::now()} {
    if (form.heartbeat.count() > 0) heartbeat_.emplace(form.heartbeat, asked_at_);
  }

  part next() override {
    if (const steady_time now = steady_clock::now(); may_read_on_ && now - asked_at_ >= time_between_questions) {
      asked_at_ = now;
      if (!may_read_on_()) return {{}, true};
    }
    std::string bytes = log_->next();
    const bool finished = log_->finished();
    if (heartbeat_ && !finished) bytes = heartbeat_->next(std::move(bytes), steady_clock::now());
    std::vector<std::size_t> cuts;
    if (most_chunk_bytes_ > 0) cuts = line_cuts(bytes, most_chunk_bytes_);
    return {std::move(bytes), finished, std::move(cuts)};
  }

 private:
  std::unique_ptr<service::merged_log> log_;
  std::optional<log_heartbeat> heartbeat_;
  std::function<bool()> may_read_on_;
  std::size_t most_chunk_bytes_;
  steady_time asked_at_;
};

}  // namespace

std::vector<std::size_t> line_cuts(std::string_view text, std::size_t most) {
  std::vector<std::size_t> cuts;
  for (std::size_t from = 0; text.size() - from > most; from = cuts.back()) {
    const std::size_t line_end = text.rfind('\n', from + most - 1);
    const bool has_line = line_end != std::string_view::npos && line_end >= from;
    const std::size_t cut = has_line ? line_end + 1 : from + domain::cut(text.substr(from), most).size();
    cuts.push_back(cut);
  }
  return cuts;
}

http_io::response log_answer(std::unique_ptr<service::merged_log> log, const log_form& form) {
  http_io::response answer = text_answer(form.in_pieces ? std::string{} : log->next());
  if (!form.file_name.empty())
    answer.fields.add("Content-Disposition", "attachment; filename=\"" + form.file_name + "\"");
  if (!form.in_pieces) return answer;
  answer.fields.add("X-Accel-Buffering", "no");  // a proxy before us would keep the lines until it has enough of them
  answer.stream = std::make_shared<log_stream>(std::move(log), form);
  return answer;
}

}  // namespace modelgate::control::rest
