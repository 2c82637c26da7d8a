#pragma once

#include "control/domain/replica_url.hpp"
#include "control/runtime/external/name_cache.hpp"
#include "control/runtime/readiness.hpp"
#include "control/runtime/runtime_driver.hpp"
#include "control/runtime/warm_up.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace modelgate::control::runtime::external {

/// Every decision about external replicas: which addresses the followed sources have, which replica stands for which
/// address, and whether it is ready.
///
/// A replica holds one address for its whole life. An address that leaves its source makes its replica drain; one that
/// comes waits for the reconciler to start a replica, which takes the first address that none holds.
///
/// Shape: pure; no I/O, no clock, one thread at a time.
class external_table {
 public:
  struct things_to_do {
    std::vector<std::string> files;  ///< to read
    std::vector<std::string> hosts;  ///< to resolve
  };
  /// Where a replica is. The same address under two names is two replicas: each proves another name.
  struct place {
    net::endpoint address;
    std::string tls_server_name;  ///< empty: it speaks no TLS

    friend bool operator==(const place&, const place&) = default;
  };
  struct probe_target {
    place where;
    std::optional<std::string> health_path;
    std::optional<warm_up_request> warm_up = {};  ///< to be answered after that, until it has been once
    std::uint64_t ticket = 0;                     ///< of this replica; a later one of the same name has another
  };
  using own_test = std::function<bool(const net::endpoint&)>;

  external_table(name_settings settings, network_list networks, const config::health_settings& health = {});

  /// For resolutions that end from now on.
  void reconfigure(const name_settings& settings) noexcept { names_.reconfigure(settings); }

  void follow(const std::vector<replica_source>& sources, system_time now);
  [[nodiscard]] std::optional<source_state> source(const std::string& deployment, std::uint64_t revision) const;

  /// With `read_files`, every file that is not being read already.
  [[nodiscard]] things_to_do due(bool read_files, steady_time now);
  void on_file(const std::string& file, const result<std::string, std::string>& text);
  void on_resolved(const std::string& host, const resolution_result& answer, steady_time now);
  /// Brings addresses and replicas up to what is known. To be called after each of the above.
  void update(const own_test& is_own, system_time now);

  /// Whether a replica begins, which is to be probed then. Without a free address none does, and the count that led here
  /// is already another one.
  bool start(const replica_spec& spec, system_time now);
  void drain(const std::string& name, system_time now);
  /// Nothing ends but our interest: it is forgotten at once.
  void stop(const std::string& name);
  [[nodiscard]] std::vector<observed_replica> observe() const;

  /// Absent: it is probed no more.
  [[nodiscard]] std::optional<probe_target> target_of(const std::string& name) const;
  /// Without a complaint, all of its target was answered well.
  void on_probe(const std::string& name, std::uint64_t ticket, const std::optional<std::string>& complaint,
                system_time now);

  /// Whether `observe` or `source` would answer something else than when this was asked last.
  [[nodiscard]] bool take_changed() noexcept { return std::exchange(changed_, false); }

 private:
  using key = std::pair<std::string, std::uint64_t>;  ///< deployment and revision

  struct followed {
    domain::external_source from;
    std::vector<domain::replica_url> urls;
    std::vector<place> places;  ///< the last good ones
    std::string trouble;
    system_time since;
  };
  struct listed_file {
    std::vector<domain::replica_url> urls;  ///< the last good ones
    std::string trouble;
    bool being_read = false;
  };
  struct replica {
    observed_replica seen;
    probe_target target;
    readiness state;
  };

  void update_source(const key& of, followed& source, const own_test& is_own, system_time now);
  [[nodiscard]] bool holds(const key& of, const place& where) const;
  void set_phase(replica& of, domain::replica_phase phase, std::string reason, system_time now);

  name_cache names_;
  readiness_rules rules_;
  bool warms_up_;
  std::map<key, followed> sources_;
  std::map<std::string, listed_file, std::less<>> files_;
  std::map<std::string, replica, std::less<>> replicas_;
  std::uint64_t next_ticket_ = 1;
  bool changed_ = false;
};

}  // namespace modelgate::control::runtime::external
