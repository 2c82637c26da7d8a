#pragma once

#include "control/runtime/runtime_driver.hpp"
#include "control/store/desired_state.hpp"

#include "modelgate/config/snapshot.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace modelgate::control::publish {

/// What an image says of itself to replicas that belong there; absent when it is not known.
using image_lookup =
    std::function<std::optional<runtime::image_description>(std::string_view image, const runtime::placement& where)>;

/// What holds where neither a deployment nor its image says anything.
struct serving_defaults {
  std::chrono::milliseconds timeout{60'000};
  std::uint64_t max_body_bytes = 33'554'432;

  friend bool operator==(const serving_defaults&, const serving_defaults&) = default;
};

/// What the gateway shall serve: every deployment that is not being deleted, with the replicas that are ready and not
/// draining. One that is stopped or refused has no replicas.
///
/// A deployment that did not change since `previous` (may be null; by id) is the same object. The generation is left at 0.
///
/// How a replica is called (protocol, concurrency, whether twice) is said by the revision and the image that it was
/// started for. While a deployment moves between protocols, only replicas of one are listed: of the one that more of the
/// ready ones speak, of the new one where as many do.
[[nodiscard]] config::snapshot build_snapshot(const std::vector<store::desired_ptr>& desired,
                                              const std::vector<runtime::observed_replica>& observed,
                                              const image_lookup& images, const serving_defaults& defaults,
                                              const config::snapshot* previous);

/// The same, kept up to date: only what differs is built anew, and the rest are the same objects as before.
///
/// A deployment is built anew when it is another object than before, when other replicas of it are ready, or when what
/// an image says of itself or the defaults have changed. Images are asked again whenever nothing else is to be built.
/// `update` leads to what `build_snapshot` makes of everything, whatever has happened before.
///
/// Shape: one thread at a time. An update costs a comparison of pointers per deployment, and what is built.
class snapshot_builder {
 public:
  explicit snapshot_builder(image_lookup images) : images_{std::move(images)} {}

  /// `desired` by id. Whether anything differs from before; of the first one too.
  bool update(const std::vector<store::desired_ptr>& desired, const std::vector<runtime::observed_replica>& observed,
              const serving_defaults& defaults);
  /// By id.
  [[nodiscard]] const std::vector<config::deployment_config_ptr>& deployments() const noexcept {
    return built_.deployments;
  }

 private:
  /// What of a ready replica gets into a snapshot.
  struct ready_replica {
    config::endpoint_config endpoint;
    std::string image;  ///< as it was started

    friend bool operator==(const ready_replica&, const ready_replica&) = default;
  };
  using ready_replicas = std::map<std::string, std::vector<ready_replica>>;
  /// What an image says that gets into a snapshot; nothing while it is not known.
  using image_word = std::optional<std::pair<config::upstream_protocol, std::optional<std::uint32_t>>>;
  /// What is asked for: an image, for replicas of a group and an instance type.
  using image_question = std::tuple<std::string, std::string, std::string>;

  [[nodiscard]] static ready_replicas ready_of(const std::vector<runtime::observed_replica>& observed);
  [[nodiscard]] std::vector<std::size_t> take_over(const std::vector<store::desired_ptr>& desired);
  void add_where_ready_differs(const ready_replicas& ready, std::vector<std::size_t>& stale) const;
  [[nodiscard]] static image_word word_of(const std::optional<runtime::image_description>& image);
  [[nodiscard]] bool images_differ() const;
  [[nodiscard]] bool build(const std::vector<std::size_t>& stale,
                           const std::vector<runtime::observed_replica>& observed);
  [[nodiscard]] bool take_made();

  image_lookup images_;
  serving_defaults defaults_;
  std::map<image_question, image_word> heard_;  ///< of all that was asked for
  std::vector<store::desired_ptr> desired_;
  std::vector<config::deployment_config_ptr> made_;  ///< of each of `desired_`; null: not listed
  ready_replicas ready_;
  config::snapshot built_;  ///< what is listed of `made_`
};

}  // namespace modelgate::control::publish
