#include "gateway/upstream/cluster.hpp"

#include <algorithm>
#include <utility>

namespace modelgate::upstream {
namespace {

/// How often a request looks again when others were faster, before it takes its place in the queue.
constexpr int most_looks = 4;

}  // namespace

cluster::~cluster() {
  update({});
}

void cluster::update(std::span<const endpoint_ptr> endpoints) {
  std::vector<cluster_member_ptr> next;
  next.reserve(endpoints.size());
  for (const endpoint_ptr& each : endpoints) {
    const auto known = std::find_if(members_.begin(), members_.end(), [&](const cluster_member_ptr& member) {
      return member && member->endpoint == each;
    });
    if (known != members_.end())
      next.push_back(std::exchange(*known, nullptr));
    else
      next.emplace_back(new cluster_member{each, worker_, queue_, settings_.pool_connections, settings_.upstream_idle});
  }
  for (const cluster_member_ptr& left : members_) {
    if (!left) continue;
    left->left = true;
    left->pool.close_all();
  }
  members_ = std::move(next);
}

void cluster::reconfigure(const cluster_settings& settings) noexcept {
  settings_ = settings;
  for (const cluster_member_ptr& each : members_) {
    each->pool.set_bounds(settings_.pool_connections, settings_.upstream_idle);
  }
}

cluster::choice cluster::pick(const endpoint* except, steady_time now) {
  std::size_t excepted = dispatch_schedule::nobody;
  for (int look = 0; look < most_looks && !queue_->has_waiters(); ++look) {
    views_.clear();
    for (std::size_t i = 0; i < members_.size(); ++i) {
      views_.push_back(members_[i]->endpoint->view(now));
      if (members_[i]->endpoint.get() == except) excepted = i;
    }
    schedule_.look_at(views_, ++turn_);
    const auto place = schedule_.next(excepted);
    if (!place) return {};
    if (!place->now) break;
    const cluster_member_ptr& best = members_[place->replica];
    const bool trial = views_[place->replica].trial;
    if (best->endpoint->try_take(now, trial)) return {slot{best, trial}, false};
  }
  const bool has_another = std::any_of(members_.begin(), members_.end(),
                                       [&](const cluster_member_ptr& each) { return each->endpoint.get() != except; });
  return {slot{}, has_another};
}

slot cluster::take_idle(const endpoint* except, steady_time now) {
  if (queue_->has_waiters()) return slot{};
  const cluster_member_ptr* fastest = nullptr;
  std::chrono::nanoseconds least = std::chrono::nanoseconds::max();
  for (const cluster_member_ptr& each : members_) {
    const replica_view seen = each->endpoint->view(now);
    if (each->endpoint.get() == except || seen.in_flight > 0 || seen.doubted || seen.ejected || seen.trial) continue;
    if (seen.service_time >= least) continue;
    least = seen.service_time;
    fastest = &each;
  }
  if (fastest == nullptr || !(*fastest)->endpoint->try_take_idle(now)) return slot{};
  return slot{*fastest};
}

bool cluster::is_half_free(steady_time now) const noexcept {
  std::size_t taken = 1;
  std::size_t slots = 0;
  for (const cluster_member_ptr& each : members_) {
    taken += each->endpoint->in_flight();
    slots += each->endpoint->limit(now);
  }
  return 2 * taken <= slots;
}

std::size_t cluster::in_flight() const noexcept {
  std::size_t count = 0;
  for (const cluster_member_ptr& each : members_) count += each->endpoint->in_flight();
  return count;
}

slot cluster::adopt(endpoint_ptr counted, bool trial) {
  const auto known = std::find_if(members_.begin(), members_.end(),
                                  [&](const cluster_member_ptr& member) { return member->endpoint == counted; });
  if (known != members_.end()) return slot{*known, trial};
  // A replica of a snapshot that this worker has not installed yet, or of one that it has left.
  cluster_member_ptr passing{new cluster_member{std::move(counted), worker_, queue_, 0, settings_.upstream_idle}};
  passing->left = true;
  return slot{std::move(passing), trial};
}

void cluster::keep_connection(const slot& to, net::stream_ptr stream, steady_time now) {
  if (to.member()->left)
    stream->close();
  else
    to.member()->pool.put(std::move(stream), now);
}

void cluster::close_idle(steady_time now) {
  for (const cluster_member_ptr& each : members_) each->pool.close_idle(now);
}

bool cluster::has_no_connections() const noexcept {
  return std::all_of(members_.begin(), members_.end(),
                     [](const cluster_member_ptr& each) { return each->pool.empty(); });
}

}  // namespace modelgate::upstream
