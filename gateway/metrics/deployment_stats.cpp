#include "modelgate/metrics/deployment_stats.hpp"

#include <algorithm>
#include <utility>

namespace modelgate::metrics {

std::string_view server_word(service value) noexcept {
  switch (value) {
    case service::predictions:
      return "predictions";
    case service::feedback:
      return "feedback";
    case service::status:
      return "status";
    case service::metadata:
      return "metadata";
  }
  return "";
}

std::string_view client_word(service value) noexcept {
  switch (value) {
    case service::predictions:
      return "/predict";
    case service::feedback:
      return "/send-feedback";
    case service::status:
      return "/health/status";
    case service::metadata:
      return "/metadata";
  }
  return "";
}

std::string_view word(method_label value) noexcept {
  switch (value) {
    case method_label::get:
      return "get";
    case method_label::head:
      return "head";
    case method_label::post:
      return "post";
    case method_label::put:
      return "put";
    case method_label::delete_:
      return "delete";
    case method_label::patch:
      return "patch";
    case method_label::options:
      return "options";
    case method_label::other:
      return "other";
  }
  return "";
}

struct alignas(cache_line) series_list::node {
  node(const series_key& labels, node* older) noexcept : key{labels}, next{older} {}

  const series_key key;
  latency_histogram histogram;
  node* const next;
};

series_list::~series_list() {
  for (node* each = newest_.load(std::memory_order_relaxed); each != nullptr;) delete std::exchange(each, each->next);
}

series_list::node* series_list::find(const series_key& key) const noexcept {
  node* each = newest_.load(std::memory_order_relaxed);
  while (each != nullptr && each->key != key) each = each->next;
  return each;
}

series_list::node& series_list::find_or_add(const series_key& key) {
  if (node* found = find(key)) return *found;
  node* const older = newest_.load(std::memory_order_relaxed);
  node* const made = std::make_unique<node>(key, older).release();
  newest_.store(made, std::memory_order_release);  // a reader sees it when it is complete
  return *made;
}

void series_list::record(const series_key& key, std::chrono::nanoseconds latency, const trace_id* trace) {
  // A walk costs a comparison per series, and there are few of the newest model.
  node* found = find(key);
  if (found == nullptr) {
    std::size_t of_model = 0;
    for (const node* each = newest_.load(std::memory_order_relaxed); each != nullptr; each = each->next) {
      if (each->key.model == key.model) ++of_model;
    }
    series_key kept = key;
    if (of_model >= limit) {
      folded_.add();
      kept.method = method_label::other;
      kept.status = static_cast<std::uint16_t>(std::clamp(key.status / 100, 1, 5) * 100);
      kept.path = 0;
    }
    found = &find_or_add(kept);
  }
  found->histogram.record(latency, trace);
}

void series_list::read_into(std::vector<reading>& readings) const {
  for (const node* each = newest_.load(std::memory_order_acquire); each != nullptr; each = each->next) {
    readings.push_back({each->key, each->histogram.read()});
  }
}

deployment_stats::deployment_stats(std::string id, std::size_t workers, std::size_t remembered)
    : id_{std::move(id)}, answers_{remembered} {
  workers_.reserve(workers);
  for (std::size_t i = 0; i < workers; ++i) workers_.push_back(std::make_unique<worker_deployment_stats>());
}

model_index deployment_stats::index_of(const model_labels& labels) {
  const std::lock_guard lock{mutex_};
  const auto found = std::find(models_.begin(), models_.end(), labels);
  if (found != models_.end()) return static_cast<model_index>(found - models_.begin());
  if (models_.size() < most_models)
    models_.push_back(models_.size() + 1 < most_models ? labels : model_labels{"other", {}});
  return static_cast<model_index>(models_.size() - 1);
}

void deployment_stats::set_serving(std::vector<model_index> models) {
  const std::lock_guard lock{mutex_};
  serving_ = std::move(models);
}

std::map<model_index, model_labels> deployment_stats::shown_models() const {
  const std::lock_guard lock{mutex_};
  std::map<model_index, model_labels> shown;
  for (const model_index each : serving_) shown.emplace(each, models_[each]);
  for (std::size_t i = models_.size() - std::min(models_.size(), recent_models); i < models_.size(); ++i) {
    shown.emplace(static_cast<model_index>(i), models_[i]);
  }
  return shown;
}

int deployment_stats::find_model(std::string_view image) const {
  const std::lock_guard lock{mutex_};
  for (std::size_t i = models_.size(); i-- > 0;) {
    const model_labels& each = models_[i];
    const bool is_it = image == each.image
                       || (image.size() == each.image.size() + 1 + each.version.size() && image.starts_with(each.image)
                           && image[each.image.size()] == ':' && image.ends_with(each.version));
    if (is_it) return static_cast<int>(i);
  }
  return -1;
}

void deployment_stats::set_predictor_version(std::string version) {
  const std::lock_guard lock{mutex_};
  predictor_version_ = std::move(version);
}

std::string deployment_stats::predictor_version() const {
  const std::lock_guard lock{mutex_};
  return predictor_version_;
}

}  // namespace modelgate::metrics
