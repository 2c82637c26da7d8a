#include "gateway/proxy/forwarding.hpp"

#include "modelgate/base/trace_context.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <span>
#include <system_error>

namespace modelgate::proxy {
namespace {

using http::field;
using http::field_id;

constexpr std::string_view own_via = "Via: 1.1 modelgate\r\n";
/// The only protocol that is ever asked for, whatever case the other side wrote it in.
constexpr std::string_view own_upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";

/// One growth for the four parts: a head has twenty such fields.
void append_field(std::string& out, std::string_view name, std::string_view value) {
  const std::size_t start = out.size();
  out.resize(start + name.size() + value.size() + 4);
  char* at = out.data() + start;
  at = std::copy(name.begin(), name.end(), at);
  *at++ = ':';
  *at++ = ' ';
  at = std::copy(value.begin(), value.end(), at);
  *at++ = '\r';
  *at = '\n';
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto [end, problem] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

void append_body_fields(std::string& out, const http::body_framing& body) {
  switch (body.kind) {
    case http::body_kind::sized:
      out += "Content-Length: ";
      append_number(out, body.size);
      out += "\r\n";
      return;
    case http::body_kind::chunked:
      out += "Transfer-Encoding: chunked\r\n";
      return;
    case http::body_kind::none:
    case http::body_kind::until_close:
      return;
  }
}

/// Whether some Connection field names this one, which then concerns that connection only.
class connection_names {
 public:
  explicit connection_names(const std::vector<field>& fields) noexcept : fields_{fields} {
    for (const field& f : fields) any_ = any_ || f.id == field_id::connection;
  }

  [[nodiscard]] bool name(std::string_view candidate) const noexcept {
    if (!any_) return false;
    for (const field& f : fields_) {
      if (f.id == field_id::connection && http::list_has_token(f.value, candidate)) return true;
    }
    return false;
  }

 private:
  const std::vector<field>& fields_;
  bool any_ = false;
};

/// Request fields that are never the client's to set, or that we write ourselves.
bool is_managed_in_request(field_id id, bool forward_authorization) noexcept {
  switch (id) {
    case field_id::authorization:
      return !forward_authorization;
    case field_id::content_length:
    case field_id::expect:
    case field_id::forwarded:
    case field_id::host:
    case field_id::seldon_puid:
    case field_id::traceparent:
    case field_id::x_forwarded_for:
    case field_id::x_forwarded_host:
    case field_id::x_forwarded_proto:
    case field_id::x_forwarded_user:
    case field_id::x_request_id:
    case field_id::x_request_timeout:
      return true;
    default:
      return http::is_hop_by_hop(id);
  }
}

bool is_managed_in_response(field_id id) noexcept {
  switch (id) {
    case field_id::content_length:
    case field_id::seldon_puid:
    case field_id::x_request_id:
      return true;
    default:
      return http::is_hop_by_hop(id);
  }
}

/// Under every spelling that folds to it, as with the other fields that are ours.
bool is_limit_field(std::string_view name) noexcept {
  constexpr std::string_view start = "RateLimit-";
  if (name.size() <= start.size()
      || !http::equals_ignoring_case(name.substr(0, start.size() - 1), start.substr(0, start.size() - 1))) {
    return false;
  }
  const char last = name[start.size() - 1];
  return last == '-' || last == '_' || last == '.';
}

/// "name: earlier, " where a trusted proxy already said something, else "name: "; our own element follows.
void append_chain_start(std::string& out, const http::request_head& head, field_id id, std::string_view name,
                        bool trusted) {
  out.append(name).append(": ");
  if (!trusted) return;
  for (const field& f : head.fields) {
    if (f.id == id && !f.alias && !f.value.empty()) out.append(f.value).append(", ");
  }
}

void append_forwarded_element(std::string& out, const upstream_request& request) {
  out += "for=";
  const bool is_v6 = request.client_address.find(':') != std::string_view::npos;
  if (is_v6)
    out.append("\"[").append(request.client_address).append("]\"");
  else
    out.append(request.client_address);
  out += request.client_uses_tls ? ";proto=https" : ";proto=http";
  if (!request.original_host.empty()) out.append(";host=\"").append(request.original_host).append("\"");
}

void append_edge_fields(std::string& out, const http::request_head& head, const upstream_request& request) {
  const bool trusted = request.client_is_trusted_proxy;
  append_chain_start(out, head, field_id::x_forwarded_for, "X-Forwarded-For", trusted);
  out.append(request.client_address).append("\r\n");
  append_chain_start(out, head, field_id::forwarded, "Forwarded", trusted);
  append_forwarded_element(out, request);
  out += "\r\n";
  // Protocol and host are what the first proxy saw; a chain of them would mean nothing to a model server.
  const field* proto = trusted ? head.find(field_id::x_forwarded_proto) : nullptr;
  append_field(out, "X-Forwarded-Proto", proto != nullptr ? proto->value : request.client_uses_tls ? "https" : "http");
  const field* host = trusted ? head.find(field_id::x_forwarded_host) : nullptr;
  const std::string_view original = host != nullptr ? host->value : request.original_host;
  if (!original.empty()) append_field(out, "X-Forwarded-Host", original);
}

}  // namespace

std::optional<std::uint64_t> hops_left(const http::request_head& head) noexcept {
  if (head.verb != http::method::options) return std::nullopt;
  const field* limit = head.find(field_id::max_forwards);
  if (limit == nullptr) return std::nullopt;
  std::uint64_t hops = 0;
  const char* end = limit->value.data() + limit->value.size();
  const auto [last, problem] = std::from_chars(limit->value.data(), end, hops);
  if (problem == std::errc::result_out_of_range) return std::numeric_limits<std::uint64_t>::max();
  if (problem != std::errc{} || last != end) return std::nullopt;
  return hops;
}

void append_request_line(std::string& out, const http::request_head& head, const upstream_request& request) {
  out.append(head.method_text).append(" ").append(request.path);
  if (request.has_query) out.append("?").append(request.query);
  out += " HTTP/1.1\r\n";
}

void append_request_fields(std::string& out, const http::request_head& head, const upstream_request& request) {
  const connection_names per_connection{head.fields};
  for (const field& f : head.fields) {
    if (f.alias || is_managed_in_request(f.id, request.forward_authorization) || per_connection.name(f.name)) continue;
    if (f.id == field_id::tracestate && !request.forwards_tracestate) continue;
    if (f.id == field_id::max_forwards && head.verb == http::method::options) continue;
    append_field(out, f.name, f.value);
  }
  if (const auto hops = hops_left(head); hops && *hops > 0) {
    out += "Max-Forwards: ";
    append_number(out, *hops - 1);
    out += "\r\n";
  }
  append_edge_fields(out, head, request);
  append_field(out, "X-Request-Id", request.request_id);
  append_field(out, "Seldon-Puid", request.puid);
  append_field(out, "traceparent", request.traceparent);
  if (!request.user.empty()) append_field(out, "X-Forwarded-User", request.user);
  out += own_via;
  if (request.upgrade) out += own_upgrade;
  append_body_fields(out, request.body);
  out += "\r\n";
}

void tell_second_try(std::string& head) {
  constexpr std::string_view name = "\r\ntraceparent: ";
  const std::size_t at = head.rfind(name);
  if (at == std::string::npos) return;
  const std::size_t value = at + name.size();
  auto context = parse_traceparent(std::string_view{head}.substr(value, traceparent_text{}.size()));
  if (!context) return;
  context->parent = second_try_of(context->parent);
  const traceparent_text text = format_traceparent(*context);
  head.replace(value, text.size(), text.data(), text.size());
}

void append_request_timeout(std::string& out, std::chrono::nanoseconds remaining) {
  const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(remaining).count();
  const auto milliseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(1, whole));
  out += "X-Request-Timeout: ";
  append_number(out, milliseconds / 1'000);
  const std::uint64_t fraction = milliseconds % 1'000;
  const std::array<char, 6> text{'.',
                                 static_cast<char>('0' + fraction / 100),
                                 static_cast<char>('0' + fraction / 10 % 10),
                                 static_cast<char>('0' + fraction % 10),
                                 '\r',
                                 '\n'};
  out.append(text.data(), text.size());
}

void append_response_head(std::string& out, const http::response_head& head, const downstream_response& response) {
  out += "HTTP/1.1 ";
  append_number(out, head.status);
  out.append(" ").append(head.reason_phrase).append("\r\n");
  const connection_names per_connection{head.fields};
  bool has_date = false;
  bool has_type_options = false;
  bool has_cors = false;
  for (const field& f : head.fields) {
    if (f.id == field_id::content_length && (response.to_head || head.status == 304)) {
      append_field(out, f.name, f.value);  // says what a GET would have got
      continue;
    }
    if (is_managed_in_response(f.id) || per_connection.name(f.name)) continue;
    if (!response.limit_fields.empty() && is_limit_field(f.name)) continue;
    has_date = has_date || f.id == field_id::date;
    has_type_options = has_type_options || f.id == field_id::x_content_type_options;
    has_cors = has_cors || f.id == field_id::access_control_allow_origin;
    append_field(out, f.name, f.value);
  }
  if (!has_date) append_field(out, "Date", response.date);
  if (response.add_seldon_fields && !has_type_options) out += "X-Content-Type-Options: nosniff\r\n";
  if (response.add_cors && !has_cors) out += "Access-Control-Allow-Origin: *\r\n";
  append_field(out, "X-Request-Id", response.request_id);
  append_field(out, "Seldon-Puid", response.puid);
  out += response.limit_fields;
  out += own_via;
  append_body_fields(out, response.body);
  if (response.upgrade)
    out += own_upgrade;
  else if (response.close)
    out += "Connection: close\r\n";
  else if (response.say_keep_alive)
    out += "Connection: keep-alive\r\n";
  out += "\r\n";
}

void append_informational_head(std::string& out, const http::response_head& head) {
  out += "HTTP/1.1 ";
  append_number(out, head.status);
  out.append(" ").append(head.reason_phrase).append("\r\n");
  const connection_names per_connection{head.fields};
  for (const field& f : head.fields) {
    if (is_managed_in_response(f.id) || per_connection.name(f.name)) continue;
    append_field(out, f.name, f.value);
  }
  out += "\r\n";
}

}  // namespace modelgate::proxy
