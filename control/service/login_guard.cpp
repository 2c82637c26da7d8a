#include "control/service/login_guard.hpp"

#include <algorithm>

namespace modelgate::control::service {

std::chrono::milliseconds login_guard::wait_of(records& in, const std::string& key, steady_time now,
                                               const config::people_settings& limits) {
  const auto found = in.find(key);
  if (found == in.end()) return {};
  const auto [failures, last, locked_until] = found->second;
  if (now < locked_until) return std::chrono::ceil<std::chrono::milliseconds>(locked_until - now);
  if (now - std::max(last, locked_until) >= limits.login_lock_max) in.erase(found);
  return {};
}

void login_guard::count(records& in, const std::string& key, std::uint64_t allowed, steady_time now,
                        const config::people_settings& limits) {
  if (in.size() >= most_records && !in.contains(key)) {
    in.erase(std::min_element(in.begin(), in.end(),
                              [](const auto& a, const auto& b) { return a.second.last < b.second.last; }));
  }
  record& of = in[key];
  ++of.failures;
  of.last = now;
  if (of.failures < allowed) return;
  auto lock = limits.login_lock;
  for (std::uint64_t more = of.failures - allowed; more > 0 && lock < limits.login_lock_max; --more) lock *= 2;
  of.locked_until = now + std::min(lock, limits.login_lock_max);
}

std::chrono::milliseconds login_guard::begin(const std::string& name, const std::string& address, steady_time now,
                                             const config::people_settings& limits) {
  const std::lock_guard guard{mutex_};
  const auto wait = std::max(wait_of(names_, name, now, limits), wait_of(addresses_, address, now, limits));
  if (wait.count() > 0) return wait;
  count(names_, name, limits.login_failures, now, limits);
  count(addresses_, address, limits.login_failures_address, now, limits);
  return {};
}

/// What had begun was not locked.
void login_guard::take_back(records& in, const std::string& key) {
  const auto found = in.find(key);
  if (found == in.end()) return;
  found->second.locked_until = {};
  if (--found->second.failures == 0) in.erase(found);
}

void login_guard::succeeded(const std::string& name, const std::string& address) {
  const std::lock_guard guard{mutex_};
  names_.erase(name);
  take_back(addresses_, address);
}

void login_guard::withdrawn(const std::string& name, const std::string& address) {
  const std::lock_guard guard{mutex_};
  take_back(names_, name);
  take_back(addresses_, address);
}

}  // namespace modelgate::control::service
