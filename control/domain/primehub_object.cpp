#include "control/domain/primehub_object.hpp"

#include "control/domain/deployment_document.hpp"
#include "control/domain/instance_type_document.hpp"
#include "control/domain/limits.hpp"
#include "control/domain/names.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace modelgate::control::domain {
namespace {

namespace json = boost::json;

constexpr std::string_view pull_secret_prefix = "image-";
constexpr std::size_t longest_user = 128;

/// A member, through objects; null where there is none.
const json::value* find(const json::value* in, std::initializer_list<std::string_view> path) {
  for (const std::string_view member : path) {
    const auto* members = in == nullptr ? nullptr : in->if_object();
    in = members == nullptr ? nullptr : members->if_contains(member);
  }
  return in != nullptr && in->is_null() ? nullptr : in;
}

std::string text_at(const json::value* in, std::initializer_list<std::string_view> path) {
  const auto* found = find(in, path);
  return found != nullptr && found->is_string() ? std::string{found->get_string()} : std::string{};
}

const json::array& items_at(const json::value* in, std::initializer_list<std::string_view> path) {
  static const json::array nothing;
  const auto* found = find(in, path);
  return found != nullptr && found->is_array() ? found->get_array() : nothing;
}

system_time time_or(const std::string& text, system_time otherwise) {
  return parse_rfc3339(text).value_or(otherwise);
}

/// Turns one spec after the other into a document of ours; what is left out of it is a note.
class spec_translation {
 public:
  explicit spec_translation(std::vector<import_note>& notes) : notes_{notes} {}

  json::object operator()(const json::value* spec, const std::string& id, const std::string& name,
                          const std::string& group) {
    const json::array& predictors = items_at(spec, {"predictors"});
    const json::value* predictor = predictors.empty() ? nullptr : &predictors.front();
    if (predictors.size() > 1) note("predictors after the first", "PrimeHub serves the first one only");
    json::object document{{"id", id}, {"name", name}, {"group", group}};
    document.emplace("modelImage", text_at(predictor, {"modelImage"}));
    document.emplace("instanceType", text_at(predictor, {"instanceType"}));
    for (const char* member : {"description", "updateMessage"}) document.emplace(member, text_at(spec, {member}));
    if (const std::string uri = text_at(predictor, {"modelURI"}); !uri.empty()) document.emplace("modelURI", uri);
    if (const std::string access = text_at(spec, {"endpoint", "accessType"}); !access.empty()) {
      document.emplace("endpointAccessType", access);
    }
    if (const std::string secret = text_at(predictor, {"imagePullSecret"}); !secret.empty()) {
      document.emplace("imagePullSecret",
                       secret.starts_with(pull_secret_prefix) ? secret.substr(pull_secret_prefix.size()) : secret);
    }
    document.emplace("env", env(spec));
    document.emplace("metadata", metadata(predictor));
    const auto* stop = find(spec, {"stop"});
    const bool stopped = stop != nullptr && stop->is_bool() && stop->get_bool();
    const auto* replicas = find(predictor, {"replicas"});
    const bool none = replicas != nullptr && replicas->is_int64() && replicas->get_int64() < 1;
    if (none) note("replicas 0", "a deployment has at least one; it is stopped instead");
    document.emplace("stop", stopped || none);
    document.emplace("replicas", replicas == nullptr || none ? json::value(1) : *replicas);
    return document;
  }

 private:
  void note(std::string what, std::string detail) { notes_.push_back({std::move(what), std::move(detail)}); }

  json::array env(const json::value* spec) {
    json::array kept;
    for (const json::value& each : items_at(spec, {"env"})) {
      const std::string name = text_at(&each, {"name"});
      if (!is_env_name(name) || is_reserved_env_name(name)) {
        note("env " + std::string{cut(name, limits::client_name_length)},
             "the server sets it itself, or it is no name; give it another one in the model");
        continue;
      }
      kept.push_back(json::object{{"name", name}, {"value", text_at(&each, {"value"})}});
    }
    return kept;
  }

  json::object metadata(const json::value* predictor) {
    json::object kept;
    const auto* entries = find(predictor, {"metadata"});
    if (entries == nullptr || !entries->is_object()) return kept;
    for (const auto& [key, value] : entries->get_object()) {
      if (value.is_string())
        kept.emplace(key, value);
      else
        note("metadata " + std::string{key}, "its value is no text");
    }
    return kept;
  }

  std::vector<import_note>& notes_;
};

void read_clients(const json::value* spec, primehub_deployment& to) {
  std::string lines;
  for (const json::value& each : items_at(spec, {"endpoint", "clients"})) {
    const std::string name = text_at(&each, {"name"});
    const std::string hash = text_at(&each, {"token"});
    if (is_client_name(name) && hash.find_first_of(":\r\n") == std::string::npos) {
      lines.append(name).append(":").append(hash).append("\n");
    } else {
      to.notes.push_back({"client " + std::string{cut(name, limits::client_name_length)},
                          "no client can have that name here; make one of another name, with a token of its own"});
    }
  }
  htpasswd_file file = parse_htpasswd(lines);
  to.clients = std::move(file.entries);
  for (const htpasswd_flaw& flaw : file.flaws) to.notes.push_back({"client " + flaw.name, flaw.detail});
}

/// What stands in a spec that nothing here reads.
void note_others(const json::value* spec, std::vector<import_note>& notes) {
  constexpr std::string_view known[] = {"displayName", "description", "updateMessage", "updateTime",
                                        "userId",      "userName",    "groupId",       "groupName",
                                        "stop",        "env",         "endpoint",      "predictors"};
  if (spec == nullptr || !spec->is_object()) return;
  for (const auto& [key, unused] : spec->get_object()) {
    if (std::find(std::begin(known), std::end(known), std::string_view{key}) == std::end(known)) {
      notes.push_back({"spec." + std::string{key}, "it has no meaning here"});
    }
  }
}

std::string said(const diagnostics& mistakes) {
  std::string text;
  for (const diagnostic& each : mistakes) text += (text.empty() ? "" : "; ") + each.where + " " + each.detail;
  return text;
}

/// Adds what a spec asks for, unless it is what was asked for before.
void add_revision(primehub_deployment& to, deployment_draft draft, system_time at, const std::string& by) {
  revision next;
  if (to.revisions.empty()) {
    next.number = 1;
    next.replica_revision = 1;
    next.spec = std::move(draft.spec);
  } else {
    const revision& before = to.revisions.back();
    if (before.spec == draft.spec && before.update_message == draft.update_message) return;
    next = next_revision(before, std::move(draft.spec));
  }
  next.update_message = std::move(draft.update_message);
  next.created_at = at;
  next.created_by = by;
  to.revisions.push_back(std::move(next));
}

std::string user_of(const json::value* spec) {
  return std::string{cut(text_at(spec, {"userName"}), longest_user)};
}

/// "500m" is half a core, "2G" and "2Gi" are two of what quotas count. Errors: absent when it is no amount.
std::optional<double> amount(const json::value* given) {
  if (given == nullptr) return std::nullopt;
  if (given->is_number()) return given->to_number<double>();
  if (!given->is_string()) return std::nullopt;
  const std::string_view text = given->get_string();
  double number = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view unit{stopped, static_cast<std::size_t>(text.data() + text.size() - stopped)};
  if (unit.empty() || unit == "G" || unit == "Gi") return number;
  if (unit == "m") return number / 1'000;
  if (unit == "M" || unit == "Mi") return number / 1'024;
  return std::nullopt;
}

}  // namespace

parsed<primehub_deployment> read_primehub_deployment(const json::value& object, system_time now) {
  parsed<primehub_deployment> read;
  primehub_deployment& to = read.value;
  const json::value* spec = find(&object, {"spec"});
  to.id = text_at(&object, {"metadata", "name"});
  to.group = text_at(spec, {"groupName"});
  to.name = text_at(spec, {"displayName"});
  to.created_at = time_or(text_at(&object, {"metadata", "creationTimestamp"}), now);
  if (!is_deployment_name(to.name)) {
    if (!to.name.empty())
      to.notes.push_back({"its name", "is none that a deployment can have here; its id stands for it"});
    to.name = to.id;
  }
  spec_translation translate{to.notes};
  auto asked = read_deployment(translate(spec, to.id, to.name, to.group));
  if (!asked.ok()) {
    read.mistakes = std::move(asked.mistakes);
    return read;
  }
  std::vector<import_note> unheard;  // of the past, of which the notes of now say enough
  spec_translation translate_past{unheard};
  const json::array& history = items_at(&object, {"status", "history"});
  for (std::size_t i = history.size(); i > 0; --i) {
    const json::value* then = find(&history[i - 1], {"spec"});
    const std::string time = text_at(&history[i - 1], {"time"});
    auto past = read_deployment(translate_past(then, to.id, to.name, to.group));
    if (past.ok())
      add_revision(to, std::move(past.value), time_or(time, to.created_at), user_of(then));
    else
      to.notes.push_back({"history of " + std::string{cut(time, longest_user)}, said(past.mistakes)});
  }
  add_revision(to, std::move(asked.value), time_or(text_at(spec, {"updateTime"}), now), user_of(spec));
  read_clients(spec, to);
  note_others(spec, to.notes);
  return read;
}

parsed<primehub_instance_type> read_primehub_instance_type(const json::value& object) {
  parsed<primehub_instance_type> read;
  const json::value* spec = find(&object, {"spec"});
  json::object document{{"name", text_at(&object, {"metadata", "name"})}};
  for (const char* member : {"displayName", "description"}) document.emplace(member, text_at(spec, {member}));
  if (const auto cores = amount(find(spec, {"limits.cpu"}))) document.emplace("cpu", *cores);
  if (const auto memory = amount(find(spec, {"limits.memory"}))) document.emplace("memoryGiB", *memory);
  for (const char* name : {"limits.gpu", "limits.nvidia.com/gpu"}) {
    const auto gpus = amount(find(spec, {name}));
    if (gpus && !document.contains("gpu")) document.emplace("gpu", static_cast<std::int64_t>(*gpus));
  }
  for (const char* member : {"requests.cpu", "requests.memory", "tolerations", "nodeSelector"}) {
    if (find(spec, {member}) != nullptr) {
      read.value.notes.push_back({member, "replicas get what the limits say, on this server's machines"});
    }
  }
  auto type = read_instance_type(document);
  read.value.type = std::move(type.value);
  read.mistakes = std::move(type.mistakes);
  return read;
}

}  // namespace modelgate::control::domain
