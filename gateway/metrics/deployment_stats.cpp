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

struct series_list::node {
  explicit node(const series_key& labels) noexcept : key{labels} {}

  series_key key;
  latency_histogram histogram;
  std::atomic<node*> next{nullptr};
};

series_list::~series_list() {
  for (node* each = first_.load(std::memory_order_relaxed); each != nullptr;) {
    delete std::exchange(each, each->next.load(std::memory_order_relaxed));
  }
}

void series_list::record(const series_key& key, std::chrono::nanoseconds latency, const trace_id* trace) {
  // Release and acquire make a new node visible only when it is complete; a walk costs a comparison per series, and
  // there are few.
  std::atomic<node*>* link = &first_;
  for (node* each = link->load(std::memory_order_relaxed); each != nullptr;
       each = link->load(std::memory_order_relaxed)) {
    if (each->key == key) {
      each->histogram.record(latency, trace);
      return;
    }
    link = &each->next;
  }
  if (size_ == limit) {
    dropped_.add();
    return;
  }
  auto made = std::make_unique<node>(key);
  made->histogram.record(latency, trace);
  link->store(made.release(), std::memory_order_release);
  ++size_;
}

void series_list::read_into(std::vector<reading>& readings) const {
  for (const node* each = first_.load(std::memory_order_acquire); each != nullptr;
       each = each->next.load(std::memory_order_acquire)) {
    readings.push_back({each->key, each->histogram.read()});
  }
}

deployment_stats::deployment_stats(std::string id, std::size_t workers) : id_{std::move(id)} {
  workers_.reserve(workers);
  for (std::size_t i = 0; i < workers; ++i) workers_.push_back(std::make_unique<worker_deployment_stats>());
}

model_index deployment_stats::index_of(const model_labels& labels) {
  const std::lock_guard lock{mutex_};
  const auto found = std::find(models_.begin(), models_.end(), labels);
  if (found != models_.end()) return static_cast<model_index>(found - models_.begin());
  models_.push_back(labels);
  return static_cast<model_index>(models_.size() - 1);
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

std::vector<model_labels> deployment_stats::models() const {
  const std::lock_guard lock{mutex_};
  return models_;
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
