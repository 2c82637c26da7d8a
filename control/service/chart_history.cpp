#include "control/service/chart_history.hpp"

#include "modelgate/metrics/latency_histogram.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace modelgate::control::service {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

constexpr std::array<std::pair<double, const char*>, 5> quantiles{
    {{0.5, "0.5"}, {0.75, "0.75"}, {0.9, "0.9"}, {0.95, "0.95"}, {0.99, "0.99"}}};

std::uint64_t total_of(const std::vector<std::uint64_t>& counts) {
  std::uint64_t total = 0;
  for (const std::uint64_t each : counts) total += each;
  return total;
}

std::uint64_t count_at(const std::vector<std::uint64_t>& counts, std::size_t index) {
  return index < counts.size() ? counts[index] : 0;
}

/// What came since `before`; all of it when a count has gone down, which is then another deployment of that name.
config::deployment_counts since(const config::deployment_counts& before, const config::deployment_counts& now) {
  config::deployment_counts came = now;
  const auto subtract = [](std::vector<std::uint64_t>& from, const std::vector<std::uint64_t>& what) {
    for (std::size_t i = 0; i < from.size(); ++i) from[i] -= count_at(what, i);
  };
  bool went_down = now.feedback < before.feedback || now.reward < before.reward;
  for (std::size_t i = 0; i < before.answers.size(); ++i) went_down |= count_at(now.answers, i) < before.answers[i];
  for (std::size_t i = 0; i < before.latency.size(); ++i) went_down |= count_at(now.latency, i) < before.latency[i];
  if (went_down) return came;
  subtract(came.answers, before.answers);
  subtract(came.latency, before.latency);
  came.feedback -= before.feedback;
  came.reward -= before.reward;
  return came;
}

}  // namespace

double quantile_of(double quantile, const std::vector<std::uint64_t>& buckets) {
  const auto& bounds = metrics::latency_bounds_seconds;
  const std::uint64_t total = total_of(buckets);
  if (total == 0) return unknown;
  const double rank = quantile * static_cast<double>(total);
  double below = 0;
  for (std::size_t i = 0; i < buckets.size() && i < bounds.size(); ++i) {
    const auto count = static_cast<double>(buckets[i]);
    if (below + count >= rank) {
      const double lower = i == 0 ? 0 : bounds[i - 1];
      return count == 0 ? lower : lower + (bounds[i] - lower) * (rank - below) / count;
    }
    below += count;
  }
  return bounds.back();
}

std::int64_t chart_history::step_of(system_time at) const noexcept {
  return std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch()) / step_;
}

void chart_history::put(recorded& into, line_key key, std::int64_t step, double value) const {
  auto place = into.lines.find(key);
  if (place == into.lines.end()) {
    if (into.lines.size() >= most_lines) return;
    place = into.lines.emplace(std::move(key), ring{}).first;
    place->second.values.assign(kept, unknown);
  }
  place->second.values[static_cast<std::size_t>(step) % kept] = value;
  if (!std::isnan(value)) place->second.newest = step;
}

void chart_history::add(system_time at, const config::observation& seen) {
  const std::lock_guard lock{mutex_};
  const std::int64_t step = step_of(at);
  if (last_at_ && step <= newest_) return;  // the clock was set back
  const double seconds = std::chrono::duration<double>(last_at_ ? at - *last_at_ : step_).count();

  std::map<std::string, recorded> next;
  for (const config::deployment_counts& now : seen.deployments) {
    const auto known = deployments_.find(now.deployment);
    recorded& into = next[now.deployment];
    if (known != deployments_.end()) into = std::move(known->second);
    for (auto& [key, line] : into.lines) {
      for (std::int64_t left_out = std::max(newest_ + 1, step - static_cast<std::int64_t>(kept) + 1); left_out <= step;
           ++left_out) {
        line.values[static_cast<std::size_t>(left_out) % kept] = unknown;
      }
    }
    std::erase_if(into.lines,
                  [&](const auto& each) { return step - each.second.newest >= static_cast<std::int64_t>(kept); });

    const config::deployment_counts came = since(into.last, now);
    into.last = now;
    const auto answers = static_cast<double>(total_of(came.answers));
    const auto of_class = [&](std::size_t digit) { return static_cast<double>(count_at(came.answers, digit)); };
    put(into, {"qps", {}}, step, answers / seconds);
    put(into, {"success", {}}, step, answers > 0 ? 1 - of_class(5) / answers : unknown);
    put(into, {"4xx", {}}, step, of_class(4) / seconds);
    put(into, {"5xx", {}}, step, of_class(5) / seconds);
    for (const auto& [quantile, label] : quantiles)
      put(into, {"latency", {{"quantile", label}}}, step, quantile_of(quantile, came.latency));
    put(into, {"reward", {}}, step, came.feedback > 0 ? came.reward / static_cast<double>(came.feedback) : unknown);
    put(into, {"in_flight", {}}, step, 0);
  }

  for (auto& [id, into] : next) {
    double in_flight = 0;
    for (const config::endpoint_load& load : seen.endpoints) {
      if (load.deployment != id) continue;
      in_flight += load.in_flight;
      put(into, {"in_flight", {{"replica", load.replica}}}, step, load.in_flight);
    }
    put(into, {"in_flight", {}}, step, in_flight);
    std::map<std::string, std::uint64_t> of_clients;
    for (const config::client_use& use : seen.clients) {
      if (use.deployment == id) of_clients[use.client] += use.requests;
    }
    for (const auto& [client, requests] : of_clients) {
      const auto before = into.last_of_clients.find(client);
      const bool goes_on = before != into.last_of_clients.end() && before->second <= requests;
      const std::uint64_t came = requests - (goes_on ? before->second : 0);
      put(into, {"qps", {{"client", client}}}, step, static_cast<double>(came) / seconds);
    }
    into.last_of_clients = std::move(of_clients);
  }
  deployments_ = std::move(next);
  newest_ = step;
  last_at_ = at;
}

chart chart_history::read(const std::string& deployment, std::chrono::milliseconds window, system_time now) const {
  const std::lock_guard lock{mutex_};
  const auto count = std::clamp<std::int64_t>(window / step_, 1, static_cast<std::int64_t>(kept));
  // The step that ends about now may not have been counted yet.
  const std::int64_t last = std::max(newest_, step_of(now) - 1);
  chart shown;
  shown.step = step_;
  shown.start = system_time{step_ * (last - count)};
  const auto known = deployments_.find(deployment);
  if (known == deployments_.end()) return shown;
  for (const auto& [key, line] : known->second.lines) {
    chart::line& drawn = shown.lines.emplace_back(chart::line{key.first, key.second, {}});
    for (std::int64_t step = last - count + 1; step <= last; ++step) {
      const bool is_kept = step <= newest_ && newest_ - step < static_cast<std::int64_t>(kept);
      drawn.values.push_back(is_kept ? line.values[static_cast<std::size_t>(step) % kept] : unknown);
    }
  }
  return shown;
}

}  // namespace modelgate::control::service
