#include "control/runtime/container/container_record.hpp"

#include "control/runtime/record_file.hpp"
#include "control/runtime/record_json.hpp"
#include "control/runtime/replica_name.hpp"

#include "modelgate/base/log.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value_to.hpp>

#include <system_error>
#include <utility>

namespace modelgate::control::runtime::container {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

}  // namespace

std::string to_json(const container_record& record) {
  json::object labels;
  for (const auto& [name, value] : record.labels) labels.emplace(name, value);
  json::object own{{"container", record.container}, {"imageId", record.image_id}, {"labels", std::move(labels)}};
  if (record.may_use_socket) own["mayUseSocket"] = true;
  return runtime::to_json(record, std::move(own));
}

result<container_record> parse_container_record(std::string_view text) {
  container_record record;
  const auto read = read_record(text, record, [&](const json::object& object) {
    record.container = text_at(object, "container");
    record.image_id = text_at(object, "imageId");
    for (const auto& entry : object.at("labels").as_object())
      record.labels.emplace(entry.key(), json::value_to<std::string>(entry.value()));
    record.may_use_socket = object.contains("mayUseSocket");
  });
  if (!read) return read.error();
  return record;
}

std::vector<container_record> load_container_records(const fs::path& replicas) {
  std::vector<container_record> all;
  std::error_code problem;
  for (const fs::directory_entry& entry : fs::directory_iterator{replicas, problem}) {
    const std::string name = entry.path().filename().native();
    if (!is_replica_name(name)) continue;
    const auto text = load_record(entry.path());
    if (!text && text.error() == std::errc::no_such_file_or_directory) continue;
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
