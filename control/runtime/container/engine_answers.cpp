#include "control/runtime/container/engine_answers.hpp"

#include "modelgate/base/errc.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace modelgate::control::runtime::container {
namespace {

namespace json = boost::json;

/// A member, whatever stands around it; null where there is none.
const json::value* member(const json::value* of, std::string_view key) {
  const auto* object = of == nullptr ? nullptr : of->if_object();
  return object == nullptr ? nullptr : object->if_contains(key);
}

std::string text_of(const json::value* value) {
  if (value == nullptr || !value->is_string()) return {};
  const json::string& text = value->get_string();
  return {text.data(), text.size()};
}

bool is_true(const json::value* value) {
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::optional<std::uint64_t> number_of(const json::value* value) {
  if (value == nullptr || !value->is_number()) return std::nullopt;
  error_code problem;
  const auto number = value->to_number<std::uint64_t>(problem);
  if (problem) return std::nullopt;
  return number;
}

bool has_elements(const json::value* value) {
  return value != nullptr && value->is_array() && !value->get_array().empty();
}

std::map<std::string, std::string> texts_of(const json::value* value) {
  std::map<std::string, std::string> texts;
  const auto* object = value == nullptr ? nullptr : value->if_object();
  if (object == nullptr) return texts;
  for (const auto& entry : *object) texts.emplace(entry.key(), text_of(&entry.value()));
  return texts;
}

result<json::value> parse_object(std::string_view text) {
  error_code broken;
  json::value document = json::parse(text, broken);
  if (broken || !document.is_object()) return make_error_code(errc::http_protocol_error);
  return document;
}

std::uint16_t published_port(const json::value* ports) {
  const auto* object = ports == nullptr ? nullptr : ports->if_object();
  if (object == nullptr) return 0;
  for (const auto& entry : *object) {
    if (!has_elements(&entry.value())) continue;
    const std::string text = text_of(member(&entry.value().get_array().front(), "HostPort"));
    std::uint16_t port = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), port).ec == std::errc{} && port != 0) return port;
  }
  return 0;
}

constexpr double nanoseconds_per_second = 1e9;

std::pair<int, int> parts_of(std::string_view version) {
  std::pair<int, int> parts{0, 0};
  const auto dot = std::min(version.find('.'), version.size());
  std::from_chars(version.data(), version.data() + dot, parts.first);
  if (dot < version.size()) std::from_chars(version.data() + dot + 1, version.data() + version.size(), parts.second);
  return parts;
}

}  // namespace

result<engine_version> read_version(std::string_view text) {
  const auto document = parse_object(text);
  if (!document) return document.error();
  engine_version read;
  read.version = text_of(member(&*document, "Version"));
  read.api = text_of(member(&*document, "ApiVersion"));
  read.least_api = text_of(member(&*document, "MinAPIVersion"));
  if (const auto* parts = member(&*document, "Components"); has_elements(parts)) {
    for (const json::value& part : parts->get_array()) {
      if (text_of(member(&part, "Name")) == "Podman Engine") read.is_podman = true;
    }
  }
  if (read.api.empty()) return make_error_code(errc::http_protocol_error);
  return read;
}

result<engine_machine> read_machine(std::string_view text) {
  const auto document = parse_object(text);
  if (!document) return document.error();
  engine_machine read;
  read.group_version = text_of(member(&*document, "CgroupVersion"));
  constexpr std::uint64_t most = 1'000'000;
  read.cpus = static_cast<std::int64_t>(std::min(number_of(member(&*document, "NCPU")).value_or(0), most));
  using ability = std::pair<const char*, const char*>;
  for (const auto& [key, what] :
       {ability{"MemoryLimit", "memory"}, {"CpuCfsQuota", "CPU"}, {"PidsLimit", "processes"}}) {
    const json::value* can = member(&*document, key);
    if (can == nullptr || !can->is_bool() || can->get_bool()) continue;
    read.unlimited.append(read.unlimited.empty() ? "" : ", ").append(what);
  }
  return read;
}

result<std::vector<container_entry>> read_containers(std::string_view text) {
  error_code broken;
  const json::value document = json::parse(text, broken);
  // Podman says null for none.
  if (broken || (!document.is_array() && !document.is_null())) return make_error_code(errc::http_protocol_error);
  std::vector<container_entry> all;
  if (document.is_null()) return all;
  for (const json::value& each : document.get_array()) {
    container_entry entry;
    entry.id = text_of(member(&each, "Id"));
    if (const auto* names = member(&each, "Names"); has_elements(names)) {
      entry.name = text_of(&names->get_array().front());
      if (entry.name.starts_with('/')) entry.name.erase(0, 1);
    }
    const std::string state = text_of(member(&each, "State"));
    entry.running = state == "running" || state == "paused" || state == "restarting" || state == "stopping";
    entry.created = state == "created" || state == "initialized" || state == "configured";
    if (const auto* ports = member(&each, "Ports"); has_elements(ports)) {
      for (const json::value& port : ports->get_array()) {
        const auto number = number_of(member(&port, "PublicPort"));
        if (number && *number <= std::numeric_limits<std::uint16_t>::max())
          entry.published_port = static_cast<std::uint16_t>(*number);
      }
    }
    entry.labels = texts_of(member(&each, "Labels"));
    all.push_back(std::move(entry));
  }
  return all;
}

result<container_details> read_container(std::string_view text) {
  const auto document = parse_object(text);
  if (!document) return document.error();
  const json::value* state = member(&*document, "State");
  container_details read;
  read.id = text_of(member(&*document, "Id"));
  if (read.id.empty() || state == nullptr) return make_error_code(errc::http_protocol_error);
  read.running = is_true(member(state, "Running"));
  read.out_of_memory = is_true(member(state, "OOMKilled"));
  if (const auto* code = member(state, "ExitCode"); code != nullptr && code->is_number()) {
    error_code problem;
    read.exit_code = code->to_number<int>(problem);
  }
  read.error = text_of(member(state, "Error"));
  read.published_port = published_port(member(member(&*document, "NetworkSettings"), "Ports"));
  const json::value* host = member(&*document, "HostConfig");
  read.has_devices = has_elements(member(host, "DeviceRequests")) || has_elements(member(host, "Devices"));
  return read;
}

result<image_details> read_image(std::string_view text) {
  const auto document = parse_object(text);
  if (!document) return document.error();
  image_details read;
  read.id = text_of(member(&*document, "Id"));
  if (read.id.empty()) return make_error_code(errc::http_protocol_error);
  read.labels = texts_of(member(member(&*document, "Config"), "Labels"));
  return read;
}

result<std::string> read_created_id(std::string_view text) {
  const auto document = parse_object(text);
  if (!document) return document.error();
  std::string id = text_of(member(&*document, "Id"));
  if (id.empty()) return make_error_code(errc::http_protocol_error);
  return id;
}

result<container_use> read_stats(std::string_view text) {
  const auto document = parse_object(text);
  if (!document) return document.error();
  container_use read;
  const json::value* cpu = member(&*document, "cpu_stats");
  if (const auto total = number_of(member(member(cpu, "cpu_usage"), "total_usage")))
    read.cpu_seconds = static_cast<double>(*total) / nanoseconds_per_second;
  if (const auto waited = number_of(member(member(cpu, "throttling_data"), "throttled_time")))
    read.throttled_seconds = static_cast<double>(*waited) / nanoseconds_per_second;
  const json::value* memory = member(&*document, "memory_stats");
  if (const auto used = number_of(member(memory, "usage"))) {
    const json::value* parts = member(memory, "stats");
    auto unused = number_of(member(parts, "total_inactive_file"));  // control groups of version 1
    if (!unused) unused = number_of(member(parts, "inactive_file"));
    read.memory_bytes = *used - std::min(*used, unused.value_or(0));
  }
  return read;
}

std::string read_error(std::string_view body) {
  constexpr std::size_t longest = 1'000;
  const auto document = parse_object(body);
  if (!document) {
    std::string text{body.substr(0, longest)};
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return text;
  }
  std::string message = text_of(member(&*document, "message")).substr(0, longest);
  const std::string cause = text_of(member(&*document, "cause")).substr(0, longest);
  if (message.empty()) return cause;
  if (!cause.empty() && message.find(cause) == std::string::npos) message += ": " + cause;
  return message;
}

std::string choose_api(const engine_version& engine) {
  constexpr std::string_view ours = "1.44";
  if (parts_of(engine.least_api) > parts_of(ours)) return engine.least_api;
  return parts_of(engine.api) < parts_of(ours) ? engine.api : std::string{ours};
}

}  // namespace modelgate::control::runtime::container
