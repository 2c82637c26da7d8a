#include "control/runtime/external/name_cache.hpp"

#include <algorithm>
#include <utility>

namespace modelgate::control::runtime::external {

namespace {

constexpr std::chrono::seconds shortest_interval{5};

}  // namespace

name_cache::name_cache(name_settings settings, network_list networks)
    : settings_{settings}, networks_{std::move(networks)} {}

void name_cache::keep_only(const std::set<std::string>& hosts) {
  std::erase_if(entries_, [&](const auto& each) { return !hosts.contains(each.first); });
  for (const std::string& host : hosts) entries_.try_emplace(host);
}

std::vector<std::string> name_cache::due(steady_time now) {
  std::vector<std::string> hosts;
  for (auto& [host, entry] : entries_) {
    if (entry.in_progress) {
      if (now - entry.begun >= settings_.resolve_timeout) fail(entry, host, "no answer in time");
      continue;
    }
    if (entry.what.tried && now < entry.next) continue;
    entry.in_progress = true;
    entry.begun = now;
    hosts.push_back(host);
  }
  return hosts;
}

void name_cache::fail(record& of, const std::string& host, const std::string& why) const {
  of.what.tried = true;
  of.what.trouble = "the name " + host + " cannot be resolved: " + why;
  if (!of.what.addresses.empty()) of.what.trouble += "; its last good addresses are kept";
}

void name_cache::on_answer(const std::string& host, const resolution_result& answer, steady_time now) {
  const auto found = entries_.find(host);
  if (found == entries_.end()) return;
  record& of = found->second;
  of.in_progress = false;
  of.next = now + settings_.retry_interval;
  if (!answer) return fail(of, host, answer.error());
  if (answer->addresses.empty()) return fail(of, host, "it has no address");

  std::vector<std::string> allowed;
  std::string refused;
  for (const std::string& address : answer->addresses) {
    if (networks_.contains(address)) {
      allowed.push_back(address);
    } else {
      refused.append(refused.empty() ? "" : ", ").append(address);
    }
  }
  const std::string rule = " is in none of the networks of runtime.external.networks";
  if (allowed.empty()) return fail(of, host, refused + rule);
  of.what.tried = true;
  of.what.addresses = std::move(allowed);
  of.what.trouble = refused.empty() ? std::string{} : "of the name " + host + ", " + refused + rule;
  of.next = now + settings_.resolve_interval;
  // What holds for no time at all may have other addresses each time: replicas would come and go all the while.
  if (answer->ttl) of.next = std::min(of.next, now + std::max<std::chrono::seconds>(*answer->ttl, shortest_interval));
}

const name_cache::known* name_cache::find(std::string_view host) const {
  const auto found = entries_.find(host);
  return found == entries_.end() ? nullptr : &found->second.what;
}

}  // namespace modelgate::control::runtime::external
