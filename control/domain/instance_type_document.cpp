#include "control/domain/instance_type_document.hpp"

#include "control/domain/limits.hpp"
#include "control/domain/names.hpp"
#include "control/domain/resource_document.hpp"
#include "control/domain/units.hpp"

#include <boost/json/value.hpp>

namespace modelgate::control::domain {
namespace {

namespace json = boost::json;

void read_size(document_reader& reader, resources& size) {
  const auto cpu_milli = read_cores(reader, 1);
  if (!cpu_milli) reader.require("cpu", "cores per replica");
  const auto memory_bytes = read_memory(reader, 1, byte_rounding::down);
  if (!memory_bytes) reader.require("memoryGiB", "GiB of memory per replica");
  size = {cpu_milli.value_or(0), memory_bytes.value_or(0), reader.whole_number("gpu", 0, limits::gpus).value_or(0)};
}

instance_type read_members(document_reader& reader, diagnostics&) {
  instance_type read;
  read.name = reader.text("name", {.most = 63}).value_or("");
  if (read.name.empty()) {
    reader.require("name", "the instance type's name");
  } else if (!is_instance_type_name(read.name)) {
    reader.mistake("name", mistake_code::malformed,
                   "must be 1 to 63 lower-case letters, digits, '-' or '.', with a letter or digit at both ends");
  }
  read.display_name = reader.text("displayName", {.most = limits::display_name_length}).value_or("");
  if (read.display_name.empty()) read.display_name = read.name;
  read.description =
      reader.text("description", {.most = limits::description_length, .several_lines = true}).value_or("");
  read_size(reader, read.per_replica);
  read.groups = reader.texts("groups", limits::instance_type_groups, {.most = 63});
  reader.refuse_others();
  return read;
}

}  // namespace

parsed<instance_type> read_instance_type(const json::value& document) {
  return read_named(document, read_members);
}

parsed<instance_type> read_instance_type_patch(const instance_type& current, const json::value& patch) {
  return read_named_patch(current, patch, read_members);
}

json::object to_json(const instance_type& value) {
  json::value groups = nullptr;
  if (value.groups) {
    auto& array = groups.emplace_array();
    for (const std::string& name : *value.groups) array.push_back(json::value(name));
  }
  json::object document;
  document.emplace("name", value.name);
  document.emplace("displayName", value.display_name);
  document.emplace("description", value.description);
  document.emplace("cpu", from_thousandths(value.per_replica.cpu_milli));
  document.emplace("memoryGiB", gib_from(value.per_replica.memory_bytes));
  document.emplace("gpu", value.per_replica.gpu);
  document.emplace("groups", std::move(groups));
  return document;
}

}  // namespace modelgate::control::domain
