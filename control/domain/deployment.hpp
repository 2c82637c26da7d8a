#pragma once

#include "control/domain/traffic_limit.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/config/snapshot.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::domain {

struct env_variable {
  std::string name;
  std::string value;

  friend bool operator==(const env_variable&, const env_variable&) = default;
};

/// A deployment's serving options as its owner gave them; absent means "as the image or the defaults say".
struct serving_overrides {
  std::optional<config::upstream_protocol> protocol;
  std::optional<std::chrono::seconds> timeout;
  std::optional<std::uint64_t> max_body_bytes;
  std::optional<std::uint32_t> concurrency;
  std::optional<std::uint32_t> max_queue;
  std::optional<std::chrono::seconds> queue_timeout;
  bool idempotent = false;
  bool hedge = false;
  bool forward_authorization = false;
  bool allow_upgrade = false;
  std::optional<std::string> example_request;  ///< JSON text
  traffic_limits limits{};

  friend bool operator==(const serving_overrides&, const serving_overrides&) = default;
};

/// Where the replicas of a deployment are that modelgate does not run: URLs, or a file that lists them.
struct external_source {
  std::vector<std::string> urls;
  std::optional<std::string> file;         ///< a plain name in runtime.external.folder; then `urls` is empty
  std::optional<std::string> health_path;  ///< ready when it answers 200 here; absent: when it takes a connection

  friend bool operator==(const external_source&, const external_source&) = default;
};

/// Stands for the image of external replicas, in labels and wherever else a replica's image is told.
inline constexpr std::string_view external_image = "external";

/// What a person asked for: the part of a deployment that makes a revision.
struct deployment_spec {
  std::string model_image;  ///< empty with `external`
  std::optional<external_source> external;
  std::optional<std::string> model_uri;
  std::optional<std::string> image_pull_secret;
  std::string instance_type;   ///< may be empty with `external`
  std::uint32_t replicas = 1;  ///< 0 with `external`: as many as the source has
  config::access_type access = config::access_type::everyone;
  std::string description;
  std::map<std::string, std::string> metadata;
  std::vector<env_variable> env;  ///< sorted by name
  serving_overrides serving;
  std::chrono::seconds progress_deadline{600};
  bool auto_rollback = false;
  bool stop = false;

  friend bool operator==(const deployment_spec&, const deployment_spec&) = default;
};

/// Whether going from one spec to the other needs other replicas: image, external source, model, instance type, env or
/// pull secret differ.
[[nodiscard]] bool needs_other_replicas(const deployment_spec& before, const deployment_spec& after) noexcept;

/// One entry of a deployment's history.
struct revision {
  std::uint64_t number = 0;
  /// The revision whose replicas serve this one: itself when it needed other replicas or was started, else inherited.
  std::uint64_t replica_revision = 0;
  deployment_spec spec;
  std::string update_message;
  system_time created_at;
  std::string created_by;
};

/// The author of a revision that nobody asked for.
inline constexpr std::string_view own_name = "modelgate";

/// The revision that follows `current` when `spec` is asked for; message, author and time are the caller's to fill in.
/// A start needs replicas of its own, so that what runs after it is told from what was stopped before.
[[nodiscard]] revision next_revision(const revision& current, deployment_spec spec);

/// The same once more, served by replicas of its own: those that run are replaced one by one.
[[nodiscard]] revision restarted_revision(const revision& current);

/// What `target`, an earlier revision, asked for; stopped if `current` is. Where the replicas of `target` are the last
/// ones that were all ready (`good_replicas`), and so serve until others are, they go on serving it.
[[nodiscard]] revision restored_revision(const revision& current, const revision& target,
                                         std::optional<std::uint64_t> good_replicas);

inline constexpr std::string_view deployment_not_enabled = "The model deployment is not enabled for the selected group";

/// Why a deployment must not run although nobody stopped it; else empty.
[[nodiscard]] std::string refusal_to_run(const deployment_spec& spec, bool group_enabled, bool instance_type_exists);

/// A model that somebody asked to be served.
struct deployment {
  std::string id;
  std::string name;
  std::string group;
  system_time created_at;
  std::string created_by;
  revision current;
  /// The revision whose replicas were all ready last; absent: none since it was made or stopped.
  std::optional<std::uint64_t> good_replica_revision = std::nullopt;
  bool deleting = false;  ///< deleted by its owner, replicas still draining
};

/// A named caller of a deployment's private endpoint. The token itself is never kept.
struct client {
  std::string name;
  crypto::token_digest digest;
  std::string prefix;
  system_time created_at;
  std::string created_by;
  std::optional<system_time> expires_at;
  bool disabled = false;                                          ///< no token of it holds
  std::optional<config::previous_token> previous = std::nullopt;  ///< what it had before its last rotation
  std::optional<system_time> last_used_at = std::nullopt;         ///< to the minute
  std::uint64_t requests = 0;  ///< that it authenticated, as of the last time that this was stored
  /// The digest is of a password from another server, which holds with the name only; else of a token.
  bool is_password = false;
  /// Of that password, which nobody has shown yet: then the digest is random, so that it is nobody's.
  std::optional<std::string> foreign_hash = std::nullopt;
};

}  // namespace modelgate::control::domain
