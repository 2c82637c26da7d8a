#pragma once

#include "modelgate/base/diagnostic.hpp"
#include "modelgate/base/log.hpp"
#include "modelgate/base/result.hpp"
#include "modelgate/net/endpoint.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// The config file, typed. conf/modelgate.toml documents every key; a test holds the two together.
///
/// Shape:  values, immutable once parsed. Defaults are the members' initialisers.
/// Units:  in the types; `_bytes` are bytes.
namespace modelgate::config {

using milliseconds = std::chrono::milliseconds;

struct listen_settings {
  net::endpoint prediction{"0.0.0.0", 8080};
  net::endpoint control{"127.0.0.1", 8081};
  net::endpoint metrics{"127.0.0.1", 8082};

  friend bool operator==(const listen_settings&, const listen_settings&) = default;
};

struct prediction_settings {
  std::string public_url;                    ///< empty: made from the caller's host name and the prediction port
  std::size_t workers = 0;                   ///< 0: one per core
  std::vector<std::string> trusted_proxies;  ///< IP literals whose X-Forwarded-* are appended to instead of replaced
  bool cancel_on_half_close = true;
  bool cors = true;

  friend bool operator==(const prediction_settings&, const prediction_settings&) = default;
};

struct limit_settings {
  std::size_t head_bytes = 16'384;
  std::size_t head_fields = 100;
  std::size_t target_bytes = 8'192;
  std::uint64_t body_bytes = 33'554'432;       ///< default of a deployment's maxBodyBytes
  std::uint64_t memory_bytes = 1'073'741'824;  ///< buffers of all exchanges together
  std::size_t connections = 10'000;            ///< downstream, over all workers
  std::size_t connections_per_address = 0;     ///< downstream, from one peer address; 0: only bounded by `connections`
  std::size_t tunnels = 1'000;                 ///< WebSocket connections open or being opened, over all workers
  std::size_t unsent_bytes = 262'144;          ///< that the kernel takes for one client beyond what is on its way
  std::size_t pool_connections = 256;          ///< idle upstream connections kept per replica and worker
  std::size_t retry_body_bytes = 1'048'576;    ///< of one request's body, kept so that it can be sent again
  std::size_t feedback_bytes = 1'048'576;      ///< of one feedback, read whole before it is forwarded
  std::size_t held_body_bytes = 262'144;       ///< of a body that is waited for while few slots are free; 0: never
  std::size_t retry_percent = 10;  ///< of a deployment's requests in flight: sent again after bytes went out
  std::size_t hedge_percent = 5;   ///< of a deployment's hedged requests: sent to a second replica as well
  /// File descriptors that new connections leave free: for connections to replicas, the store, logs. Never more than
  /// a quarter of what the system allows.
  std::size_t descriptor_headroom = 256;
  std::size_t control_body_bytes = 1'048'576;
  std::size_t control_connections = 256;
  std::size_t control_answer_bytes = 67'108'864;  ///< of large answers of the control port that are being read
  std::size_t idempotency_keys = 1'000;           ///< of one user, whose answers are kept; the oldest go first
  std::uint64_t idempotency_bytes = 67'108'864;   ///< of all kept answers together; the oldest go first
  std::size_t event_listeners = 64;               ///< to GET /events, of everybody
  std::size_t event_listeners_per_user = 16;
  std::size_t event_backlog_bytes = 16'777'216;    ///< changes kept for listeners who lag or come back
  std::size_t try_it_requests = 4;                 ///< predictions asked for on the control port, under way at a time
  std::size_t try_it_bytes = 1'048'576;            ///< of the answer to one
  std::size_t imported_password_checks = 1;        ///< compared with a foreign hash at a time, each on its own thread
  std::size_t imported_password_waiting = 64;      ///< requests that wait for that, of everybody
  std::size_t log_bytes = 16'777'216;              ///< of one replica's log file before it is rotated
  std::size_t deployment_log_bytes = 268'435'456;  ///< of all logs of one deployment's replicas; the oldest go first
  std::size_t log_rate_bytes = 8'388'608;          ///< a second, of one replica's log; then its writes wait

  friend bool operator==(const limit_settings&, const limit_settings&) = default;
};

struct timeout_settings {
  milliseconds handshake{5'000};  ///< of TLS, from the accepted connection to its end
  milliseconds head{10'000};
  milliseconds body_grace{5'000};
  std::uint64_t body_min_rate = 1'024;    ///< bytes per second, after the grace
  std::uint64_t answer_min_rate = 1'024;  ///< bytes per second that a client takes, after stream_idle
  /// How long a client may keep a replica's slot waiting while others wait for one, and the bytes per second that excuse it.
  milliseconds contended_grace{2'000};
  std::uint64_t contended_min_rate = 65'536;
  milliseconds connect{1'000};
  milliseconds first_byte{60'000};  ///< from the whole request sent to the response head
  milliseconds stream_idle{60'000};
  milliseconds tunnel_life{0};  ///< of one tunnel, however busy; 0: only bounded by its idleness
  milliseconds keep_alive{75'000};
  milliseconds total{60'000};  ///< default of a deployment's timeout
  milliseconds upstream_idle{1'500};
  milliseconds replica_doubt{1'000};  ///< how long one that refused or reset a request is chosen last
  milliseconds drain{30'000};
  milliseconds drain_delay{0};
  milliseconds drain_idle{2'000};
  milliseconds control_request{30'000};
  milliseconds idempotency{86'400'000};   ///< how long the answer to a request with an Idempotency-Key is kept
  milliseconds imported_password{5'000};  ///< how long a request waits for its password to be compared
  milliseconds event_heartbeat{15'000};   ///< of silence, until a listener to events is sent a comment
  milliseconds log_heartbeat{15'000};     ///< of silence, until who follows a log is sent an empty line
  milliseconds try_it{30'000};            ///< for a prediction that was asked for on the control port
  milliseconds upgrade{60'000};           ///< for a new program to come up before it is given up

  friend bool operator==(const timeout_settings&, const timeout_settings&) = default;
};

/// What is thought of a replica, and what follows.
struct health_settings {
  std::uint64_t probe_rise = 1;     ///< good probes in a row that make a replica ready
  std::uint64_t probe_fall = 3;     ///< bad ones that make it unready
  std::uint64_t probe_jitter = 10;  ///< percent by which the time between two probes varies, either way
  bool warm_up = true;              ///< an example request must have been answered before a replica is ready
  milliseconds warm_up_timeout{30'000};
  milliseconds warm_up_interval{1'000};
  milliseconds ramp_time{5'000};               ///< longest; 0: a new replica gets its whole limit at once
  std::uint64_t ejection_failures = 5;         ///< in a row; 0: none ejects
  std::uint64_t ejection_latency_factor = 10;  ///< times the median of the others; 0: latency never ejects
  milliseconds ejection_time{10'000};          ///< the first time; each further one is longer by as much
  milliseconds ejection_time_max{300'000};
  std::uint64_t ejected_share = 50;  ///< most percent of a deployment's replicas that are ejected at a time

  friend bool operator==(const health_settings&, const health_settings&) = default;
};

/// How replicas are held to the limits of their instance types.
enum class limit_mode : std::uint8_t { automatic, cgroup2, cgroup1, polling, off };

struct process_runtime_settings {
  std::string user = "nobody";        ///< used when modelgate is root
  std::filesystem::path work_folder;  ///< empty: a folder of this data folder's own under /var/tmp
  milliseconds stop_grace{10'000};    ///< between SIGTERM and SIGKILL
  milliseconds probe_interval{2'000};
  milliseconds probe_timeout{1'000};
  milliseconds start_interval{100};   ///< between probes of a replica that is not ready yet
  milliseconds restart_backoff{500};  ///< after the first failure, doubled by each further one
  milliseconds restart_backoff_max{30'000};
  limit_mode limits = limit_mode::automatic;
  milliseconds memory_interval{500};        ///< between two looks at the memory of replicas
  milliseconds usage_interval{5'000};       ///< between two looks at what replicas take
  milliseconds log_retention{604'800'000};  ///< 7 days, from the last line of a replica that is gone
  std::uint64_t pids = 4'096;               ///< processes and threads of one replica; 0: no bound

  friend bool operator==(const process_runtime_settings&, const process_runtime_settings&) = default;
};

/// How replicas are run.
enum class runtime_kind : std::uint8_t { process, docker, podman };

/// When a container engine asks the registry for an image.
enum class image_pull : std::uint8_t {
  always,   ///< for the first replica of every revision
  missing,  ///< only if the engine does not have it
  never,
};

/// One container engine, and what its containers are given. How replicas are probed, stopped and started again is in
/// `process_runtime_settings` for all of them.
struct container_runtime_settings {
  std::filesystem::path socket;             ///< empty: there is no such engine
  std::vector<std::string> groups;          ///< whose deployments it runs
  std::vector<std::string> instance_types;  ///< whose replicas it runs
  image_pull pull = image_pull::always;
  std::uint64_t port = 9'000;             ///< that models listen on, in the container
  bool read_only_root = true;             ///< the container's file system cannot be written, but for /tmp
  std::uint64_t tmp_bytes = 67'108'864;   ///< of /tmp, in memory; 0: there is none
  std::vector<std::string> capabilities;  ///< that are kept; all others are dropped
  std::uint64_t pids = 4'096;             ///< processes and threads of one replica; 0: no bound
  bool unix_sockets = false;              ///< an image that can may listen on one, in a folder that modelgate shares
  milliseconds call_timeout{30'000};      ///< for one call, to the end of its answer
  milliseconds end_timeout{10'000};       ///< at modelgate's end, when the replicas' grace is over
  milliseconds pull_timeout{60'000};      ///< of silence while an image is pulled
  milliseconds poll_interval{2'000};      ///< between two looks at what runs, events aside

  friend bool operator==(const container_runtime_settings&, const container_runtime_settings&) = default;
};

/// Models that modelgate fetches for replicas, from their modelURI.
struct model_settings {
  std::vector<std::string> sources;     ///< what such a URI starts with; all others are handed on as they are
  std::uint64_t bytes = 4'294'967'296;  ///< of one model, as it is fetched and as it is unpacked
  std::uint64_t entries = 100'000;      ///< files and folders of one model
  milliseconds fetch_timeout{600'000};  ///< to fetch one
  std::filesystem::path ca_file;        ///< authorities that https servers are verified against; empty: the system's

  friend bool operator==(const model_settings&, const model_settings&) = default;
};

struct external_runtime_settings {
  milliseconds resolve_interval{30'000};  ///< between two resolutions of a name
  milliseconds resolve_timeout{5'000};
  /// "address/prefix": where external replicas may be. By default this machine and private networks.
  std::vector<std::string> networks{"127.0.0.0/8",   "::1/128",        "10.0.0.0/8",
                                    "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"};
  std::filesystem::path folder;  ///< of files that list replicas; empty: there are none
  milliseconds poll_interval{1'000};
  milliseconds probe_interval{2'000};
  milliseconds probe_timeout{1'000};
  std::filesystem::path ca_file;  ///< authorities that https replicas are verified against; empty: the system's

  friend bool operator==(const external_runtime_settings&, const external_runtime_settings&) = default;
};

enum class client_certificate_use : std::uint8_t { off, optional, required };
enum class tls_version : std::uint8_t { tls_1_2, tls_1_3 };

/// TLS on one port.
struct tls_port_settings {
  /// PEM files, each a certificate and its chain; the first is the default. Empty: the port speaks no TLS.
  std::vector<std::filesystem::path> certificates;
  std::vector<std::filesystem::path> keys;  ///< one for each certificate; empty: they stand in the same files
  bool reject_unknown_names = false;        ///< a name (SNI) that no certificate is for; else the default is shown
  client_certificate_use client_certificates = client_certificate_use::off;
  std::filesystem::path client_ca;  ///< authorities that clients' certificates are verified against

  [[nodiscard]] bool enabled() const noexcept { return !certificates.empty(); }

  friend bool operator==(const tls_port_settings&, const tls_port_settings&) = default;
};

struct tls_settings {
  tls_version minimum_version = tls_version::tls_1_2;
  milliseconds ticket_rotation{86'400'000};  ///< of the keys of session tickets; tickets of the last ones still work
  milliseconds poll_interval{10'000};        ///< between two looks whether a file has changed
  tls_port_settings prediction;
  tls_port_settings control;

  friend bool operator==(const tls_settings&, const tls_settings&) = default;
};

/// Logins, sessions and passwords of people.
struct people_settings {
  milliseconds session_life{43'200'000};      ///< from the login, however busy
  milliseconds session_idle{3'600'000};       ///< without a request
  std::uint64_t sessions = 20;                ///< of one user; the oldest go first
  std::uint64_t login_failures = 5;           ///< wrong logins of one name in a row before it has to wait
  std::uint64_t login_failures_address = 30;  ///< the same of one address, whatever the names
  milliseconds login_lock{10'000};            ///< the first wait, doubled by each further failure
  milliseconds login_lock_max{900'000};       ///< the longest; as long after the last wait it is forgotten
  std::uint64_t password_checks = 2;          ///< hashed at a time, over all requests
  milliseconds password_wait{5'000};          ///< for one's turn at that
  std::size_t password_memory = 67'108'864;   ///< bytes for one hash
  std::uint64_t password_passes = 2;

  friend bool operator==(const people_settings&, const people_settings&) = default;
};

/// What is kept of who changed what.
struct audit_settings {
  milliseconds keep{34'560'000'000};  ///< 400 days
  std::uint64_t events = 1'000'000;   ///< the oldest go first
  std::uint64_t refused_logins = 60;  ///< of a minute: who guesses must not drive out the rest

  friend bool operator==(const audit_settings&, const audit_settings&) = default;
};

/// How replicas of a new revision take the place of old ones.
struct rollout_settings {
  std::uint64_t surge = 1;      ///< replicas beyond a deployment's count, for as long as old ones serve
  milliseconds settle{30'000};  ///< that a revision's replicas stay ready before it is the last good one

  friend bool operator==(const rollout_settings&, const rollout_settings&) = default;
};

/// What one GraphQL request may ask for. What PrimeHub's clients send, and the introspection of tools, fits.
struct graphql_settings {
  std::size_t document_bytes = 65'536;
  std::size_t tokens = 8'192;
  std::size_t depth = 32;  ///< of selections within selections, and of values within values
  /// Of all operations and fragments together; control/api/graphql/limits.hpp says what costs what.
  std::uint64_t cost = 200'000;
  std::size_t answer_values = 1'000'000;  ///< fields and items of lists in one answer
  std::size_t answer_bytes = 16'777'216;  ///< of one answer's data as JSON
  std::size_t mutation_fields = 20;       ///< changes that one request asks for
  milliseconds timeout{5'000};            ///< then a request is given up
  std::size_t requests = 6;               ///< answered at a time, of everybody
  std::size_t requests_per_user = 3;      ///< answered at a time
  milliseconds turn_timeout{3'000};       ///< how long a request waits for its turn

  friend bool operator==(const graphql_settings&, const graphql_settings&) = default;
};

/// Label `service` of Seldon's client histogram: one word for every way to predict, or the path that was called.
enum class client_service_label : std::uint8_t { predict, capital_predict, path };

/// What a scrape shows.
struct metrics_settings {
  bool engine_names = false;  ///< also by the names of Seldon before 1.1
  bool summaries = false;     ///< also Seldon's two summaries
  client_service_label client_service = client_service_label::predict;
  std::uint64_t clients_per_deployment = 50;      ///< with a series of their own; the rest share one
  std::uint64_t remembered_predictions = 16'384;  ///< of each deployment, for the feedback on them; eight bytes each

  friend bool operator==(const metrics_settings&, const metrics_settings&) = default;
};

enum class access_log_format : std::uint8_t { json, logfmt };

/// The log of requests to the prediction port; not the program's own.
struct access_log_settings {
  std::filesystem::path path;  ///< empty: none is written; "/dev/stderr": standard error
  access_log_format format = access_log_format::json;
  double sample_rate = 1;             ///< of requests that are neither failed nor slow
  milliseconds slow_request{1'000};   ///< from so long on always written; 0: none is slow
  std::uint64_t queue_lines = 4'096;  ///< that wait to be written, of one worker; more are dropped
  milliseconds flush_interval{1'000};
  std::uint64_t file_bytes = 104'857'600;  ///< before the file is rotated; 0: never
  std::uint64_t files = 5;                 ///< rotated ones that are kept

  friend bool operator==(const access_log_settings&, const access_log_settings&) = default;
};

struct tracing_settings {
  double sample_rate = 0.01;      ///< of traces that begin here
  std::string otlp_endpoint;      ///< empty: nothing is exported
  std::filesystem::path ca_file;  ///< authorities that an https collector is verified against; empty: the system's
  std::string service_name = "modelgate";
  std::uint64_t queue_requests = 2'048;  ///< that wait to be exported; more are dropped
  std::uint64_t batch_requests = 256;    ///< exported at a time
  milliseconds export_interval{1'000};
  milliseconds export_timeout{5'000};
  std::uint64_t export_attempts = 5;  ///< for one batch

  friend bool operator==(const tracing_settings&, const tracing_settings&) = default;
};

struct settings {
  std::filesystem::path file;  ///< that they were read from; empty: none was
  listen_settings listen;
  prediction_settings prediction;
  limit_settings limits;
  timeout_settings timeouts;
  health_settings health;
  tls_settings tls;
  std::filesystem::path data_folder = "data";
  std::filesystem::path catalogue;                       ///< folder of model images
  runtime_kind default_runtime = runtime_kind::process;  ///< for what no engine names
  process_runtime_settings process_runtime;
  container_runtime_settings docker_runtime;
  container_runtime_settings podman_runtime;
  model_settings models;
  external_runtime_settings external_runtime;
  people_settings people;
  audit_settings audit;
  rollout_settings rollout;
  graphql_settings graphql;
  access_log_settings access_log;
  tracing_settings tracing;
  std::string metrics_deployment_name = "{id}";
  metrics_settings metrics;
  std::size_t chart_bytes = 67'108'864;  ///< that the lines of all charts take together
  milliseconds chart_step{10'000};       ///< of the charts of REST and console, which show 360 steps
  log::level log_level = log::level::info;
  std::string console_grafana_url;
  std::string control_public_url;  ///< empty: made from the caller's host name, as the port itself is reached

  friend bool operator==(const settings&, const settings&) = default;
};

/// Parses a config file's text; settings_draft.hpp is for the whole of file, environment and flags. `folder` is where
/// relative paths in it start; without a key, the catalogue is `images` there. Errors: every mistake at once, located
/// "line:column", each with what to do.
[[nodiscard]] result<settings, diagnostics> parse_settings(std::string_view toml, const std::filesystem::path& folder);

}  // namespace modelgate::config
