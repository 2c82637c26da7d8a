#include "gateway/server/metrics_endpoint.hpp"

#include "modelgate/base/gzip.hpp"
#include "modelgate/http/fields.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace modelgate::server {
namespace {

constexpr std::size_t least_gzip_bytes = 1'024;  ///< less is not worth it

/// Takes the part up to `end` off the front.
std::string_view take_part(std::string_view& text, char end) noexcept {
  const std::size_t size = std::min(text.find(end), text.size());
  const std::string_view part = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  return http::trim(part);
}

/// One alternative of an Accept field.
struct alternative {
  std::string_view name;
  std::string_view version;
  double weight = 1;
};

alternative read_alternative(std::string_view text) noexcept {
  alternative found;
  found.name = take_part(text, ';');
  while (!text.empty()) {
    std::string_view value = take_part(text, ';');
    const std::string_view name = take_part(value, '=');
    if (value.size() > 1 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    if (http::equals_ignoring_case(name, "version")) found.version = value;
    if (!http::equals_ignoring_case(name, "q")) continue;
    found.weight = 0;
    std::from_chars(value.data(), value.data() + value.size(), found.weight);
  }
  return found;
}

/// All lines of a field as one.
std::string combined(const http_io::field_list& fields, std::string_view name) {
  std::string all;
  for (const auto& [each, value] : fields.entries()) {
    if (http::equals_ignoring_case(each, name)) all.append(all.empty() ? "" : ",").append(value);
  }
  return all;
}

}  // namespace

metrics::exposition_format choose_format(std::string_view accept) noexcept {
  double text = 0;
  double open_metrics = 0;
  while (!accept.empty()) {
    const alternative each = read_alternative(take_part(accept, ','));
    const auto is = [&](std::string_view name) { return http::equals_ignoring_case(each.name, name); };
    if (is("application/openmetrics-text")) {
      if (each.version.empty() || each.version == "1.0.0") open_metrics = std::max(open_metrics, each.weight);
    } else if (is("text/plain") || is("text/*") || is("*/*")) {
      text = std::max(text, each.weight);
    }
  }
  return open_metrics > 0 && open_metrics >= text ? metrics::exposition_format::open_metrics
                                                  : metrics::exposition_format::text;
}

bool accepts_gzip(std::string_view accept_encoding) noexcept {
  bool any = false;
  while (!accept_encoding.empty()) {
    const alternative each = read_alternative(take_part(accept_encoding, ','));
    if (http::equals_ignoring_case(each.name, "gzip") || http::equals_ignoring_case(each.name, "x-gzip"))
      return each.weight > 0;
    if (each.name == "*") any = each.weight > 0;
  }
  return any;
}

http_io::response answer_scrape(const http_io::request& request, const exposition_source& source) {
  http_io::response answer;
  if (request.path != "/metrics" && request.path != "/prometheus") {
    answer.status = 404;
    answer.body = "metrics are at /metrics\n";
    return answer;
  }
  const metrics::exposition_format format = choose_format(combined(request.fields, "Accept"));
  answer.fields.set("Content-Type", format == metrics::exposition_format::open_metrics
                                        ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                        : "text/plain; version=0.0.4; charset=utf-8");
  answer.fields.set("Vary", "Accept, Accept-Encoding");
  answer.body = source(format);
  if (answer.body.size() < least_gzip_bytes || !accepts_gzip(combined(request.fields, "Accept-Encoding")))
    return answer;
  std::string packed = gzip(answer.body);
  if (packed.empty()) return answer;
  answer.fields.set("Content-Encoding", "gzip");
  answer.body = std::move(packed);
  return answer;
}

}  // namespace modelgate::server
