#include "control/api/rest/log_stream.hpp"

#include "control/api/rest/answers.hpp"

namespace modelgate::control::rest {
namespace {

class log_stream : public http_io::body_stream {
 public:
  explicit log_stream(std::unique_ptr<service::merged_log> log) : log_{std::move(log)} {}

  part next() override {
    std::string bytes = log_->next();
    return {std::move(bytes), log_->finished()};
  }

 private:
  std::unique_ptr<service::merged_log> log_;
};

}  // namespace

http_io::response log_answer(std::unique_ptr<service::merged_log> log, bool in_pieces) {
  if (!in_pieces) return text_answer(log->next());
  http_io::response answer = text_answer({});
  answer.fields.add("X-Accel-Buffering", "no");  // a proxy before us would keep the lines until it has enough of them
  answer.stream = std::make_shared<log_stream>(std::move(log));
  return answer;
}

}  // namespace modelgate::control::rest
