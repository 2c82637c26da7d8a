#include "control/publish/publisher.hpp"

#include <chrono>
#include <utility>

namespace modelgate::control::publish {

publisher::publisher(config::gateway_link& gateway, image_lookup images, serving_defaults defaults,
                     std::uint64_t first_generation)
    : gateway_{gateway}, images_{std::move(images)}, defaults_{defaults}, generation_{first_generation} {}

config::snapshot_ptr publisher::update(const std::vector<store::desired_deployment>& desired,
                                       const std::vector<runtime::observed_replica>& observed) {
  config::snapshot next = build_snapshot(desired, observed, images_, defaults_, published_.get());
  // Unchanged deployments are the same objects, so comparing the pointers compares everything.
  if (published_ && published_->deployments == next.deployments) return published_;
  next.generation = ++generation_;
  published_ = std::make_shared<const config::snapshot>(std::move(next));
  gateway_.publish(published_);
  return published_;
}

std::uint64_t generation_at(system_time now) noexcept {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count());
}

}  // namespace modelgate::control::publish
