#include "gateway/metrics/exposition_writer.hpp"

#include "modelgate/base/clock.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <string_view>

namespace modelgate::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

/// A number as text, without memory of its own.
class number_text {
 public:
  number_text() = default;
  explicit number_text(std::string_view text) noexcept { append(text); }

  [[nodiscard]] char* begin() noexcept { return text_.data(); }
  [[nodiscard]] char* end() noexcept { return text_.data() + text_.size(); }
  void end_at(const char* end) noexcept { size_ = static_cast<std::size_t>(end - text_.data()); }
  void append(std::string_view more) noexcept { size_ += more.copy(text_.data() + size_, text_.size() - size_); }
  [[nodiscard]] std::string_view view() const noexcept { return {text_.data(), size_}; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

 private:
  std::array<char, 40> text_{};
  std::size_t size_ = 0;
};

bool strip(std::string_view& name, std::string_view suffix) noexcept {
  if (!name.ends_with(suffix)) return false;
  name.remove_suffix(suffix.size());
  return true;
}

class writer {
 public:
  explicit writer(exposition_format format) noexcept : is_open_{format == exposition_format::open_metrics} {}

  std::string write(const exposition& shown) {
    for (const MetricFamily& each : shown.families) {
      if (is_open_)
        begin_open_family(each);
      else
        begin_text_family(each);
      write_metrics(each, shown.exemplars);
    }
    if (is_open_) out_ += "# EOF\n";
    return std::move(out_);
  }

 private:
  void begin_text_family(const MetricFamily& each) {
    name_ = each.name;
    suffix_ = {};
    const char* type = "gauge";
    if (each.type == MetricType::Counter) type = "counter";
    if (each.type == MetricType::Histogram) type = "histogram";
    if (each.type == MetricType::Summary) type = "summary";
    describe("HELP", each.help);
    describe("TYPE", type);
  }

  void begin_open_family(const MetricFamily& each) {
    name_ = each.name;
    suffix_ = {};
    const char* type = "gauge";
    switch (each.type) {
      case MetricType::Counter:
        type = strip(name_, "_total") ? "counter" : "unknown";
        if (name_.size() < each.name.size()) suffix_ = "_total";
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
          suffix_ = "_info";
        }
        break;
    }
    describe("TYPE", type);
    for (const std::string_view unit : {"seconds", "bytes"}) {
      if (name_.size() > unit.size() && name_.ends_with(unit) && name_[name_.size() - unit.size() - 1] == '_')
        describe("UNIT", unit);
    }
    describe("HELP", each.help);
  }

  void describe(std::string_view what, std::string_view text) {
    out_.append("# ").append(what).append(" ").append(name_).append(" ");
    append_escaped(out_, text, is_open_);
    out_ += '\n';
  }

  void write_metrics(const MetricFamily& family, const exemplar_table& exemplars) {
    auto kept = exemplars.lower_bound({family.name, 0});
    for (std::size_t i = 0; i < family.metric.size(); ++i) {
      const bool has_some = kept != exemplars.end() && kept->first.first == family.name && kept->first.second == i;
      write_metric(family.metric[i], family.type, has_some && is_open_ ? &kept->second : nullptr);
      if (has_some) ++kept;
    }
  }

  void write_metric(const ClientMetric& metric, MetricType type, const std::vector<bucket_exemplar>* exemplars) {
    // Written once for all samples of the metric, of which a histogram has many.
    labels_.clear();
    for (const ClientMetric::Label& each : metric.label) {
      labels_.append(labels_.empty() ? "" : ",").append(each.name).append("=\"");
      append_escaped(labels_, each.value, true);
      labels_ += '"';
    }
    if (type == MetricType::Histogram) {
      write_histogram(metric, exemplars);
    } else if (type == MetricType::Summary) {
      write_sample("_count", static_cast<double>(metric.summary.sample_count));
      write_sample("_sum", metric.summary.sample_sum);
    } else {
      write_sample(suffix_, type == MetricType::Counter ? metric.counter.value : metric.gauge.value);
    }
  }

  void write_histogram(const ClientMetric& metric, const std::vector<bucket_exemplar>* exemplars) {
    const auto& buckets = metric.histogram.bucket;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      begin_sample("_bucket", bound_text(buckets[i].upper_bound));
      append_number(static_cast<double>(buckets[i].cumulative_count));
      if (exemplars != nullptr) append_exemplar(*exemplars, i);
      out_ += '\n';
    }
    write_sample("_count", static_cast<double>(metric.histogram.sample_count));
    write_sample("_sum", metric.histogram.sample_sum);
  }

  void write_sample(std::string_view suffix, double value) {
    begin_sample(suffix, {});
    append_number(value);
    out_ += '\n';
  }

  /// `bound`: of a bucket; empty: the sample has no label beside those of its metric.
  void begin_sample(std::string_view suffix, const number_text& bound) {
    out_.append(name_).append(suffix);
    if (!labels_.empty() || !bound.empty()) {
      out_.append("{").append(labels_);
      if (!bound.empty()) out_.append(labels_.empty() ? "le=\"" : ",le=\"").append(bound.view()).append("\"");
      out_ += '}';
    }
    out_ += ' ';
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

  static void append_escaped(std::string& to, std::string_view text, bool quotes) {
    for (std::size_t plain = 0; !text.empty(); text.remove_prefix(plain)) {
      plain = std::min(text.find_first_of(quotes ? "\n\\\"" : "\n\\"), text.size());
      to.append(text, 0, plain);
      if (plain == text.size()) continue;
      if (text[plain] == '\n')
        to += "\\n";
      else
        to.append({'\\', text[plain]});
      ++plain;
    }
  }

  static number_text text_of(double value) {
    if (std::isnan(value)) return number_text{"NaN"};
    if (std::isinf(value)) return number_text{value > 0 ? "+Inf" : "-Inf"};
    constexpr double largest_count = 9e15;  // every whole number up to there is one of its own
    number_text text;
    const auto end = std::abs(value) < largest_count && value == std::floor(value)
                         ? std::to_chars(text.begin(), text.end(), static_cast<std::int64_t>(value))
                         : std::to_chars(text.begin(), text.end(), value, std::chars_format::general);
    text.end_at(end.ptr);
    return text;
  }
  void append_number(double value) { out_.append(text_of(value).view()); }

  /// In OpenMetrics bounds are written as numbers with a point, so that one bound has one text.
  number_text bound_text(double bound) const {
    number_text text = text_of(bound);
    if (is_open_ && text.view().find_first_not_of("0123456789") == std::string_view::npos) text.append(".0");
    return text;
  }

  const bool is_open_;
  std::string out_;
  std::string_view name_;    ///< of the family being written
  std::string_view suffix_;  ///< of the names of its samples
  std::string labels_;       ///< of the metric being written
};

}  // namespace

std::string write_exposition(const exposition& shown, exposition_format format) {
  return writer{format}.write(shown);
}

}  // namespace modelgate::metrics
