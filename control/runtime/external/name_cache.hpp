#pragma once

#include "control/runtime/external/network_list.hpp"
#include "control/runtime/external/resolver.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/base/result.hpp"

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::runtime::external {

struct name_settings {
  std::chrono::milliseconds resolve_interval{30'000};  ///< at most; a shorter TTL counts
  std::chrono::milliseconds resolve_timeout{5'000};
  std::chrono::milliseconds retry_interval{2'000};  ///< after a failure
};

/// What is known of DNS names: the last good addresses of each, and what went wrong since.
///
/// A failure takes nothing away. Only addresses in the allowed networks are good, at every resolution anew: a name may
/// be pointed elsewhere after it was accepted.
///
/// Shape: pure; no I/O, no clock, one thread at a time. One resolution of a name at a time.
class name_cache {
 public:
  struct known {
    std::vector<std::string> addresses;  ///< the last good ones
    std::string trouble;                 ///< of the last resolution; empty when it went well
    bool tried = false;                  ///< there was an answer, good or bad, or none in time
  };

  name_cache(name_settings settings, network_list networks);

  void reconfigure(const name_settings& settings) noexcept { settings_ = settings; }

  /// Which names matter from now on; all others are forgotten.
  void keep_only(const std::set<std::string>& hosts);
  /// The names to resolve now. Each counts as being resolved until it is answered.
  [[nodiscard]] std::vector<std::string> due(steady_time now);
  void on_answer(const std::string& host, const resolution_result& answer, steady_time now);

  /// Null: the name does not matter.
  [[nodiscard]] const known* find(std::string_view host) const;

 private:
  struct record {
    known what;
    bool in_progress = false;
    steady_time begun;
    steady_time next;  ///< due then
  };
  void fail(record& of, const std::string& host, const std::string& why) const;

  name_settings settings_;
  network_list networks_;
  std::map<std::string, record, std::less<>> entries_;
};

}  // namespace modelgate::control::runtime::external
