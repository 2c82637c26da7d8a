#include "gateway/metrics/open_metrics.hpp"

#include "modelgate/base/clock.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace modelgate::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

/// A label that a sample has beside those of its metric.
struct extra_label {
  std::string_view name;
  std::string value;
};

bool strip(std::string_view& name, std::string_view suffix) noexcept {
  if (!name.ends_with(suffix)) return false;
  name.remove_suffix(suffix.size());
  return true;
}

class writer {
 public:
  std::string write(const exposition& shown) {
    for (const MetricFamily& each : shown.families) write_family(each, shown.exemplars);
    out_ += "# EOF\n";
    return std::move(out_);
  }

 private:
  void write_family(const MetricFamily& each, const exemplar_table& exemplars) {
    name_ = each.name;
    const char* type = "gauge";
    std::string_view suffix;
    switch (each.type) {
      case MetricType::Counter:
        type = strip(name_, "_total") ? "counter" : "unknown";
        if (name_.size() < each.name.size()) suffix = "_total";
        break;
      case MetricType::Histogram:
        type = "histogram";
        break;
      case MetricType::Summary:
        type = "summary";
        break;
      case MetricType::Gauge:
      case MetricType::Untyped:
        if (strip(name_, "_info")) {
          type = "info";
          suffix = "_info";
        }
        break;
    }
    describe("TYPE", type);
    for (const std::string_view unit : {"seconds", "bytes"}) {
      if (name_.size() > unit.size() && name_.ends_with(unit) && name_[name_.size() - unit.size() - 1] == '_')
        describe("UNIT", unit);
    }
    describe("HELP", each.help);
    for (std::size_t i = 0; i < each.metric.size(); ++i) {
      const auto kept = exemplars.find({each.name, i});
      write_metric(each.metric[i], each.type, suffix, kept == exemplars.end() ? nullptr : &kept->second);
    }
  }

  void describe(std::string_view what, std::string_view text) {
    out_.append("# ").append(what).append(" ").append(name_).append(" ");
    append_escaped(text);
    out_ += '\n';
  }

  void write_metric(const ClientMetric& metric, MetricType type, std::string_view suffix,
                    const std::vector<bucket_exemplar>* exemplars) {
    if (type == MetricType::Histogram) {
      write_histogram(metric, exemplars);
    } else if (type == MetricType::Summary) {
      write_sample(metric, "_count", static_cast<double>(metric.summary.sample_count));
      write_sample(metric, "_sum", metric.summary.sample_sum);
    } else {
      write_sample(metric, suffix, type == MetricType::Counter ? metric.counter.value : metric.gauge.value);
    }
  }

  void write_histogram(const ClientMetric& metric, const std::vector<bucket_exemplar>* exemplars) {
    const auto& buckets = metric.histogram.bucket;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      const extra_label bound{"le", bound_text(buckets[i].upper_bound)};
      begin_sample(metric, "_bucket", &bound);
      append_number(static_cast<double>(buckets[i].cumulative_count));
      if (exemplars != nullptr) append_exemplar(*exemplars, i);
      out_ += '\n';
    }
    write_sample(metric, "_count", static_cast<double>(metric.histogram.sample_count));
    write_sample(metric, "_sum", metric.histogram.sample_sum);
  }

  void write_sample(const ClientMetric& metric, std::string_view suffix, double value) {
    begin_sample(metric, suffix, nullptr);
    append_number(value);
    out_ += '\n';
  }

  void begin_sample(const ClientMetric& metric, std::string_view suffix, const extra_label* extra) {
    out_.append(name_).append(suffix);
    char before = '{';
    const auto append = [&](std::string_view name, std::string_view value) {
      out_ += before;
      before = ',';
      out_.append(name).append("=\"");
      append_escaped(value);
      out_ += '"';
    };
    for (const ClientMetric::Label& each : metric.label) append(each.name, each.value);
    if (extra != nullptr) append(extra->name, extra->value);
    out_.append(before == ',' ? "} " : " ");
  }

  void append_exemplar(const std::vector<bucket_exemplar>& exemplars, std::size_t bucket) {
    for (const bucket_exemplar& each : exemplars) {
      if (each.bucket != bucket) continue;
      const trace_id_text trace = to_hex(each.what.trace);
      out_.append(" # {trace_id=\"").append(trace.data(), trace.size()).append("\"} ");
      append_number(each.what.seconds);
      out_ += ' ';
      append_time(each.what.at);
    }
  }

  /// Whole milliseconds: a shortest double would be in exponents.
  void append_time(system_time at) {
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
    const std::string rest = std::to_string(since % 1'000 + 1'000);
    out_.append(std::to_string(since / 1'000)).append(".").append(rest, 1);
  }

  void append_escaped(std::string_view text) {
    for (const char c : text) {
      if (c == '\n')
        out_ += "\\n";
      else if (c == '\\' || c == '"')
        out_.append({'\\', c});
      else
        out_ += c;
    }
  }

  static std::string number_text(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    constexpr double largest_count = 9e15;  // every whole number up to there is one of its own
    std::array<char, 32> text{};
    const auto end = std::abs(value) < largest_count && value == std::floor(value)
                         ? std::to_chars(text.begin(), text.end(), static_cast<std::int64_t>(value))
                         : std::to_chars(text.begin(), text.end(), value, std::chars_format::general);
    return {text.begin(), end.ptr};
  }
  void append_number(double value) { out_ += number_text(value); }

  /// Bounds are written as numbers with a point, so that one bound has one text.
  static std::string bound_text(double bound) {
    std::string text = number_text(bound);
    if (text.find_first_not_of("0123456789") == std::string::npos) text += ".0";
    return text;
  }

  std::string out_;
  std::string_view name_;  ///< of the family being written
};

}  // namespace

std::string to_open_metrics(const exposition& shown) {
  return writer{}.write(shown);
}

}  // namespace modelgate::metrics
