#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/base/diagnostic.hpp"
#include "modelgate/base/result.hpp"
#include "modelgate/config/traffic_limit.hpp"
#include "modelgate/crypto/token.hpp"
#include "modelgate/net/endpoint.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What control tells the gateway: the one product type that both halves know.
///
/// Shape: values; once published a snapshot is immutable and shared by every worker. Deployments that did not change
///        between two generations are the same object, so a change of one costs the others nothing.
namespace modelgate::config {

enum class access_type { everyone, clients };  ///< "public" and "private" in texts
enum class upstream_protocol { seldon, passthrough };
enum class deployment_state { serving, stopped };

/// Serving options with nothing left open: control has already put in what the image or the defaults say.
struct serving_options {
  upstream_protocol protocol = upstream_protocol::seldon;
  std::chrono::milliseconds timeout{60'000};  ///< total, queue included, until the response head
  std::uint64_t max_body_bytes = 33'554'432;
  std::uint32_t max_queue = 64;                     ///< requests that wait for a replica, over all workers
  std::chrono::milliseconds queue_timeout{10'000};  ///< how long each may wait
  bool forward_authorization = false;
  bool idempotent = false;     ///< a request may reach two replicas
  bool hedge = false;          ///< a slow one is sent to an idle replica as well; only together with `idempotent`
  bool allow_upgrade = false;  ///< requests for WebSocket are forwarded as such and become tunnels
  traffic_limit limit;         ///< of the deployment's requests together
  traffic_limit client_limit;  ///< of each client's; no effect where everyone may call

  friend bool operator==(const serving_options&, const serving_options&) = default;
};

/// The token (or imported password) that a client had before, which holds for a while yet.
struct previous_token {
  crypto::token_digest digest;
  system_time until;
  bool is_password = false;
};

struct client_credential {
  std::string name;
  crypto::token_digest digest;
  std::optional<system_time> expires_at;
  std::optional<previous_token> previous = std::nullopt;
  system_time created_at{};  ///< tells it from an earlier client of the same name
  bool is_disabled = false;  ///< nothing of it holds; it is listed so that what was counted of it is kept
  /// The digest is of a password that was brought along: it holds together with the name only, and two clients may have
  /// the same.
  bool is_password = false;
  /// Not empty: the password is known by this hash only (`crypto::fits_foreign_hash`), and `digest` is nobody's.
  std::string foreign_hash = {};
};

/// One replica that may be sent requests.
struct endpoint_config {
  std::string replica;  ///< unique within the deployment over its whole life, e.g. "deploy-iris-r3-0"
  net::endpoint address;
  std::uint64_t revision = 0;
  std::string model_image;    ///< without tag; label of the client metrics
  std::string model_version;  ///< the tag or digest; label of the client metrics
  /// Not empty: it speaks TLS, and its certificate has to be for this DNS name or IP address.
  std::string tls_server_name = {};
  std::optional<std::uint32_t> concurrency = std::nullopt;  ///< requests at a time; absent: learnt

  friend bool operator==(const endpoint_config&, const endpoint_config&) = default;
};

struct deployment_config {
  std::string id;
  deployment_state state = deployment_state::serving;
  access_type access = access_type::everyone;
  serving_options serving;
  std::string predictor_version;  ///< metadata entry "version"; label of both Seldon histograms
  /// What the current revision runs, even while no replica of it is there: its zero series are created from it.
  std::string model_image;
  std::string model_version;
  std::vector<client_credential> clients;
  std::vector<endpoint_config> endpoints;
  std::string group;          ///< empty: of none
  traffic_limit group_limit;  ///< the same in every deployment of the group
};

using deployment_config_ptr = std::shared_ptr<const deployment_config>;

struct snapshot {
  std::uint64_t generation = 0;                    ///< grows by at least one with every publication
  std::vector<deployment_config_ptr> deployments;  ///< in any order; control orders them by id
};

using snapshot_ptr = std::shared_ptr<const snapshot>;

/// In a snapshot that is ordered by id; nullptr: it has no such deployment.
[[nodiscard]] const deployment_config_ptr* find_deployment(const snapshot& of, std::string_view id) noexcept;

/// The JSON form, for a gateway that runs in another process and for tests. Round trip is exact.
/// Errors of parsing: every mistake with its JSON pointer; unknown members are mistakes.
[[nodiscard]] std::string to_json(const snapshot& value);
[[nodiscard]] result<snapshot, diagnostics> parse_snapshot(std::string_view json);

}  // namespace modelgate::config
