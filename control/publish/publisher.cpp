#include "control/publish/publisher.hpp"

#include <chrono>
#include <utility>

namespace modelgate::control::publish {

publisher::publisher(config::gateway_link& gateway, image_lookup images, serving_defaults defaults,
                     std::uint64_t first_generation)
    : gateway_{gateway}, builder_{std::move(images)}, defaults_{defaults}, generation_{first_generation} {}

config::snapshot_ptr publisher::update(const std::vector<store::desired_ptr>& desired,
                                       const std::vector<runtime::observed_replica>& observed) {
  const bool differs = builder_.update(desired, observed, defaults_);
  if (published_ && !differs) return published_;
  config::snapshot next{++generation_, builder_.deployments()};
  published_ = std::make_shared<const config::snapshot>(std::move(next));
  gateway_.publish(published_);
  return published_;
}

std::uint64_t generation_at(system_time now) noexcept {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count());
}

}  // namespace modelgate::control::publish
