#include "gateway/telemetry/access_log_writer.hpp"

#include "gateway/telemetry/text_escape.hpp"

#include "modelgate/base/clock.hpp"

#include <array>
#include <charconv>
#include <string_view>

namespace modelgate::telemetry {
namespace {

using std::chrono::nanoseconds;

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto [end, problem] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

void append_three(std::string& out, std::uint64_t below_1000) {
  out += static_cast<char>('0' + below_1000 / 100);
  out += static_cast<char>('0' + below_1000 / 10 % 10);
  out += static_cast<char>('0' + below_1000 % 10);
}

/// Key by key in either format.
class line {
 public:
  line(std::string& out, config::access_log_format format) noexcept
      : out_{out}, is_json_{format == config::access_log_format::json} {}

  void begin(std::string_view key) {
    if (is_json_)
      out_.append(first_ ? "{\"" : ",\"").append(key).append("\":");
    else
      out_.append(first_ ? "" : " ").append(key).append("=");
    first_ = false;
  }
  void quote() {
    if (is_json_) out_ += '"';
  }
  void text(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    begin(key);
    if (is_json_)
      append_quoted(out_, value);
    else
      append_word(out_, value);
  }
  void number(std::string_view key, std::uint64_t value) {
    begin(key);
    append_number(out_, value);
  }
  void milliseconds(std::string_view key, nanoseconds time) {
    begin(key);
    const auto micros = static_cast<std::uint64_t>(std::max<std::int64_t>(0, time.count() / 1'000));
    append_number(out_, micros / 1'000);
    out_ += '.';
    append_three(out_, micros % 1'000);
  }
  void end() { out_ += is_json_ ? "}\n" : "\n"; }

 private:
  std::string& out_;
  bool is_json_;
  bool first_ = true;
};

}  // namespace

void access_log_writer::append_time(std::string& out, nanoseconds since_1970) {
  const auto second = std::chrono::floor<std::chrono::seconds>(since_1970);
  if (second != second_) {
    second_ = second;
    second_text_ = format_rfc3339(system_time{second}).substr(0, 19);
  }
  out.append(second_text_) += '.';
  append_three(out, static_cast<std::uint64_t>((since_1970 - second).count() / 1'000'000));
  out += 'Z';
}

void access_log_writer::append(std::string& out, const request_record& record, config::access_log_format format) {
  line to{out, format};
  to.begin("ts");
  to.quote();
  append_time(out, record.started - record.head);
  to.quote();
  to.text("request_id", record.request_id.view());
  if (record.trace != trace_id{}) {
    const trace_id_text trace = to_hex(record.trace);
    to.text("trace_id", {trace.data(), trace.size()});
  }
  to.text("deployment", record.deployment.view());
  if (record.dispatched) {
    to.number("revision", record.revision);
    to.text("replica", record.replica.view());
  }
  to.text("client", record.client.view());
  if (record.understood) {
    to.text("method", name_of(record.verb));
    to.text("path", record.path.view());
  }
  to.number("status", record.status);
  if (record.upstream_status != 0) to.number("upstream_status", record.upstream_status);
  if (record.why) to.text("reason", http::word(*record.why));
  to.number("bytes_in", record.bytes_in);
  to.number("bytes_out", record.bytes_out);
  if (record.retries > 0) to.number("retries", record.retries);
  to.milliseconds("dur_ms", record.total + record.head);
  to.milliseconds("head_ms", record.head);
  if (record.held.count() > 0) to.milliseconds("body_ms", record.held);
  if (record.dispatched || record.queued.count() > 0) to.milliseconds("queue_ms", record.queued);
  if (record.connected) to.milliseconds("connect_ms", record.connecting);
  if (record.dispatched) {
    to.milliseconds("send_ms", record.sending);
    if (record.upstream_status != 0) to.milliseconds("ttfb_ms", record.first_byte);
    to.milliseconds("upstream_ms", record.upstream);
  }
  to.end();
}

}  // namespace modelgate::telemetry
