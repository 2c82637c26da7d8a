#include "gateway/proxy/forwarding.hpp"

#include "gateway/base/text_writer.hpp"

#include "modelgate/base/trace_context.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <span>
#include <system_error>

namespace modelgate::proxy {
namespace {

using http::field;
using http::field_id;

constexpr char own_via[] = "Via: 1.1 modelgate\r\n";
/// The only protocol that is ever asked for, whatever case the other side wrote it in.
constexpr char own_upgrade[] = "Connection: Upgrade\r\nUpgrade: websocket\r\n";

/// About as many bytes as what we write ourselves takes; more is no mistake.
constexpr std::size_t own_request_bytes = 640;
constexpr std::size_t own_response_bytes = 320;

std::size_t size_of(const std::vector<field>& fields) noexcept {
  std::size_t size = 0;
  for (const field& f : fields) size += f.name.size() + f.value.size() + 4;
  return size;
}

void put_field(text_writer& out, std::string_view name, std::string_view value) {
  out.put(name).put(": ").put(value).put("\r\n");
}

template <std::size_t Size>
void put_field(text_writer& out, const char (&name_and_colon)[Size], std::string_view value) {
  out.put(name_and_colon).put(value).put("\r\n");
}

void put_body_fields(text_writer& out, const http::body_framing& body) {
  switch (body.kind) {
    case http::body_kind::sized:
      out.put("Content-Length: ").number(body.size).put("\r\n");
      return;
    case http::body_kind::chunked:
      out.put("Transfer-Encoding: chunked\r\n");
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
    // What most say names a field that is never passed on.
    for (const field& f : fields)
      any_ = any_ || (f.id == field_id::connection && !http::equals_ignoring_case(f.value, "keep-alive"));
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

/// What a trusted proxy already said, and a comma; our own element follows.
void put_chain(text_writer& out, const http::request_head& head, field_id id, bool trusted) {
  if (!trusted) return;
  for (const field& f : head.fields) {
    if (f.id == id && !f.alias && !f.value.empty()) out.put(f.value).put(", ");
  }
}

void put_forwarded_element(text_writer& out, const upstream_request& request) {
  const bool is_v6 = request.client_address.find(':') != std::string_view::npos;
  if (is_v6)
    out.put("for=\"[").put(request.client_address).put("]\"");
  else
    out.put("for=").put(request.client_address);
  if (request.client_uses_tls)
    out.put(";proto=https");
  else
    out.put(";proto=http");
  if (!request.original_host.empty()) out.put(";host=\"").put(request.original_host).put('"');
}

void put_edge_fields(text_writer& out, const http::request_head& head, const upstream_request& request) {
  const bool trusted = request.client_is_trusted_proxy;
  out.put("X-Forwarded-For: ");
  put_chain(out, head, field_id::x_forwarded_for, trusted);
  out.put(request.client_address).put("\r\nForwarded: ");
  put_chain(out, head, field_id::forwarded, trusted);
  put_forwarded_element(out, request);
  out.put("\r\n");
  // Protocol and host are what the first proxy saw; a chain of them would mean nothing to a model server.
  const field* proto = trusted ? head.find(field_id::x_forwarded_proto) : nullptr;
  put_field(out, "X-Forwarded-Proto: ", proto != nullptr ? proto->value : request.client_uses_tls ? "https" : "http");
  const field* host = trusted ? head.find(field_id::x_forwarded_host) : nullptr;
  const std::string_view original = host != nullptr ? host->value : request.original_host;
  if (!original.empty()) put_field(out, "X-Forwarded-Host: ", original);
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

void append_request_line(std::string& to, const http::request_head& head, const upstream_request& request) {
  constexpr std::size_t rest = 16;
  text_writer out{to, head.method_text.size() + request.path.size() + request.query.size() + rest};
  out.put(head.method_text).put(' ').put(request.path);
  if (request.has_query) out.put('?').put(request.query);
  out.put(" HTTP/1.1\r\n");
}

void append_request_fields(std::string& to, const http::request_head& head, const upstream_request& request) {
  text_writer out{to, size_of(head.fields) + own_request_bytes};
  const connection_names per_connection{head.fields};
  for (const field& f : head.fields) {
    if (f.alias || is_managed_in_request(f.id, request.forward_authorization) || per_connection.name(f.name)) continue;
    if (f.id == field_id::tracestate && !request.forwards_tracestate) continue;
    if (f.id == field_id::max_forwards && head.verb == http::method::options) continue;
    put_field(out, f.name, f.value);
  }
  if (const auto hops = hops_left(head); hops && *hops > 0) out.put("Max-Forwards: ").number(*hops - 1).put("\r\n");
  put_edge_fields(out, head, request);
  put_field(out, "X-Request-Id: ", request.request_id);
  put_field(out, "Seldon-Puid: ", request.puid);
  put_field(out, "traceparent: ", request.traceparent);
  if (!request.user.empty()) put_field(out, "X-Forwarded-User: ", request.user);
  out.put(own_via);
  if (request.upgrade) out.put(own_upgrade);
  put_body_fields(out, request.body);
  out.put("\r\n");
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

void append_request_timeout(std::string& to, std::chrono::nanoseconds remaining) {
  constexpr std::size_t longest = 48;
  const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(remaining).count();
  const auto milliseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(1, whole));
  text_writer out{to, longest};
  out.put("X-Request-Timeout: ").number(milliseconds / 1'000).put('.').padded<3>(milliseconds % 1'000).put("\r\n");
}

void append_response_head(std::string& to, const http::response_head& head, const downstream_response& response) {
  text_writer out{to,
                  size_of(head.fields) + head.reason_phrase.size() + response.limit_fields.size() + own_response_bytes};
  out.put("HTTP/1.1 ").number(head.status).put(' ').put(head.reason_phrase).put("\r\n");
  const connection_names per_connection{head.fields};
  bool has_date = false;
  bool has_type_options = false;
  bool has_cors = false;
  for (const field& f : head.fields) {
    if (f.id == field_id::content_length && (response.to_head || head.status == 304)) {
      put_field(out, f.name, f.value);  // says what a GET would have got
      continue;
    }
    if (is_managed_in_response(f.id) || per_connection.name(f.name)) continue;
    if (!response.limit_fields.empty() && is_limit_field(f.name)) continue;
    has_date = has_date || f.id == field_id::date;
    has_type_options = has_type_options || f.id == field_id::x_content_type_options;
    has_cors = has_cors || f.id == field_id::access_control_allow_origin;
    put_field(out, f.name, f.value);
  }
  if (!has_date) put_field(out, "Date: ", response.date);
  if (response.add_seldon_fields && !has_type_options) out.put("X-Content-Type-Options: nosniff\r\n");
  if (response.add_cors && !has_cors) out.put("Access-Control-Allow-Origin: *\r\n");
  put_field(out, "X-Request-Id: ", response.request_id);
  put_field(out, "Seldon-Puid: ", response.puid);
  out.put(response.limit_fields).put(own_via);
  put_body_fields(out, response.body);
  if (response.upgrade)
    out.put(own_upgrade);
  else if (response.close)
    out.put("Connection: close\r\n");
  else if (response.say_keep_alive)
    out.put("Connection: keep-alive\r\n");
  out.put("\r\n");
}

void append_informational_head(std::string& to, const http::response_head& head) {
  text_writer out{to, size_of(head.fields) + head.reason_phrase.size() + own_response_bytes};
  out.put("HTTP/1.1 ").number(head.status).put(' ').put(head.reason_phrase).put("\r\n");
  const connection_names per_connection{head.fields};
  for (const field& f : head.fields) {
    if (is_managed_in_response(f.id) || per_connection.name(f.name)) continue;
    put_field(out, f.name, f.value);
  }
  out.put("\r\n");
}

}  // namespace modelgate::proxy
