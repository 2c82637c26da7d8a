#include "modelgate/http/framing.hpp"

#include "gateway/http/characters.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace modelgate::http {
namespace {

using request_result = boost::system::result<request_framing, refusal>;

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept {
  std::uint64_t size = 0;
  if (text.empty() || text.size() > 19) return std::nullopt;  // 19 digits always fit 64 bits
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    size = size * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return size;
}

/// The fields that rule framing, gathered in one pass.
struct framing_fields {
  const field* content_length = nullptr;
  const field* transfer_encoding = nullptr;
  const field* host = nullptr;
  const field* expect = nullptr;
  bool repeated_length = false;
  bool repeated_encoding = false;
  bool repeated_host = false;
  bool close = false;
  bool keep_alive = false;
};

framing_fields gather(const std::vector<field>& fields) noexcept {
  framing_fields found;
  const auto keep_first = [](const field*& slot, const field& f, bool& repeated) {
    if (slot != nullptr)
      repeated = true;
    else
      slot = &f;
  };
  for (const field& f : fields) {
    if (f.alias) continue;
    switch (f.id) {
      case field_id::content_length:
        keep_first(found.content_length, f, found.repeated_length);
        break;
      case field_id::transfer_encoding:
        keep_first(found.transfer_encoding, f, found.repeated_encoding);
        break;
      case field_id::host:
        keep_first(found.host, f, found.repeated_host);
        break;
      case field_id::expect:
        found.expect = &f;
        break;
      case field_id::connection:
        found.close = found.close || list_has_token(f.value, "close");
        found.keep_alive = found.keep_alive || list_has_token(f.value, "keep-alive");
        break;
      default:
        break;
    }
  }
  return found;
}

/// The body as the fields say, for either kind of message; absent: no field says anything.
boost::system::result<std::optional<body_framing>, refusal> frame_body(const framing_fields& fields,
                                                                       unsigned minor_version) noexcept {
  if (fields.transfer_encoding != nullptr) {
    if (fields.content_length != nullptr) {
      return refusal{reason::bad_request, "both Transfer-Encoding and Content-Length are given", fault::framing};
    }
    if (minor_version == 0) return refusal{reason::bad_request, "Transfer-Encoding needs HTTP/1.1", fault::framing};
    if (fields.repeated_encoding)
      return refusal{reason::bad_request, "Transfer-Encoding is given more than once", fault::framing};
    if (!equals_ignoring_case(fields.transfer_encoding->value, "chunked")) {
      return refusal{reason::not_implemented, "the only transfer coding accepted is one `chunked`", fault::framing};
    }
    return body_framing{body_kind::chunked, 0};
  }
  if (fields.content_length != nullptr) {
    if (fields.repeated_length)
      return refusal{reason::bad_request, "Content-Length is given more than once", fault::framing};
    const auto size = parse_size(fields.content_length->value);
    if (!size) return refusal{reason::bad_request, "Content-Length is not a decimal number", fault::framing};
    return body_framing{body_kind::sized, *size};
  }
  return std::optional<body_framing>{};
}

struct split_target {
  std::string_view authority;  ///< of an absolute-form target
  std::string_view origin_form;
};

boost::system::result<split_target, refusal> split(const request_head& head) noexcept {
  std::string_view target = head.target;
  if (target.starts_with('/')) return split_target{{}, target};
  for (const std::string_view scheme : {std::string_view{"http://"}, std::string_view{"https://"}}) {
    if (target.size() < scheme.size() || !equals_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    const std::size_t path = target.find_first_of("/?");
    if (path == 0 || target.empty())
      return refusal{reason::bad_request, "the request target has no authority", fault::target};
    if (path == std::string_view::npos) return split_target{target, "/"};
    if (target[path] == '?') return refusal{reason::bad_request, "the request target has no path", fault::target};
    return split_target{target.substr(0, path), target.substr(path)};
  }
  return refusal{reason::bad_request, "the request target is neither a path nor an http URL", fault::target};
}

bool is_valid_port(std::string_view text) noexcept {
  if (text.empty() || text.size() > 5) return false;
  unsigned port = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
  return problem == std::errc{} && end == text.data() + text.size() && port <= 65'535;
}

bool is_ipv6(std::string_view text) noexcept {
  std::array<char, INET6_ADDRSTRLEN> address{};  // ends with the NUL that inet_pton asks for
  if (text.size() >= address.size() || text.find('\0') != std::string_view::npos) return false;
  std::copy(text.begin(), text.end(), address.begin());
  in6_addr parsed{};
  return inet_pton(AF_INET6, address.data(), &parsed) == 1;
}

}  // namespace

bool is_valid_authority(std::string_view text) noexcept {
  if (text.empty() || text.size() > 255) return false;
  if (text.front() == '[') {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos || !is_ipv6(text.substr(1, close - 1))) return false;
    const std::string_view rest = text.substr(close + 1);
    return rest.empty() || (rest.front() == ':' && is_valid_port(rest.substr(1)));
  }
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  if (name.empty() || !all_in(in_host, name)) return false;
  return colon == std::string_view::npos || is_valid_port(text.substr(colon + 1));
}

request_result frame_request(const request_head& head) noexcept {
  const framing_fields fields = gather(head.fields);
  request_framing framing;

  const auto body = frame_body(fields, head.minor_version);
  if (!body) return body.error();
  framing.body = body->value_or(body_framing{});

  if (fields.repeated_host) return refusal{reason::bad_request, "Host is given more than once", fault::host};
  if (fields.host == nullptr && head.minor_version == 1)
    return refusal{reason::bad_request, "Host is missing", fault::host};
  if (fields.host != nullptr && !is_valid_authority(fields.host->value)) {
    return refusal{reason::bad_request, "Host is malformed", fault::host};
  }
  const auto target = split(head);
  if (!target) return target.error();
  if (!target->authority.empty()) {
    if (!is_valid_authority(target->authority))
      return refusal{reason::bad_request, "the authority of the target is malformed", fault::target};
    framing.host = target->authority;
  } else if (fields.host != nullptr) {
    framing.host = fields.host->value;
  }
  framing.origin_form = target->origin_form;

  if (fields.expect != nullptr && head.minor_version == 1) {
    if (!equals_ignoring_case(fields.expect->value, "100-continue")) {
      return refusal{reason::expectation_failed, "the only expectation understood is 100-continue", fault::expectation};
    }
    framing.expects_continue = framing.body.kind != body_kind::none;
  }
  framing.keep_alive = head.minor_version == 1 ? !fields.close : fields.keep_alive && !fields.close;
  return framing;
}

boost::system::result<response_framing, refusal> frame_response(const response_head& head, bool to_head) noexcept {
  const framing_fields fields = gather(head.fields);
  response_framing framing;
  framing.keep_alive = head.minor_version == 1 ? !fields.close : fields.keep_alive && !fields.close;

  const auto body = frame_body(fields, head.minor_version);
  if (!body) return body.error();
  const bool without_body = to_head || head.status / 100 == 1 || head.status == 204 || head.status == 304;
  if (without_body) return framing;
  if (*body) {
    framing.body = **body;
  } else {
    framing.body.kind = body_kind::until_close;
    framing.keep_alive = false;
  }
  return framing;
}

}  // namespace modelgate::http
