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
      if (find(&each, {"valueFrom"}) != nullptr) {
        note("env " + std::string{cut(name, limits::client_name_length)},
             "its value stands elsewhere in Kubernetes; set it as a text");
        continue;
      }
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

/// What stands in an object that nothing here reads.
void note_others(const json::value* in, std::initializer_list<std::string_view> known, const std::string& where,
                 std::vector<import_note>& notes) {
  if (in == nullptr || !in->is_object()) return;
  for (const auto& [key, unused] : in->get_object()) {
    if (std::find(known.begin(), known.end(), std::string_view{key}) == known.end()) {
      notes.push_back(
          {where + std::string{cut(std::string{key}, limits::client_name_length)}, "it has no meaning here"});
    }
  }
}

/// Those that people have given it; kubectl's own say nothing.
void note_marks(const json::value& object, std::vector<import_note>& notes) {
  for (const std::string_view kind : {"labels", "annotations"}) {
    const auto* marks = find(&object, {"metadata", kind});
    if (marks == nullptr || !marks->is_object()) continue;
    for (const auto& [key, unused] : marks->get_object()) {
      if (std::string_view{key}.find("kubernetes.io/") != std::string_view::npos) continue;
      notes.push_back(
          {"metadata." + std::string{kind} + "." + std::string{cut(std::string{key}, limits::client_name_length)},
           "nothing here has labels; what people are to see of it goes into its metadata"});
    }
  }
}

void note_rest(const json::value& object, std::vector<import_note>& notes) {
  const json::value* spec = find(&object, {"spec"});
  note_others(spec,
              {"displayName", "description", "updateMessage", "updateTime", "userId", "userName", "groupId",
               "groupName", "stop", "env", "endpoint", "predictors"},
              "spec.", notes);
  note_others(find(spec, {"endpoint"}), {"accessType", "clients"}, "spec.endpoint.", notes);
  const json::array& predictors = items_at(spec, {"predictors"});
  if (!predictors.empty()) {
    note_others(&predictors.front(),
                {"name", "replicas", "modelImage", "modelURI", "instanceType", "imagePullSecret", "metadata"},
                "spec.predictors[0].", notes);
  }
  note_marks(object, notes);
  if (!text_at(spec, {"groupId"}).empty()) {
    notes.push_back(
        {"spec.groupId",
         "a group's id is its name here: who has the old one in a client's config file sets the group anew, "
         "with primehub config set-group"});
  }
}

/// Of the past: what the notes of now do not say already.
void note_past(std::vector<import_note>& past, const std::string& time, std::vector<import_note>& notes) {
  for (import_note& each : past) {
    const bool is_told = std::any_of(notes.begin(), notes.end(), [&](const import_note& one) {
      return one.what == each.what || one.what.ends_with(": " + each.what);
    });
    if (!is_told) notes.push_back({"history of " + time + ": " + each.what, std::move(each.detail)});
  }
  past.clear();
}

std::string said(const diagnostics& mistakes) {
  std::string text;
  for (const diagnostic& each : mistakes) text += (text.empty() ? "" : "; ") + each.where + " " + each.detail;
  return text;
}

std::vector<std::string> client_names(const json::value* spec) {
  std::vector<std::string> names;
  for (const json::value& each : items_at(spec, {"endpoint", "clients"}))
    names.emplace_back(cut(text_at(&each, {"name"}), limits::client_name_length));
  std::sort(names.begin(), names.end());
  return names;
}

/// Adds what a spec asks for, unless it is what was asked for before: PrimeHub writes clients that come and go into a
/// deployment's history, too.
void add_revision(primehub_deployment& to, deployment_draft draft, const json::value* spec, system_time at) {
  primehub_revision next;
  next.clients = client_names(spec);
  if (to.revisions.empty()) {
    next.number = 1;
    next.replica_revision = 1;
    next.spec = std::move(draft.spec);
  } else {
    const primehub_revision& before = to.revisions.back();
    if (before.spec == draft.spec && before.update_message == draft.update_message && before.clients == next.clients)
      return;
    static_cast<revision&>(next) = next_revision(before, std::move(draft.spec));
  }
  next.update_message = std::move(draft.update_message);
  next.created_at = at;
  next.created_by = cut(text_at(spec, {"userName"}), longest_user);
  to.revisions.push_back(std::move(next));
}

struct quantity {
  double number = 0;
  std::string_view unit;
};

/// Source: Kubernetes API, "Quantity". Errors: absent when it is no amount.
std::optional<quantity> quantity_at(const json::value* given) {
  if (given == nullptr) return std::nullopt;
  if (given->is_number()) return quantity{given->to_number<double>(), {}};
  if (!given->is_string()) return std::nullopt;
  const std::string_view text = given->get_string();
  quantity read;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), read.number);
  if (error != std::errc{}) return std::nullopt;
  read.unit = {stopped, static_cast<std::size_t>(text.data() + text.size() - stopped)};
  return read;
}

/// "500m" is half a core. Errors: absent when it is no number of them.
std::optional<double> count_of(const json::value* given) {
  const auto read = quantity_at(given);
  if (!read) return std::nullopt;
  if (read->unit.empty()) return read->number;
  if (read->unit == "m") return read->number / 1'000;
  return std::nullopt;
}

/// "2G" and "2Gi" are two of what quotas count, as PrimeHub has it; without a unit it is bytes. Errors: absent when it is
/// no amount, or less than anything can run in.
std::optional<double> gib_of(const json::value* given) {
  constexpr double kilo = 1'024;
  constexpr double least_bytes = kilo * kilo;
  const auto read = quantity_at(given);
  if (!read) return std::nullopt;
  const std::string_view unit = read->unit.ends_with('i') ? read->unit.substr(0, read->unit.size() - 1) : read->unit;
  if (unit == "T") return read->number * kilo;
  if (unit == "G") return read->number;
  if (unit == "M") return read->number / kilo;
  if (unit == "k" || unit == "K") return read->number / (kilo * kilo);
  if (!read->unit.empty() || read->number < least_bytes) return std::nullopt;
  return read->number / (kilo * kilo * kilo);
}

/// The first number of them that there is, of whichever make; and what else there is in the spec.
void read_gpus(const json::value* spec, json::object& document, std::vector<import_note>& notes) {
  constexpr std::string_view known[] = {"displayName",  "description",     "limits.cpu",  "limits.memory",
                                        "requests.cpu", "requests.memory", "tolerations", "nodeSelector"};
  if (spec == nullptr || !spec->is_object()) return;
  for (const char* name : {"limits.gpu", "limits.nvidia.com/gpu"}) {
    const auto gpus = count_of(find(spec, {name}));
    if (gpus && !document.contains("gpu")) document.emplace("gpu", static_cast<std::int64_t>(*gpus));
  }
  for (const auto& [key, value] : spec->get_object()) {
    const std::string_view name{key};
    if (name == "limits.gpu" || name == "limits.nvidia.com/gpu") continue;
    const bool is_gpu = name == "gpuResourceName" || (name.starts_with("limits.") && name.find("gpu") != name.npos);
    if (is_gpu) {
      const auto gpus = count_of(&value);
      if (gpus && !document.contains("gpu")) document.emplace("gpu", static_cast<std::int64_t>(*gpus));
      notes.push_back({"spec." + std::string{cut(std::string{name}, limits::client_name_length)},
                       "GPUs are counted here, and not told apart"});
    } else if (std::find(std::begin(known), std::end(known), name) == std::end(known)) {
      notes.push_back(
          {"spec." + std::string{cut(std::string{name}, limits::client_name_length)}, "it has no meaning here"});
    }
  }
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
  note_rest(object, to.notes);
  std::vector<import_note> past_notes;
  spec_translation translate_past{past_notes};
  const json::array& history = items_at(&object, {"status", "history"});
  for (std::size_t i = history.size(); i > 0; --i) {
    const json::value* then = find(&history[i - 1], {"spec"});
    const std::string time = text_at(&history[i - 1], {"time"});
    auto past = read_deployment(translate_past(then, to.id, to.name, to.group));
    note_past(past_notes, std::string{cut(time, longest_user)}, to.notes);
    if (past.ok())
      add_revision(to, std::move(past.value), then, time_or(time, to.created_at));
    else
      to.notes.push_back({"history of " + std::string{cut(time, longest_user)}, said(past.mistakes)});
  }
  add_revision(to, std::move(asked.value), spec, time_or(text_at(spec, {"updateTime"}), now));
  read_clients(spec, to);
  return read;
}

parsed<primehub_instance_type> read_primehub_instance_type(const json::value& object) {
  parsed<primehub_instance_type> read;
  const json::value* spec = find(&object, {"spec"});
  json::object document{{"name", text_at(&object, {"metadata", "name"})}};
  for (const char* member : {"displayName", "description"}) document.emplace(member, text_at(spec, {member}));
  if (const auto cores = count_of(find(spec, {"limits.cpu"}))) document.emplace("cpu", *cores);
  if (const auto memory = gib_of(find(spec, {"limits.memory"}))) document.emplace("memoryGiB", *memory);
  read_gpus(spec, document, read.value.notes);
  for (const char* member : {"requests.cpu", "requests.memory", "tolerations", "nodeSelector"}) {
    if (find(spec, {member}) != nullptr) {
      read.value.notes.push_back({member, "replicas get what the limits say, on this server's machines"});
    }
  }
  note_marks(object, read.value.notes);
  read.value.notes.push_back({"groups", "every group may use it here, until its groups are set"});
  auto type = read_instance_type(document);
  read.value.type = std::move(type.value);
  read.mistakes = std::move(type.mistakes);
  return read;
}

}  // namespace modelgate::control::domain
