#pragma once

#include <cstdint>
#include <optional>
#include <set>

namespace modelgate::control::runtime::process {

/// Ports of 127.0.0.1 for replicas; no two of them are ever told the same one.
///
/// A port is free when it is given, but somebody else may take it before the replica does: then the replica ends at
/// once, and is given another.
///
/// Shape: the driver's thread.
class loopback_ports {
 public:
  /// Absent when the system has none left.
  [[nodiscard]] std::optional<std::uint16_t> take();
  /// Of a replica that an earlier modelgate started.
  void keep(std::uint16_t port) { given_.insert(port); }
  void release(std::uint16_t port) { given_.erase(port); }

 private:
  std::set<std::uint16_t> given_;
};

/// Whether somebody listens there, or holds it otherwise, so that a server could not.
[[nodiscard]] bool is_port_taken(std::uint16_t port);

}  // namespace modelgate::control::runtime::process
