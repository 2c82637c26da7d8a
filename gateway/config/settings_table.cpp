#include "gateway/config/settings_table.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/base/log_level.hpp"

#include <algorithm>
#include <array>

namespace modelgate::config {
namespace {

constexpr std::uint64_t kib = 1'024;
constexpr std::uint64_t mib = 1'024 * kib;
constexpr std::uint64_t gib = 1'024 * mib;

template <auto Member>
auto& at(settings& whole) {
  return whole.*Member;
}

template <auto Section, auto Member>
auto& at(settings& whole) {
  return whole.*Section.*Member;
}

template <auto Section, auto Part, auto Member>
auto& at(settings& whole) {
  return whole.*Section.*Part.*Member;
}

template <auto Member>
constexpr auto listen = &at<&settings::listen, Member>;
template <auto Member>
constexpr auto prediction = &at<&settings::prediction, Member>;
template <auto Member>
constexpr auto limit = &at<&settings::limits, Member>;
template <auto Member>
constexpr auto timeout = &at<&settings::timeouts, Member>;
template <auto Member>
constexpr auto health = &at<&settings::health, Member>;
template <auto Member>
constexpr auto process = &at<&settings::process_runtime, Member>;
template <auto Member>
constexpr auto docker = &at<&settings::docker_runtime, Member>;
template <auto Member>
constexpr auto podman = &at<&settings::podman_runtime, Member>;
template <auto Member>
constexpr auto models = &at<&settings::models, Member>;
template <auto Member>
constexpr auto external = &at<&settings::external_runtime, Member>;
template <auto Member>
constexpr auto tls = &at<&settings::tls, Member>;
template <auto Member>
constexpr auto people = &at<&settings::people, Member>;
template <auto Member>
constexpr auto metric = &at<&settings::metrics, Member>;
template <auto Member>
constexpr auto audit = &at<&settings::audit, Member>;
template <auto Member>
constexpr auto rollout = &at<&settings::rollout, Member>;
template <auto Member>
constexpr auto graphql = &at<&settings::graphql, Member>;
template <auto Member>
constexpr auto access_log = &at<&settings::access_log, Member>;
template <auto Member>
constexpr auto tracing = &at<&settings::tracing, Member>;
template <auto Port, auto Member>
constexpr auto tls_port = &at<&settings::tls, Port, Member>;

constexpr std::array<std::string_view, 2> half_close_words{"cancel", "deliver"};
void choose_half_close(settings& whole, std::size_t chosen) {
  whole.prediction.cancel_on_half_close = chosen == 0;
}
std::size_t half_close_of(const settings& whole) {
  return whole.prediction.cancel_on_half_close ? 0 : 1;
}

void choose_level(settings& whole, std::size_t chosen) {
  whole.log_level = static_cast<log::level>(chosen);
}
std::size_t level_of(const settings& whole) {
  return static_cast<std::size_t>(whole.log_level);
}

constexpr std::array<std::string_view, 3> client_service_words{"/predict", "/Predict", "path"};
void choose_client_service(settings& whole, std::size_t chosen) {
  whole.metrics.client_service = static_cast<client_service_label>(chosen);
}
std::size_t client_service_of(const settings& whole) {
  return static_cast<std::size_t>(whole.metrics.client_service);
}

constexpr std::array<std::string_view, 2> version_words{"1.2", "1.3"};
void choose_version(settings& whole, std::size_t chosen) {
  whole.tls.minimum_version = chosen == 0 ? tls_version::tls_1_2 : tls_version::tls_1_3;
}
std::size_t version_of(const settings& whole) {
  return whole.tls.minimum_version == tls_version::tls_1_2 ? 0 : 1;
}

constexpr std::array<std::string_view, 2> unknown_name_words{"default", "reject"};
template <tls_port_settings tls_settings::*Port>
void choose_unknown_name(settings& whole, std::size_t chosen) {
  (whole.tls.*Port).reject_unknown_names = chosen == 1;
}
template <tls_port_settings tls_settings::*Port>
std::size_t unknown_name_of(const settings& whole) {
  return (whole.tls.*Port).reject_unknown_names ? 1 : 0;
}

constexpr std::array<std::string_view, 3> client_certificate_words{"off", "optional", "required"};
template <tls_port_settings tls_settings::*Port>
void choose_client_certificates(settings& whole, std::size_t chosen) {
  constexpr std::array uses{client_certificate_use::off, client_certificate_use::optional,
                            client_certificate_use::required};
  (whole.tls.*Port).client_certificates = uses[chosen];
}
template <tls_port_settings tls_settings::*Port>
std::size_t client_certificates_of(const settings& whole) {
  switch ((whole.tls.*Port).client_certificates) {
    case client_certificate_use::off:
      return 0;
    case client_certificate_use::optional:
      return 1;
    case client_certificate_use::required:
      break;
  }
  return 2;
}

constexpr std::array<std::string_view, 5> limit_mode_words{"auto", "cgroup2", "cgroup1", "polling", "off"};
void choose_limit_mode(settings& whole, std::size_t chosen) {
  whole.process_runtime.limits = static_cast<limit_mode>(chosen);
}
std::size_t limit_mode_of(const settings& whole) {
  return static_cast<std::size_t>(whole.process_runtime.limits);
}

constexpr std::array<std::string_view, 3> runtime_words{"process", "docker", "podman"};
void choose_runtime(settings& whole, std::size_t chosen) {
  whole.default_runtime = static_cast<runtime_kind>(chosen);
}
std::size_t runtime_of(const settings& whole) {
  return static_cast<std::size_t>(whole.default_runtime);
}

constexpr std::array<std::string_view, 3> pull_words{"always", "missing", "never"};
template <container_runtime_settings settings::*Engine>
void choose_pull(settings& whole, std::size_t chosen) {
  (whole.*Engine).pull = static_cast<image_pull>(chosen);
}
template <container_runtime_settings settings::*Engine>
std::size_t pull_of(const settings& whole) {
  return static_cast<std::size_t>((whole.*Engine).pull);
}

constexpr std::string_view group_names = "a list of groups such as [\"research\"]";
constexpr std::string_view type_names = "a list of instance types such as [\"gpu-1\"]";
bool is_resource_name(std::string_view text) {
  return !text.empty() && text.size() <= 255
         && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}
constexpr std::string_view source_names =
    "a list of what URIs start with, such as [\"https://models.example.com/\", \"file:///srv/models/\"]";
bool is_model_source(std::string_view text) {
  const bool has_place = (text.starts_with("https://") && text.size() > 8)
                         || (text.starts_with("http://") && text.size() > 7)
                         || (text.starts_with("file:///") && text.size() > 8);
  return has_place && text.find_first_of(" #?") == std::string_view::npos;
}
constexpr std::string_view capability_names = "a list of Linux capabilities such as [\"CHOWN\", \"SETUID\"]";
bool is_capability(std::string_view text) {
  return !text.empty() && text.size() <= 64
         && std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
}

constexpr std::array<std::string_view, 2> log_format_words{"json", "logfmt"};
void choose_log_format(settings& whole, std::size_t chosen) {
  whole.access_log.format = static_cast<access_log_format>(chosen);
}
std::size_t log_format_of(const settings& whole) {
  return static_cast<std::size_t>(whole.access_log.format);
}

bool is_service_name(std::string_view text) {
  return !text.empty() && text.size() <= 255
         && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool is_user_name(std::string_view text) {
  return !text.empty() && text.size() <= 32
         && text.find_first_of(std::string_view{" \t\r\n:/\0", 7}) == std::string_view::npos;
}

/// Two deployments must never get the same label, so the id has to be in it.
bool is_deployment_name_template(std::string_view text) {
  const std::size_t place = text.find("{id}");
  if (place == std::string_view::npos) return false;
  const std::string rest = std::string{text.substr(0, place)}.append(text.substr(place + 4));
  return std::all_of(rest.begin(), rest.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'
           || c == '.';
  });
}

constexpr auto process_user =
    text_key{process<&process_runtime_settings::user>, "the name of a user of this system", is_user_name};
constexpr auto service_name = text_key{tracing<&tracing_settings::service_name>,
                                       "a name without spaces, at most 255 characters", is_service_name};
constexpr auto deployment_name =
    text_key{&at<&settings::metrics_deployment_name>,
             "letters, digits, '-', '_' or '.' around one {id}, such as \"deploy-{id}\"", is_deployment_name_template};

constexpr key_effect at_restart = key_effect::at_restart;

// clang-format off
constexpr std::array keys{
    settings_key{"listen.prediction", address_key{listen<&listen_settings::prediction>}, at_restart},
    settings_key{"listen.control", address_key{listen<&listen_settings::control>}, at_restart},
    settings_key{"listen.metrics", address_key{listen<&listen_settings::metrics>}, at_restart},

    settings_key{"prediction.public_url", url_key{prediction<&prediction_settings::public_url>}},
    settings_key{"prediction.workers", count_key{prediction<&prediction_settings::workers>, 0, 1'024}, at_restart},
    settings_key{"prediction.trusted_proxies", address_list_key{prediction<&prediction_settings::trusted_proxies>}},
    settings_key{"prediction.on_half_close", choice_key{half_close_words, choose_half_close, half_close_of}},
    settings_key{"prediction.cors", flag_key{prediction<&prediction_settings::cors>}},

    settings_key{"limits.head_bytes", size_key{limit<&limit_settings::head_bytes>, kib, 48 * kib}},
    settings_key{"limits.head_fields", count_key{limit<&limit_settings::head_fields>, 1, 10'000}},
    settings_key{"limits.target_bytes", size_key{limit<&limit_settings::target_bytes>, 256, mib}},
    settings_key{"limits.body_bytes", size_key{limit<&limit_settings::body_bytes>, 1, 1'024 * gib}},
    settings_key{"limits.memory_bytes", size_key{limit<&limit_settings::memory_bytes>, 16 * mib, 1'024 * gib}},
    settings_key{"limits.connections", count_key{limit<&limit_settings::connections>, 1, 1'000'000}},
    settings_key{"limits.connections_per_address", count_key{limit<&limit_settings::connections_per_address>, 0, 1'000'000}},
    settings_key{"limits.descriptor_headroom", count_key{limit<&limit_settings::descriptor_headroom>, 0, 1'000'000}},
    settings_key{"limits.tunnels", count_key{limit<&limit_settings::tunnels>, 0, 1'000'000}},
    settings_key{"limits.unsent_bytes", size_key{limit<&limit_settings::unsent_bytes>, 16 * kib, gib}, at_restart},
    settings_key{"limits.pool_connections", count_key{limit<&limit_settings::pool_connections>, 0, 100'000}},
    settings_key{"limits.retry_body_bytes", size_key{limit<&limit_settings::retry_body_bytes>, 0, gib}},
    settings_key{"limits.feedback_bytes", size_key{limit<&limit_settings::feedback_bytes>, kib, gib}},
    settings_key{"limits.held_body_bytes", size_key{limit<&limit_settings::held_body_bytes>, 0, gib}},
    settings_key{"limits.retry_percent", count_key{limit<&limit_settings::retry_percent>, 0, 100}},
    settings_key{"limits.hedge_percent", count_key{limit<&limit_settings::hedge_percent>, 0, 100}},
    settings_key{"limits.control_body_bytes", size_key{limit<&limit_settings::control_body_bytes>, kib, gib}},
    settings_key{"limits.control_connections", count_key{limit<&limit_settings::control_connections>, 1, 100'000}},
    settings_key{"limits.control_answer_bytes", size_key{limit<&limit_settings::control_answer_bytes>, mib, 1'024 * gib}},
    settings_key{"limits.idempotency_keys", count_key{limit<&limit_settings::idempotency_keys>, 1, 1'000'000}},
    settings_key{"limits.idempotency_bytes", size_key{limit<&limit_settings::idempotency_bytes>, mib, 1'024 * gib}},
    settings_key{"limits.event_listeners", count_key{limit<&limit_settings::event_listeners>, 0, 100'000}},
    settings_key{"limits.event_listeners_per_user", count_key{limit<&limit_settings::event_listeners_per_user>, 1, 100'000}},
    settings_key{"limits.event_backlog_bytes", size_key{limit<&limit_settings::event_backlog_bytes>, kib, gib}},
    settings_key{"limits.try_it_requests", count_key{limit<&limit_settings::try_it_requests>, 0, 6}},
    settings_key{"limits.try_it_bytes", size_key{limit<&limit_settings::try_it_bytes>, kib, 64 * mib}},
    settings_key{"limits.imported_password_checks", count_key{limit<&limit_settings::imported_password_checks>, 1, 64}, at_restart},
    settings_key{"limits.imported_password_waiting", count_key{limit<&limit_settings::imported_password_waiting>, 1, 10'000}},
    settings_key{"limits.log_bytes", size_key{limit<&limit_settings::log_bytes>, 64 * kib, 1'024 * gib}},
    settings_key{"limits.deployment_log_bytes", size_key{limit<&limit_settings::deployment_log_bytes>, 256 * kib, 1'024 * gib}},
    settings_key{"limits.log_rate_bytes", size_key{limit<&limit_settings::log_rate_bytes>, 64 * kib, gib}},

    settings_key{"timeouts.handshake", duration_key{timeout<&timeout_settings::handshake>}},
    settings_key{"timeouts.head", duration_key{timeout<&timeout_settings::head>}},
    settings_key{"timeouts.body_grace", duration_key{timeout<&timeout_settings::body_grace>}},
    settings_key{"timeouts.body_min_rate", size_key{timeout<&timeout_settings::body_min_rate>, 1, gib}},
    settings_key{"timeouts.answer_min_rate", size_key{timeout<&timeout_settings::answer_min_rate>, 1, gib}},
    settings_key{"timeouts.contended_grace", duration_key{timeout<&timeout_settings::contended_grace>}},
    settings_key{"timeouts.contended_min_rate", size_key{timeout<&timeout_settings::contended_min_rate>, 1, gib}},
    settings_key{"timeouts.connect", duration_key{timeout<&timeout_settings::connect>}},
    settings_key{"timeouts.first_byte", duration_key{timeout<&timeout_settings::first_byte>}},
    settings_key{"timeouts.stream_idle", duration_key{timeout<&timeout_settings::stream_idle>}},
    settings_key{"timeouts.tunnel_life", duration_key{timeout<&timeout_settings::tunnel_life>, milliseconds{0}}},
    settings_key{"timeouts.keep_alive", duration_key{timeout<&timeout_settings::keep_alive>}},
    settings_key{"timeouts.total", duration_key{timeout<&timeout_settings::total>}},
    settings_key{"timeouts.upstream_idle", duration_key{timeout<&timeout_settings::upstream_idle>}},
    settings_key{"timeouts.replica_doubt", duration_key{timeout<&timeout_settings::replica_doubt>}},
    settings_key{"timeouts.drain", duration_key{timeout<&timeout_settings::drain>}},
    settings_key{"timeouts.drain_delay", duration_key{timeout<&timeout_settings::drain_delay>, milliseconds{0}}},
    settings_key{"timeouts.drain_idle", duration_key{timeout<&timeout_settings::drain_idle>}},
    settings_key{"timeouts.control_request", duration_key{timeout<&timeout_settings::control_request>}},
    settings_key{"timeouts.idempotency", duration_key{timeout<&timeout_settings::idempotency>}},
    settings_key{"timeouts.event_heartbeat", duration_key{timeout<&timeout_settings::event_heartbeat>}},
    settings_key{"timeouts.log_heartbeat", duration_key{timeout<&timeout_settings::log_heartbeat>}},
    settings_key{"timeouts.imported_password", duration_key{timeout<&timeout_settings::imported_password>}},
    settings_key{"timeouts.try_it", duration_key{timeout<&timeout_settings::try_it>}},
    settings_key{"timeouts.upgrade", duration_key{timeout<&timeout_settings::upgrade>}},

    settings_key{"health.probe_rise", count_key{health<&health_settings::probe_rise>, 1, 100}, at_restart},
    settings_key{"health.probe_fall", count_key{health<&health_settings::probe_fall>, 1, 100}, at_restart},
    settings_key{"health.probe_jitter", count_key{health<&health_settings::probe_jitter>, 0, 90}, at_restart},
    settings_key{"health.warm_up", flag_key{health<&health_settings::warm_up>}, at_restart},
    settings_key{"health.warm_up_timeout", duration_key{health<&health_settings::warm_up_timeout>}, at_restart},
    settings_key{"health.warm_up_interval", duration_key{health<&health_settings::warm_up_interval>}, at_restart},
    settings_key{"health.ramp_time", duration_key{health<&health_settings::ramp_time>, milliseconds{0}}, at_restart},
    settings_key{"health.ejection_failures", count_key{health<&health_settings::ejection_failures>, 0, 1'000'000}, at_restart},
    settings_key{"health.ejection_latency_factor", count_key{health<&health_settings::ejection_latency_factor>, 0, 1'000}, at_restart},
    settings_key{"health.ejection_time", duration_key{health<&health_settings::ejection_time>}, at_restart},
    settings_key{"health.ejection_time_max", duration_key{health<&health_settings::ejection_time_max>}, at_restart},
    settings_key{"health.ejected_share", count_key{health<&health_settings::ejected_share>, 0, 100}, at_restart},

    settings_key{"tls.minimum_version", choice_key{version_words, choose_version, version_of}},
    settings_key{"tls.ticket_rotation", duration_key{tls<&tls_settings::ticket_rotation>, milliseconds{1'000}}, at_restart},
    settings_key{"tls.poll_interval", duration_key{tls<&tls_settings::poll_interval>, milliseconds{100}}, at_restart},
    settings_key{"tls.prediction.certificates", file_list_key{tls_port<&tls_settings::prediction, &tls_port_settings::certificates>}},
    settings_key{"tls.prediction.keys", file_list_key{tls_port<&tls_settings::prediction, &tls_port_settings::keys>}},
    settings_key{"tls.prediction.unknown_name", choice_key{unknown_name_words, choose_unknown_name<&tls_settings::prediction>, unknown_name_of<&tls_settings::prediction>}},
    settings_key{"tls.prediction.client_certificates", choice_key{client_certificate_words, choose_client_certificates<&tls_settings::prediction>, client_certificates_of<&tls_settings::prediction>}},
    settings_key{"tls.prediction.client_ca", file_key{tls_port<&tls_settings::prediction, &tls_port_settings::client_ca>}},
    settings_key{"tls.control.certificates", file_list_key{tls_port<&tls_settings::control, &tls_port_settings::certificates>}},
    settings_key{"tls.control.keys", file_list_key{tls_port<&tls_settings::control, &tls_port_settings::keys>}},
    settings_key{"tls.control.unknown_name", choice_key{unknown_name_words, choose_unknown_name<&tls_settings::control>, unknown_name_of<&tls_settings::control>}},
    settings_key{"tls.control.client_certificates", choice_key{client_certificate_words, choose_client_certificates<&tls_settings::control>, client_certificates_of<&tls_settings::control>}},
    settings_key{"tls.control.client_ca", file_key{tls_port<&tls_settings::control, &tls_port_settings::client_ca>}},

    settings_key{"data.folder", folder_key{&at<&settings::data_folder>}, at_restart},
    settings_key{"catalogue.path", folder_key{&at<&settings::catalogue>}, at_restart},

    settings_key{"runtime.default", choice_key{runtime_words, choose_runtime, runtime_of}, at_restart},

    settings_key{"runtime.process.user", process_user, at_restart},
    settings_key{"runtime.process.work_folder", folder_key{process<&process_runtime_settings::work_folder>}, at_restart},
    settings_key{"runtime.process.stop_grace", duration_key{process<&process_runtime_settings::stop_grace>}},
    settings_key{"runtime.process.probe_interval", duration_key{process<&process_runtime_settings::probe_interval>}},
    settings_key{"runtime.process.probe_timeout", duration_key{process<&process_runtime_settings::probe_timeout>}},
    settings_key{"runtime.process.start_interval", duration_key{process<&process_runtime_settings::start_interval>}},
    settings_key{"runtime.process.restart_backoff", duration_key{process<&process_runtime_settings::restart_backoff>}},
    settings_key{"runtime.process.restart_backoff_max", duration_key{process<&process_runtime_settings::restart_backoff_max>}},
    settings_key{"runtime.process.log_retention", duration_key{process<&process_runtime_settings::log_retention>}},
    settings_key{"runtime.process.limits", choice_key{limit_mode_words, choose_limit_mode, limit_mode_of}, at_restart},
    settings_key{"runtime.process.memory_interval", duration_key{process<&process_runtime_settings::memory_interval>, milliseconds{10}}},
    settings_key{"runtime.process.usage_interval", duration_key{process<&process_runtime_settings::usage_interval>, milliseconds{100}}},
    settings_key{"runtime.process.pids", count_key{process<&process_runtime_settings::pids>, 0, 4'000'000}},

    settings_key{"runtime.docker.socket", file_key{docker<&container_runtime_settings::socket>}, at_restart},
    settings_key{"runtime.docker.groups", name_list_key{docker<&container_runtime_settings::groups>, group_names, is_resource_name}, at_restart},
    settings_key{"runtime.docker.instance_types", name_list_key{docker<&container_runtime_settings::instance_types>, type_names, is_resource_name}, at_restart},
    settings_key{"runtime.docker.pull", choice_key{pull_words, choose_pull<&settings::docker_runtime>, pull_of<&settings::docker_runtime>}},
    settings_key{"runtime.docker.port", count_key{docker<&container_runtime_settings::port>, 1, 65'535}},
    settings_key{"runtime.docker.read_only_root", flag_key{docker<&container_runtime_settings::read_only_root>}},
    settings_key{"runtime.docker.tmp_bytes", size_key{docker<&container_runtime_settings::tmp_bytes>, 0, 1'024 * gib}},
    settings_key{"runtime.docker.capabilities", name_list_key{docker<&container_runtime_settings::capabilities>, capability_names, is_capability}},
    settings_key{"runtime.docker.pids", count_key{docker<&container_runtime_settings::pids>, 0, 4'000'000}},
    settings_key{"runtime.docker.unix_sockets", flag_key{docker<&container_runtime_settings::unix_sockets>}},
    settings_key{"runtime.docker.call_timeout", duration_key{docker<&container_runtime_settings::call_timeout>}},
    settings_key{"runtime.docker.end_timeout", duration_key{docker<&container_runtime_settings::end_timeout>}},
    settings_key{"runtime.docker.pull_timeout", duration_key{docker<&container_runtime_settings::pull_timeout>}},
    settings_key{"runtime.docker.poll_interval", duration_key{docker<&container_runtime_settings::poll_interval>, milliseconds{10}}},

    settings_key{"runtime.podman.socket", file_key{podman<&container_runtime_settings::socket>}, at_restart},
    settings_key{"runtime.podman.groups", name_list_key{podman<&container_runtime_settings::groups>, group_names, is_resource_name}, at_restart},
    settings_key{"runtime.podman.instance_types", name_list_key{podman<&container_runtime_settings::instance_types>, type_names, is_resource_name}, at_restart},
    settings_key{"runtime.podman.pull", choice_key{pull_words, choose_pull<&settings::podman_runtime>, pull_of<&settings::podman_runtime>}},
    settings_key{"runtime.podman.port", count_key{podman<&container_runtime_settings::port>, 1, 65'535}},
    settings_key{"runtime.podman.read_only_root", flag_key{podman<&container_runtime_settings::read_only_root>}},
    settings_key{"runtime.podman.tmp_bytes", size_key{podman<&container_runtime_settings::tmp_bytes>, 0, 1'024 * gib}},
    settings_key{"runtime.podman.capabilities", name_list_key{podman<&container_runtime_settings::capabilities>, capability_names, is_capability}},
    settings_key{"runtime.podman.pids", count_key{podman<&container_runtime_settings::pids>, 0, 4'000'000}},
    settings_key{"runtime.podman.unix_sockets", flag_key{podman<&container_runtime_settings::unix_sockets>}},
    settings_key{"runtime.podman.call_timeout", duration_key{podman<&container_runtime_settings::call_timeout>}},
    settings_key{"runtime.podman.end_timeout", duration_key{podman<&container_runtime_settings::end_timeout>}},
    settings_key{"runtime.podman.pull_timeout", duration_key{podman<&container_runtime_settings::pull_timeout>}},
    settings_key{"runtime.podman.poll_interval", duration_key{podman<&container_runtime_settings::poll_interval>, milliseconds{10}}},

    settings_key{"runtime.models.sources", name_list_key{models<&model_settings::sources>, source_names, is_model_source}},
    settings_key{"runtime.models.bytes", size_key{models<&model_settings::bytes>, kib, 1'024 * gib}},
    settings_key{"runtime.models.entries", count_key{models<&model_settings::entries>, 1, 100'000'000}},
    settings_key{"runtime.models.fetch_timeout", duration_key{models<&model_settings::fetch_timeout>}},
    settings_key{"runtime.models.ca_file", file_key{models<&model_settings::ca_file>}},

    settings_key{"runtime.external.resolve_interval", duration_key{external<&external_runtime_settings::resolve_interval>}},
    settings_key{"runtime.external.resolve_timeout", duration_key{external<&external_runtime_settings::resolve_timeout>}},
    settings_key{"runtime.external.networks", network_list_key{external<&external_runtime_settings::networks>}, at_restart},
    settings_key{"runtime.external.folder", folder_key{external<&external_runtime_settings::folder>, true}, at_restart},
    settings_key{"runtime.external.poll_interval", duration_key{external<&external_runtime_settings::poll_interval>}},
    settings_key{"runtime.external.probe_interval", duration_key{external<&external_runtime_settings::probe_interval>}},
    settings_key{"runtime.external.probe_timeout", duration_key{external<&external_runtime_settings::probe_timeout>}},
    settings_key{"runtime.external.ca_file", file_key{external<&external_runtime_settings::ca_file>}},

    settings_key{"people.session_life", duration_key{people<&people_settings::session_life>}},
    settings_key{"people.session_idle", duration_key{people<&people_settings::session_idle>}},
    settings_key{"people.sessions", count_key{people<&people_settings::sessions>, 1, 10'000}},
    settings_key{"people.login_failures", count_key{people<&people_settings::login_failures>, 1, 1'000}},
    settings_key{"people.login_failures_address", count_key{people<&people_settings::login_failures_address>, 1, 1'000'000}},
    settings_key{"people.login_lock", duration_key{people<&people_settings::login_lock>}},
    settings_key{"people.login_lock_max", duration_key{people<&people_settings::login_lock_max>}},
    settings_key{"people.password_checks", count_key{people<&people_settings::password_checks>, 1, 64}},
    settings_key{"people.password_wait", duration_key{people<&people_settings::password_wait>}},
    settings_key{"people.password_memory", size_key{people<&people_settings::password_memory>, 8 * kib, 4 * gib}},
    settings_key{"people.password_passes", count_key{people<&people_settings::password_passes>, 1, 100}},
    settings_key{"audit.keep", duration_key{audit<&audit_settings::keep>}},
    settings_key{"audit.events", count_key{audit<&audit_settings::events>, 1, 1'000'000'000}},
    settings_key{"audit.refused_logins", count_key{audit<&audit_settings::refused_logins>, 0, 1'000'000}},

    settings_key{"rollout.surge", count_key{rollout<&rollout_settings::surge>, 1, 1'000}},
    settings_key{"rollout.settle", duration_key{rollout<&rollout_settings::settle>}},

    settings_key{"graphql.document_bytes", size_key{graphql<&graphql_settings::document_bytes>, kib, 16 * mib}},
    settings_key{"graphql.tokens", count_key{graphql<&graphql_settings::tokens>, 100, 10'000'000}},
    settings_key{"graphql.depth", count_key{graphql<&graphql_settings::depth>, 16, 256}},
    settings_key{"graphql.cost", count_key{graphql<&graphql_settings::cost>, 1'000, 1'000'000'000}},
    settings_key{"graphql.answer_values", count_key{graphql<&graphql_settings::answer_values>, 1'000, 1'000'000'000}},
    settings_key{"graphql.answer_bytes", size_key{graphql<&graphql_settings::answer_bytes>, 64 * kib, gib}},
    settings_key{"graphql.mutation_fields", count_key{graphql<&graphql_settings::mutation_fields>, 1, 10'000}},
    settings_key{"graphql.timeout", duration_key{graphql<&graphql_settings::timeout>}},
    settings_key{"graphql.requests", count_key{graphql<&graphql_settings::requests>, 1, 6}},
    settings_key{"graphql.requests_per_user", count_key{graphql<&graphql_settings::requests_per_user>, 1, 6}},
    settings_key{"graphql.turn_timeout", duration_key{graphql<&graphql_settings::turn_timeout>}},

    settings_key{"metrics.deployment_name", deployment_name, at_restart},
    settings_key{"metrics.client_service_label", choice_key{client_service_words, choose_client_service, client_service_of}, at_restart},
    settings_key{"metrics.engine_names", flag_key{metric<&metrics_settings::engine_names>}, at_restart},
    settings_key{"metrics.summaries", flag_key{metric<&metrics_settings::summaries>}, at_restart},
    settings_key{"metrics.clients_per_deployment", count_key{metric<&metrics_settings::clients_per_deployment>, 0, 1'000}, at_restart},
    settings_key{"metrics.remembered_predictions", count_key{metric<&metrics_settings::remembered_predictions>, 64, 16'777'216}, at_restart},
    settings_key{"metrics.chart_bytes", size_key{&at<&settings::chart_bytes>, 1 * mib, 4 * gib}, at_restart},
    settings_key{"metrics.chart_step", duration_key{&at<&settings::chart_step>, milliseconds{100}}, at_restart},
    settings_key{"access_log.path", file_key{access_log<&access_log_settings::path>}},
    settings_key{"access_log.format", choice_key{log_format_words, choose_log_format, log_format_of}},
    settings_key{"access_log.sample_rate", fraction_key{access_log<&access_log_settings::sample_rate>}},
    settings_key{"access_log.slow_request", duration_key{access_log<&access_log_settings::slow_request>, milliseconds{0}}},
    settings_key{"access_log.queue_lines", count_key{access_log<&access_log_settings::queue_lines>, 64, 1'000'000}, at_restart},
    settings_key{"access_log.flush_interval", duration_key{access_log<&access_log_settings::flush_interval>, milliseconds{10}}},
    settings_key{"access_log.file_bytes", size_key{access_log<&access_log_settings::file_bytes>, 0, 1'024 * gib}},
    settings_key{"access_log.files", count_key{access_log<&access_log_settings::files>, 0, 1'000}},
    settings_key{"tracing.sample_rate", fraction_key{tracing<&tracing_settings::sample_rate>}},
    settings_key{"tracing.otlp_endpoint", url_key{tracing<&tracing_settings::otlp_endpoint>}},
    settings_key{"tracing.ca_file", file_key{tracing<&tracing_settings::ca_file>}},
    settings_key{"tracing.service_name", service_name},
    settings_key{"tracing.queue_requests", count_key{tracing<&tracing_settings::queue_requests>, 1, 1'000'000}},
    settings_key{"tracing.batch_requests", count_key{tracing<&tracing_settings::batch_requests>, 1, 10'000}},
    settings_key{"tracing.export_interval", duration_key{tracing<&tracing_settings::export_interval>, milliseconds{10}}},
    settings_key{"tracing.export_timeout", duration_key{tracing<&tracing_settings::export_timeout>, milliseconds{10}}},
    settings_key{"tracing.export_attempts", count_key{tracing<&tracing_settings::export_attempts>, 1, 100}},
    settings_key{"log.level", choice_key{log::level_names, choose_level, level_of}},
    settings_key{"console.grafana_url", url_key{&at<&settings::console_grafana_url>}},
    settings_key{"control.public_url", url_key{&at<&settings::control_public_url>}},
};
// clang-format on

}  // namespace

std::span<const settings_key> settings_keys() noexcept {
  return keys;
}

const settings_key* find_key(std::string_view name) noexcept {
  const auto found =
      std::find_if(keys.begin(), keys.end(), [name](const settings_key& key) { return key.name == name; });
  return found == keys.end() ? nullptr : &*found;
}

std::string environment_name(const settings_key& key) {
  std::string name{environment_prefix};
  for (const char c : key.name) {
    if (c == '.')
      name += "__";
    else
      name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

}  // namespace modelgate::config
