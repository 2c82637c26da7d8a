#include "control/runtime/record_file.hpp"

#include "control/runtime/file_text.hpp"
#include "control/runtime/record_json.hpp"

#include "modelgate/base/errc.hpp"
#include "modelgate/base/small_file.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <exception>
#include <system_error>

namespace modelgate::control::runtime {
namespace {

namespace json = boost::json;

constexpr std::size_t record_limit = 4'194'304;
constexpr std::string_view file_name = "replica.json";
constexpr int format = 1;

}  // namespace

std::string to_json(const replica_life& life, json::object own) {
  json::object object{{"format", format},
                      {"spec", to_json(life.spec)},
                      {"phase", name_of(life.phase)},
                      {"reason", life.reason},
                      {"since", format_rfc3339(life.since)},
                      {"unreadySince", format_rfc3339(life.unready_since)},
                      {"restarts", life.restarts},
                      {"failures", life.failures},
                      {"port", life.port},
                      {"healthPath", life.health_path}};
  if (!life.last_end.empty()) object["lastEnd"] = life.last_end;
  if (life.warm_up) object["warmUp"] = {{"path", life.warm_up->path}, {"body", life.warm_up->body}};
  if (life.listens_on_socket) object["listensOnSocket"] = true;
  for (auto& [key, value] : own) object[key] = std::move(value);
  return json::serialize(object);
}

result<void> read_record(std::string_view text, replica_life& life,
                         const std::function<void(const json::object&)>& read_own) {
  try {
    const json::value document = json::parse(text);
    const json::object& object = document.as_object();
    if (number_at<int>(object, "format") != format) return make_error_code(errc::invalid_argument);
    const auto phase = phase_named(text_at(object, "phase"));
    if (!phase) return make_error_code(errc::invalid_argument);
    life.spec = read_spec(object.at("spec").as_object());
    life.phase = *phase;
    life.reason = text_at(object, "reason");
    life.since = time_at(object, "since");
    life.unready_since = time_at(object, "unreadySince");
    life.restarts = number_at<std::uint32_t>(object, "restarts");
    life.failures = number_at<std::uint32_t>(object, "failures");
    life.port = number_at<std::uint16_t>(object, "port");
    life.health_path = text_at(object, "healthPath");
    if (object.contains("lastEnd")) life.last_end = text_at(object, "lastEnd");
    if (const auto* entry = object.if_contains("warmUp")) {
      const json::object& example = entry->as_object();
      life.warm_up = warm_up_request{text_at(example, "path"), text_at(example, "body")};
    }
    life.listens_on_socket = object.contains("listensOnSocket");
    read_own(object);
    return {};
  } catch (const std::exception&) {  // Boost.JSON throws several kinds for text that is not what it should be
    return make_error_code(errc::invalid_argument);
  }
}

result<void> save_record(const std::filesystem::path& folder, std::string_view json) {
  return replace_file_text(folder / file_name, json);
}

result<std::string> load_record(const std::filesystem::path& folder) {
  return read_small_file(folder / file_name, record_limit);
}

void delete_record(const std::filesystem::path& folder) {
  std::error_code problem;
  std::filesystem::remove(folder / file_name, problem);
}

}  // namespace modelgate::control::runtime
