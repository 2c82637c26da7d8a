#include "gateway/telemetry/access_log_writer.hpp"

#include "gateway/base/text_writer.hpp"
#include "gateway/telemetry/text_escape.hpp"

#include "modelgate/base/clock.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace modelgate::telemetry {
namespace {

using std::chrono::nanoseconds;

/// A line is seldom longer.
constexpr std::size_t usual_line = 768;

/// Key by key in either format.
class line {
 public:
  line(std::string& out, std::string& scratch, config::access_log_format format)
      : out_{out, usual_line}, escaped_{scratch}, is_json_{format == config::access_log_format::json} {}

  template <std::size_t Size>
  void begin(const char (&key)[Size]) {
    if (is_json_)
      out_.put(first_ ? '{' : ',').put('"').put(key).put("\":");
    else if (first_)
      out_.put(key).put('=');
    else
      out_.put(' ').put(key).put('=');
    first_ = false;
  }
  template <std::size_t Size>
  void time(const char (&key)[Size], std::string_view second, std::uint64_t milliseconds) {
    begin(key);
    if (is_json_) out_.put('"');
    out_.put(second).put('.').padded<3>(milliseconds).put('Z');
    if (is_json_) out_.put('"');
  }
  /// What has nothing to be escaped: ids and words of ours.
  template <std::size_t Size>
  void word(const char (&key)[Size], std::string_view value) {
    if (value.empty()) return;
    begin(key);
    if (is_json_)
      out_.put('"').put(value).put('"');
    else
      out_.put(value);
  }
  template <std::size_t Size>
  void text(const char (&key)[Size], std::string_view value) {
    if (value.empty()) return;
    begin(key);
    escaped_.clear();
    if (is_json_)
      append_quoted(escaped_, value);
    else
      append_word(escaped_, value);
    out_.put(escaped_);
  }
  template <std::size_t Size>
  void number(const char (&key)[Size], std::uint64_t value) {
    begin(key);
    out_.number(value);
  }
  template <std::size_t Size>
  void milliseconds(const char (&key)[Size], nanoseconds time) {
    begin(key);
    const auto micros = static_cast<std::uint64_t>(std::max<std::int64_t>(0, time.count() / 1'000));
    out_.number(micros / 1'000).put('.').padded<3>(micros % 1'000);
  }
  void end() {
    if (is_json_) out_.put('}');
    out_.put('\n');
  }

 private:
  text_writer out_;
  std::string& escaped_;
  bool is_json_;
  bool first_ = true;
};

}  // namespace

std::string_view access_log_writer::text_of(std::chrono::seconds second) {
  if (second != second_) {
    second_ = second;
    second_text_ = format_rfc3339(system_time{second}).substr(0, 19);
  }
  return second_text_;
}

void access_log_writer::append(std::string& out, const request_record& record, config::access_log_format format) {
  line to{out, escaped_, format};
  const nanoseconds began = record.started - record.head;
  const auto second = std::chrono::floor<std::chrono::seconds>(began);
  to.time("ts", text_of(second), static_cast<std::uint64_t>((began - second).count() / 1'000'000));
  to.word("request_id", record.request_id.view());
  if (record.trace != trace_id{}) {
    const trace_id_text trace = to_hex(record.trace);
    to.word("trace_id", {trace.data(), trace.size()});
  }
  to.word("deployment", record.deployment.view());
  if (record.dispatched) {
    to.number("revision", record.revision);
    to.text("replica", record.replica.view());
  }
  to.text("client", record.client.view());
  if (record.understood) {
    to.word("method", name_of(record.verb));
    to.text("path", record.path.view());
  }
  to.number("status", record.status);
  if (record.upstream_status != 0) to.number("upstream_status", record.upstream_status);
  if (record.why) to.word("reason", http::word(*record.why));
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
