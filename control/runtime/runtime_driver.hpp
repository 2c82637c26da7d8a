#pragma once

#include "control/domain/deployment.hpp"
#include "control/domain/deployment_status.hpp"
#include "control/domain/resources.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/base/diagnostic.hpp"
#include "modelgate/base/result.hpp"
#include "modelgate/config/snapshot.hpp"
#include "modelgate/net/endpoint.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::runtime {

/// What a model image says of itself.
struct image_description {
  std::string image;  ///< "name:tag"
  std::string description;
  config::upstream_protocol protocol = config::upstream_protocol::seldon;
  std::string health_path;
  std::optional<std::uint32_t> concurrency;
  std::optional<std::string> example_request;  ///< JSON text
};

/// Where a replica belongs: what decides how it is run.
struct placement {
  std::string group;
  std::string instance_type;  ///< empty: none is named
};

/// One replica to run.
struct replica_spec {
  std::string name;  ///< "deploy-<id>-r<revision>-<index>"
  std::string deployment;
  std::uint64_t revision = 0;
  std::uint32_t index = 0;
  std::string model_image;
  std::optional<std::string> model_uri;
  std::vector<domain::env_variable> env;
  domain::resources limits;
  std::optional<domain::external_source> external = {};  ///< somebody else runs it, at an address that this source has
  std::optional<config::upstream_protocol> protocol = {};  ///< absent: as the image says
  std::optional<std::string> example_request = {};         ///< JSON text; absent: as the image says
  std::string group = {};                                  ///< whose deployment it is of
  std::string instance_type = {};                          ///< empty: none is named
  std::string image_pull_secret = {};                      ///< its name; empty: none is named
};

/// One replica as it is, whoever started it.
struct observed_replica {
  std::string name;
  std::string deployment;
  std::uint64_t revision = 0;
  std::uint32_t index = 0;
  domain::replica_phase phase = domain::replica_phase::starting;
  std::string reason;         ///< why it is not ready, with the last line of its log where it has one
  system_time since;          ///< of the phase
  system_time unready_since;  ///< since when it has not been ready, over restarts; meaningless while ready
  std::optional<net::endpoint> address;
  std::string tls_server_name;  ///< not empty: it speaks TLS, and has to prove that it is this
  std::string model_image;
  std::string limits;     ///< "enforced" or "advisory"; "none" of a replica that somebody else runs
  std::string limits_by;  ///< what holds it to them: "cgroup2", "cgroup1", "polling" (of memory only), "none"
  std::uint32_t restarts = 0;
  std::optional<domain::replica_usage> usage;  ///< absent: not known yet, or never
  std::uint32_t failures = 0;  ///< consecutive ends without a time of being well in between; rules the back-off
  domain::replica_failure failure = {};
  /// What an earlier modelgate process started here; null: this one started it.
  std::shared_ptr<const replica_spec> inherited;
  bool answers = true;  ///< false: inherited as ready, and it has not answered a probe of this process yet
};

/// How replicas are held to the limits of their instance types.
struct limit_report {
  std::string limits = "advisory";  ///< "enforced" or "advisory"
  std::string by = "none";          ///< as in `observed_replica`
  std::string detail;               ///< why by nothing better; empty when there is nothing to say
};

struct log_query {
  std::optional<std::size_t> tail_lines = 2'000;  ///< absent: everything there is
  std::optional<system_time> since;
  bool timestamps = false;
  bool previous = false;  ///< of the instance before the last restart
  bool follow = true;     ///< false: what there is now, and nothing that is written later
};

/// A replica's log, oldest line first.
///
/// Shape: one reader, one thread at a time.
class log_reader {
 public:
  virtual ~log_reader() = default;
  /// Whole lines that were not given before, each ended by '\n'; empty when there is nothing new.
  [[nodiscard]] virtual std::string read_more() = 0;
  /// Whether nothing more can come: the replica has ended and all was read.
  [[nodiscard]] virtual bool finished() = 0;
};

/// Where to look for the replicas of a deployment that somebody else runs.
struct replica_source {
  std::string deployment;
  std::uint64_t revision = 0;
  domain::external_source from;

  friend bool operator==(const replica_source&, const replica_source&) = default;
};

/// What was found there.
struct source_state {
  std::uint32_t replicas = 0;  ///< how many there are; 0: not known yet
  std::string trouble;         ///< why it is not known, or may be out of date; empty when all is well
  system_time since;           ///< it has been followed since then
};

/// How replicas are run: as processes, containers, or by somebody else.
///
/// Every call is idempotent: asking for what already is, is success. State is kept where a later process of modelgate
/// finds it, so `observe` after a crash tells the truth.
///
/// Shape:  any-thread. `observe` is cheap enough to be called after every event.
/// Errors: `start` may fail with the reason in words; the others always succeed in the end.
class runtime_driver {
 public:
  virtual ~runtime_driver() = default;

  [[nodiscard]] virtual std::string_view name() const noexcept = 0;

  /// As it is known for replicas that belong there. Errors: a sentence that names the image and says what is there
  /// instead.
  [[nodiscard]] virtual result<image_description, std::string> describe_image(std::string_view image,
                                                                              const placement& where) const = 0;
  [[nodiscard]] virtual std::vector<image_description> list_images() const = 0;

  /// What this runtime does not allow of a source, each mistake with its pointer within the source ("/urls/1").
  [[nodiscard]] virtual diagnostics check_source(const domain::external_source&) const {
    return {{"", "NOT_AVAILABLE", "this server takes no external replicas"}};
  }
  /// Which sources to follow from now on; all others no more, but replicas that were started from them go on.
  virtual void follow(const std::vector<replica_source>&) {}
  /// Absent: it is not followed.
  [[nodiscard]] virtual std::optional<source_state> source(const std::string&, std::uint64_t /*revision*/) const {
    return std::nullopt;
  }

  [[nodiscard]] virtual std::vector<observed_replica> observe() const = 0;

  /// Starts the replica, or starts it again when it has exited (its restarts grow by one).
  [[nodiscard]] virtual result<void, std::string> start(const replica_spec& spec) = 0;
  // A name that the driver does not know is ignored by the next three.

  /// Marks it as leaving: it goes on running, but must get no new requests. A driver may do so itself, when what it runs
  /// on goes away.
  virtual void drain(const std::string& name) = 0;
  /// Asks it to end, and ends it with all its children when the grace is over. Returns at once.
  virtual void stop(const std::string& name) = 0;
  /// Forgets a replica that has exited; its log may stay readable for a while.
  virtual void remove(const std::string& name) = 0;

  /// Removes what is kept of replicas that it has forgotten: their logs.
  virtual void forget_deployment(const std::string& /*deployment*/) {}
  /// The replicas of a deployment whose logs can be opened, those that it has forgotten included; by name.
  [[nodiscard]] virtual std::vector<std::string> kept_logs(const std::string& /*deployment*/) const { return {}; }

  /// Of replicas that are started from now on.
  [[nodiscard]] virtual limit_report limits() const { return {}; }

  /// Errors: errc::not_found.
  [[nodiscard]] virtual result<std::unique_ptr<log_reader>> open_log(const std::string& name,
                                                                     const log_query& query) const = 0;

  /// Called, on a thread of the driver's, whenever `observe` would answer something else. At most one listener.
  virtual void set_change_listener(std::function<void()> listener) = 0;
};

}  // namespace modelgate::control::runtime
