#include "gateway/telemetry/span_text.hpp"

#include "gateway/telemetry/text_escape.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace modelgate::telemetry {
namespace {

using std::chrono::nanoseconds;

enum class kind { server = 2, client = 3 };
constexpr unsigned failed = 2;  ///< STATUS_CODE_ERROR

std::string number_text(std::uint64_t number) {
  return std::to_string(number);
}

/// The attributes of one span or resource, with their brackets.
class attributes {
 public:
  explicit attributes(std::string& out) : out_{out} { out_ += "\"attributes\":["; }

  void text(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    begin(key);
    out_ += "\"stringValue\":";
    append_quoted(out_, value);
    out_ += "}}";
  }
  void number(std::string_view key, std::uint64_t value) {
    begin(key);
    out_.append("\"intValue\":\"").append(number_text(value)).append("\"}}");
  }
  void milliseconds(std::string_view key, nanoseconds time) {
    begin(key);
    std::array<char, 32> digits{};
    const double value = static_cast<double>(std::max<std::int64_t>(0, time.count() / 1'000)) / 1'000;
    const auto [end, problem] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    out_.append("\"doubleValue\":").append(digits.data(), end).append("}}");
  }
  void end() { out_ += ']'; }

 private:
  void begin(std::string_view key) {
    out_.append(first_ ? "{\"key\":\"" : ",{\"key\":\"").append(key).append("\",\"value\":{");
    first_ = false;
  }

  std::string& out_;
  bool first_ = true;
};

/// What of a path is the same for every deployment; empty: nothing that is known.
std::string_view known_rest(const request_record& record) {
  static constexpr std::array<std::string_view, 6> known{"/api/v1.0/predictions", "/api/v0.1/predictions",
                                                         "/api/v1.0/feedback",    "/api/v0.1/feedback",
                                                         "/api/v1.0/metadata",    "/api/v1.0/health/status"};
  constexpr std::string_view start = "/deployment/";
  const std::string_view path = record.path.view();
  const std::size_t skipped = start.size() + record.deployment.view().size();
  if (record.deployment.view().empty() || !path.starts_with(start) || path.size() < skipped) return {};
  const auto found = std::find(known.begin(), known.end(), path.substr(skipped));
  return found == known.end() ? std::string_view{} : *found;
}

std::string route_of(const request_record& record) {
  const std::string_view rest = known_rest(record);
  return rest.empty() ? std::string{} : "/deployment/{id}" + std::string{rest};
}

std::string error_type(const request_record& record, unsigned status) {
  if (record.why) return std::string{http::word(*record.why)};
  return std::to_string(status);
}

struct span_head {
  span_id id = 0;
  span_id parent = 0;
  std::string name;
  kind what = kind::server;
  nanoseconds start{0};
  nanoseconds end{0};
};

void begin_span(std::string& out, const request_record& record, const span_head& head) {
  const trace_id_text trace = to_hex(record.trace);
  const span_id_text id = to_hex(head.id);
  const span_id_text parent = to_hex(head.parent);
  out.append("{\"traceId\":\"").append(trace.data(), trace.size());
  out.append("\",\"spanId\":\"").append(id.data(), id.size());
  if (head.parent != 0) out.append("\",\"parentSpanId\":\"").append(parent.data(), parent.size());
  out.append("\",\"flags\":1,\"name\":");
  append_quoted(out, head.name);
  out.append(",\"kind\":").append(std::to_string(static_cast<int>(head.what)));
  out.append(",\"startTimeUnixNano\":\"").append(std::to_string(head.start.count()));
  out.append("\",\"endTimeUnixNano\":\"").append(std::to_string(head.end.count())).append("\",");
}

void end_span(std::string& out, bool is_error) {
  out += ",\"status\":{";
  if (is_error) out.append("\"code\":").append(std::to_string(failed));
  out += "}}";
}

void append_server_span(std::string& out, const request_record& record) {
  const std::string route = route_of(record);
  const std::string_view method = record.understood ? name_of(record.verb) : "HTTP";
  begin_span(
      out, record,
      {record.span, record.parent, route.empty() ? std::string{method} : std::string{method}.append(" ").append(route),
       kind::server, record.started - record.head, record.started + record.total});
  attributes all{out};
  if (record.understood) {
    all.text("http.request.method", name_of(record.verb));
    all.text("url.path", record.path.view());
  }
  all.text("url.scheme", record.secure ? "https" : "http");
  all.text("http.route", route);
  all.number("http.response.status_code", record.status);
  all.number("http.request.body.size", record.bytes_in);
  all.number("http.response.body.size", record.bytes_out);
  all.text("network.protocol.name", "http");
  all.text("network.protocol.version", record.minor_version == 0 ? "1.0" : "1.1");
  all.text("client.address", record.peer.view());
  all.text("modelgate.request_id", record.request_id.view());
  all.text("modelgate.deployment", record.deployment.view());
  all.text("modelgate.client", record.client.view());
  if (record.queued.count() > 0) all.milliseconds("modelgate.queue_ms", record.queued);
  const bool is_error = record.status >= 500;
  if (is_error || record.why) all.text("error.type", error_type(record, record.status));
  all.end();
  end_span(out, is_error);
}

void append_client_span(std::string& out, const request_record& record) {
  const nanoseconds start = record.started + record.dispatch;
  const bool answered = record.upstream_status != 0;
  begin_span(out, record,
             {record.upstream_span, record.span, std::string{name_of(record.verb)}, kind::client, start,
              start + record.upstream});
  attributes all{out};
  all.text("http.request.method", name_of(record.verb));
  const std::string_view authority = record.authority.view();
  const std::size_t colon = authority.rfind(':');
  all.text("server.address", authority.substr(0, colon));
  std::uint16_t port = 0;
  if (colon != std::string_view::npos)
    std::from_chars(authority.data() + colon + 1, authority.data() + authority.size(), port);
  if (port != 0) all.number("server.port", port);
  if (answered) all.number("http.response.status_code", record.upstream_status);
  if (record.second_try) all.number("http.request.resend_count", 1);
  if (record.given_up) all.text("modelgate.try", "given_up");
  all.text("network.protocol.version", "1.1");
  all.text("modelgate.deployment", record.deployment.view());
  all.text("modelgate.replica", record.replica.view());
  all.number("modelgate.revision", record.revision);
  if (record.connected) all.milliseconds("modelgate.connect_ms", record.connecting);
  if (answered) all.milliseconds("modelgate.ttfb_ms", record.first_byte);
  const bool is_error = !record.given_up && (!answered || record.upstream_status >= 400);
  if (is_error) all.text("error.type", error_type(record, record.upstream_status));
  all.end();
  end_span(out, is_error);
}

}  // namespace

std::string to_spans(std::span<const request_record> records, std::string_view service_name) {
  std::string out = "{\"resourceSpans\":[{\"resource\":{";
  attributes resource{out};
  resource.text("service.name", service_name);
  resource.end();
  out += "},\"scopeSpans\":[{\"scope\":{\"name\":\"modelgate\"},\"spans\":[";
  bool first = true;
  for (const request_record& record : records) {
    if (!std::exchange(first, false)) out += ',';
    if (!record.only_try) append_server_span(out, record);
    if (!record.dispatched) continue;
    if (!record.only_try) out += ',';
    append_client_span(out, record);
  }
  out += "]}]}]}";
  return out;
}

}  // namespace modelgate::telemetry
