#include "gateway/server/metrics_endpoint.hpp"

#include "modelgate/base/gzip.hpp"
#include "modelgate/http/fields.hpp"
#include "modelgate/http/negotiation.hpp"

#include <algorithm>
#include <utility>

namespace modelgate::server {
namespace {

constexpr std::size_t least_gzip_bytes = 1'024;  ///< less is not worth it

}  // namespace

metrics::exposition_format choose_format(std::string_view accept) noexcept {
  double text = 0;
  double open_metrics = 0;
  while (!accept.empty()) {
    const http::alternative each = http::take_alternative(accept);
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

http_io::response answer_scrape(const http_io::request& request, const exposition_source& source) {
  http_io::response answer;
  if (request.path != "/metrics" && request.path != "/prometheus") {
    answer.status = 404;
    answer.body = "metrics are at /metrics\n";
    return answer;
  }
  const metrics::exposition_format format = choose_format(request.fields.combined("Accept"));
  answer.fields.set("Content-Type", format == metrics::exposition_format::open_metrics
                                        ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                        : "text/plain; version=0.0.4; charset=utf-8");
  answer.fields.set("Vary", "Accept, Accept-Encoding");
  answer.body = source(format);
  if (answer.body.size() < least_gzip_bytes || !http::accepts_gzip(request.fields.combined("Accept-Encoding")))
    return answer;
  std::string packed = gzip(answer.body);
  if (packed.empty()) return answer;
  answer.fields.set("Content-Encoding", "gzip");
  answer.body = std::move(packed);
  return answer;
}

}  // namespace modelgate::server
