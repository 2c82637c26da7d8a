#include "control/runtime/container/container_record.hpp"

#include "control/runtime/file_text.hpp"
#include "control/runtime/record_json.hpp"
#include "control/runtime/replica_name.hpp"

#include "modelgate/base/errc.hpp"
#include "modelgate/base/log.hpp"
#include "modelgate/base/small_file.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

#include <system_error>
#include <utility>

namespace modelgate::control::runtime::container {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t record_limit = 4'194'304;
constexpr std::string_view file_name = "replica.json";
constexpr int format = 1;

}  // namespace

std::string to_json(const container_record& record) {
  json::object object{{"format", format},
                      {"spec", runtime::to_json(record.spec)},
                      {"phase", name_of(record.phase)},
                      {"reason", record.reason},
                      {"since", format_rfc3339(record.since)},
                      {"unreadySince", format_rfc3339(record.unready_since)},
                      {"restarts", record.restarts},
                      {"failures", record.failures},
                      {"container", record.container},
                      {"imageId", record.image_id},
                      {"port", record.port},
                      {"healthPath", record.health_path}};
  json::object labels;
  for (const auto& [name, value] : record.labels) labels.emplace(name, value);
  object["labels"] = std::move(labels);
  if (!record.last_end.empty()) object["lastEnd"] = record.last_end;
  if (record.warm_up) object["warmUp"] = {{"path", record.warm_up->path}, {"body", record.warm_up->body}};
  return json::serialize(object);
}

result<container_record> parse_container_record(std::string_view text) {
  try {
    const json::value document = json::parse(text);
    const json::object& object = document.as_object();
    if (number_at<int>(object, "format") != format) return make_error_code(errc::invalid_argument);
    const auto phase = phase_named(text_at(object, "phase"));
    if (!phase) return make_error_code(errc::invalid_argument);
    container_record record;
    record.spec = read_spec(object.at("spec").as_object());
    record.phase = *phase;
    record.reason = text_at(object, "reason");
    record.since = time_at(object, "since");
    record.unready_since = time_at(object, "unreadySince");
    record.restarts = number_at<std::uint32_t>(object, "restarts");
    record.failures = number_at<std::uint32_t>(object, "failures");
    record.container = text_at(object, "container");
    record.image_id = text_at(object, "imageId");
    record.port = number_at<std::uint16_t>(object, "port");
    record.health_path = text_at(object, "healthPath");
    for (const auto& entry : object.at("labels").as_object())
      record.labels.emplace(entry.key(), json::value_to<std::string>(entry.value()));
    if (object.contains("lastEnd")) record.last_end = text_at(object, "lastEnd");
    if (const auto* entry = object.if_contains("warmUp")) {
      const json::object& example = entry->as_object();
      record.warm_up = warm_up_request{text_at(example, "path"), text_at(example, "body")};
    }
    return record;
  } catch (const std::exception&) {  // Boost.JSON throws several kinds for text that is not what it should be
    return make_error_code(errc::invalid_argument);
  }
}

result<void> save_record(const fs::path& folder, const container_record& record) {
  return replace_file_text(folder / file_name, to_json(record));
}

void delete_record(const fs::path& folder) {
  std::error_code problem;
  fs::remove(folder / file_name, problem);
}

std::vector<container_record> load_container_records(const fs::path& replicas) {
  std::vector<container_record> all;
  std::error_code problem;
  for (const fs::directory_entry& entry : fs::directory_iterator{replicas, problem}) {
    const std::string name = entry.path().filename().native();
    if (!is_replica_name(name) || !fs::exists(entry.path() / file_name, problem)) continue;
    const auto text = read_small_file(entry.path() / file_name, record_limit);
    auto record = text ? parse_container_record(*text) : result<container_record>{text.error()};
    if (record && record->spec.name == name) {
      all.push_back(std::move(*record));
    } else {
      log::error("runtime", "the record of a replica cannot be read; its container is removed", {{"replica", name}});
      delete_record(entry.path());
    }
  }
  return all;
}

}  // namespace modelgate::control::runtime::container
