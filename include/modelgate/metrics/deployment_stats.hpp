#pragma once

#include "modelgate/base/cache_line.hpp"
#include "modelgate/metrics/feedback_stats.hpp"
#include "modelgate/metrics/latency_histogram.hpp"
#include "modelgate/metrics/path_list.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

/// What is counted per deployment: Seldon's two request histograms, feedback, and what is our own.
namespace modelgate::metrics {

/// Seldon's word for what was asked for; label `service` of the server histogram.
enum class service : std::uint8_t { predictions, feedback, status, metadata };
/// Label `method`, lower case; unusual ones share a word so that clients cannot make series.
enum class method_label : std::uint8_t { get, head, post, put, delete_, patch, options, other };

[[nodiscard]] std::string_view server_word(service value) noexcept;  ///< "predictions"
[[nodiscard]] std::string_view client_word(service value) noexcept;  ///< "/predict"
[[nodiscard]] std::string_view word(method_label value) noexcept;    ///< "post"

/// Which image answered: an index into deployment_stats::models().
using model_index = std::uint16_t;

struct model_labels {
  std::string image;
  std::string version;

  friend bool operator==(const model_labels&, const model_labels&) = default;
};

struct series_key {
  service what = service::predictions;
  method_label method = method_label::post;
  std::uint16_t status = 200;
  model_index model = 0;  ///< client histogram only
  path_index path = 0;    ///< of the client histogram, where it is shown: a place in deployment_stats::paths()

  friend bool operator==(const series_key&, const series_key&) = default;
  friend auto operator<=>(const series_key&, const series_key&) = default;
};

/// The series of one histogram on one worker: a list that only grows.
///
/// Shape: one writer (its worker), any reader. A series is made when its labels are seen first; at most `limit` of them
///        for each model. What has further labels is counted in a series for its service and the hundreds of its
///        status, and in `folded`: a failure is never invisible. deployment_stats bounds the models.
class series_list {
 public:
  static constexpr std::size_t limit = 64;

  series_list() = default;
  ~series_list();
  series_list(const series_list&) = delete;
  series_list& operator=(const series_list&) = delete;

  /// `trace`: of a request that is sampled, else nullptr.
  void record(const series_key& key, std::chrono::nanoseconds latency, const trace_id* trace = nullptr);

  struct reading {
    series_key key;
    latency_totals totals;
  };
  void read_into(std::vector<reading>& readings) const;
  [[nodiscard]] std::uint64_t folded() const noexcept { return folded_.value(); }

 private:
  struct node;
  [[nodiscard]] node* find(const series_key& key) const noexcept;
  [[nodiscard]] node& find_or_add(const series_key& key);

  std::atomic<node*> newest_{nullptr};  ///< the model that serves now is near the front
  counter folded_;
};

/// Whose limit a request ran into, and what it bounds.
enum class limit_scope : std::uint8_t { client, deployment, group };
enum class limit_kind : std::uint8_t { rate, concurrency };
inline constexpr std::size_t limit_scopes = 3;
inline constexpr std::size_t limit_kinds = 2;

/// What one worker carries for one deployment.
struct deployment_traffic {
  counter in_flight;            ///< requests being answered, those in the queue included; tunnels are not
  counter request_body_bytes;   ///< payload forwarded to replicas
  counter response_body_bytes;  ///< payload forwarded to clients
};

/// What one worker counts for one deployment.
///
/// Beside the counts that Seldon's names and labels ask for there are three histograms without labels, whose bounds fit
/// models faster and slower than Seldon's do.
///
/// Shape: one writer, any reader; on cache lines of its own.
struct alignas(cache_line) worker_deployment_stats {
  deployment_traffic traffic;
  // Of every prediction, however it ended:
  answer_histogram latency;     ///< from the request's head to the answer's last byte, or to its end without one
  answer_histogram first_byte;  ///< to the answer's head, where there was one
  overhead_histogram overhead;  ///< latency without the wait for the body, the queue's and the replicas' part
  counter failed;               ///< answered 5xx, but for:
  counter failed_stopped;       ///< because it is stopped: nobody meant to serve it
  series_list server;
  series_list client;
  feedback_stats feedback;
  counter authenticated;  ///< requests of a private deployment that a client's token, password or certificate let in
  std::array<std::array<counter, limit_kinds>, limit_scopes> limited;  ///< requests answered 429
};

static_assert(alignof(worker_deployment_stats) == cache_line, "no two workers count on one cache line");

/// Everything counted for one deployment.
///
/// Shape: made by the publisher off the workers, shared by workers and scrapes; lives as long as anybody holds it.
class deployment_stats {
 public:
  /// `remembered`: predictions whose puid is kept for the feedback on them.
  deployment_stats(std::string id, std::size_t workers, std::size_t remembered);

  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] worker_deployment_stats& of_worker(std::size_t worker) noexcept { return *workers_[worker]; }
  [[nodiscard]] const worker_deployment_stats& of_worker(std::size_t worker) const noexcept {
    return *workers_[worker];
  }
  [[nodiscard]] std::size_t workers() const noexcept { return workers_.size(); }

  /// Models of one process' life. Those beyond share one index, whose image is "other".
  static constexpr std::size_t most_models = 4'096;
  static_assert(most_models <= answer_memory::most_models);
  /// Of those that do not serve any more, so many stay visible: the last ones.
  static constexpr std::size_t recent_models = 8;

  /// Index of these labels, made when new. Off the request path; takes a lock.
  [[nodiscard]] model_index index_of(const model_labels& labels);
  /// Which of them serve now.
  void set_serving(std::vector<model_index> models);
  /// It is, or was, meant to serve: not one that was stopped all along.
  void set_has_loaded() noexcept { has_loaded_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool has_loaded() const noexcept { return has_loaded_.load(std::memory_order_relaxed); }
  /// A replica of it is, or was, there for requests.
  void set_has_served() noexcept { has_served_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool has_served() const noexcept { return has_served_.load(std::memory_order_relaxed); }
  /// What scrapes and charts show: those that serve and the recent ones.
  [[nodiscard]] std::map<model_index, model_labels> shown_models() const;
  /// The model that answers as this image reference, "image:version" or the image alone; -1: none. Takes a lock.
  [[nodiscard]] int find_model(std::string_view image) const;

  [[nodiscard]] answer_memory& answers() noexcept { return answers_; }
  /// For a replica that is new here: 1 to 65535, then from 1 again. By the publisher only.
  [[nodiscard]] std::uint16_t number_replica() noexcept {
    last_replica_ = last_replica_ == UINT16_MAX ? std::uint16_t{1} : static_cast<std::uint16_t>(last_replica_ + 1);
    return last_replica_;
  }
  [[nodiscard]] path_list& paths() noexcept { return paths_; }
  [[nodiscard]] const path_list& paths() const noexcept { return paths_; }

  /// Whether the client histogram shows the path that was called. Set before anybody else knows of it.
  void set_shows_paths(bool shows) noexcept { shows_paths_ = shows; }
  [[nodiscard]] bool shows_paths() const noexcept { return shows_paths_; }

  /// Whether its requests are under limits: then their series are shown before the first refusal.
  void set_limited(bool limited) noexcept { limited_.store(limited, std::memory_order_relaxed); }
  [[nodiscard]] bool is_limited() const noexcept { return limited_.load(std::memory_order_relaxed); }

  void set_predictor_version(std::string version);
  [[nodiscard]] std::string predictor_version() const;

 private:
  std::string id_;
  std::vector<std::unique_ptr<worker_deployment_stats>> workers_;
  answer_memory answers_;
  std::uint16_t last_replica_ = 0;
  path_list paths_;
  bool shows_paths_ = false;
  std::atomic<bool> limited_{false};
  std::atomic<bool> has_loaded_{false};
  std::atomic<bool> has_served_{false};
  mutable std::mutex mutex_;
  std::vector<model_labels> models_;
  std::vector<model_index> serving_;
  std::string predictor_version_;
};

}  // namespace modelgate::metrics
