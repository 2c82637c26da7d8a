#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/config/settings.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace modelgate::control::service {

/// Makes those wait who guess passwords: of one name, and from one address. A name that does not exist is counted like
/// one that does.
///
/// An attempt counts as wrong until it is told that it was right, so that many at a time are no more than one by one.
///
/// Shape: any-thread; in memory only, at most `most_records` names and as many addresses: when there are more, what
///        failed longest ago is forgotten first.
class login_guard {
 public:
  static constexpr std::size_t most_records = 10'000;

  /// How long this attempt has to wait; zero: it may begin, and is counted.
  [[nodiscard]] std::chrono::milliseconds begin(const std::string& name, const std::string& address, steady_time now,
                                                const config::people_settings& limits);
  /// The attempt that began was right. Wrong ones from this address before it stay.
  void succeeded(const std::string& name, const std::string& address);
  /// The attempt that began was not made.
  void withdrawn(const std::string& name, const std::string& address);

 private:
  struct record {
    std::uint64_t failures = 0;
    steady_time last;
    steady_time locked_until;
  };
  using records = std::unordered_map<std::string, record>;

  static std::chrono::milliseconds wait_of(records& in, const std::string& key, steady_time now,
                                           const config::people_settings& limits);
  static void take_back(records& in, const std::string& key);
  static void count(records& in, const std::string& key, std::uint64_t allowed, steady_time now,
                    const config::people_settings& limits);

  std::mutex mutex_;
  records names_;
  records addresses_;
};

}  // namespace modelgate::control::service
