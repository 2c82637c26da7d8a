#include "control/api/rest/log_stream.hpp"

#include "control/api/rest/answers.hpp"

#include <optional>
#include <utility>

namespace modelgate::control::rest {
namespace {

class log_stream : public http_io::body_stream {
 public:
  log_stream(std::unique_ptr<service::merged_log> log, std::chrono::milliseconds heartbeat) : log_{std::move(log)} {
    if (heartbeat.count() > 0) heartbeat_.emplace(heartbeat, steady_clock::now());
  }

  part next() override {
    std::string bytes = log_->next();
    const bool finished = log_->finished();
    if (heartbeat_ && !finished) bytes = heartbeat_->next(std::move(bytes), steady_clock::now());
    return {std::move(bytes), finished};
  }

 private:
  std::unique_ptr<service::merged_log> log_;
  std::optional<log_heartbeat> heartbeat_;
};

}  // namespace

http_io::response log_answer(std::unique_ptr<service::merged_log> log, const log_form& form) {
  http_io::response answer = text_answer(form.in_pieces ? std::string{} : log->next());
  if (!form.file_name.empty())
    answer.fields.add("Content-Disposition", "attachment; filename=\"" + form.file_name + "\"");
  if (!form.in_pieces) return answer;
  answer.fields.add("X-Accel-Buffering", "no");  // a proxy before us would keep the lines until it has enough of them
  answer.stream = std::make_shared<log_stream>(std::move(log), form.heartbeat);
  return answer;
}

}  // namespace modelgate::control::rest
