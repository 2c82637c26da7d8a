#include "control/cli/primehub_import_command.hpp"

#include "control/cli/answer_json.hpp"
#include "control/cli/help_formatter.hpp"
#include "control/cli/shown_calls.hpp"
#include "control/cli/table.hpp"
#include "control/cli/text_file.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <memory>
#include <ostream>

namespace modelgate::control::cli {
namespace json = boost::json;
namespace {

constexpr std::size_t largest_file = 64U << 20U;  ///< thousands of deployments with their histories

struct primehub_command {
  std::string file;
  bool dry_run = false;
};

/// The items of a list, or the one object; sizes first, which deployments refer to.
outcome<json::array> objects_of(const std::string& text, const std::string& file) {
  boost::system::error_code broken;
  const json::value read = json::parse(text, broken);
  if (broken || !read.is_object()) {
    return failure{exit_code::usage, file + " is not what kubectl get -o json writes", {}};
  }
  const json::object& document = read.get_object();
  json::array objects = document.contains("items") ? array_member(document, "items") : json::array{document};
  const auto is_size = [](const json::value& each) {
    return each.is_object() && member_text(each.get_object(), "kind") == "InstanceType";
  };
  std::stable_partition(objects.begin(), objects.end(), is_size);
  return objects;
}

bool is_carried(const json::value& object) {
  if (!object.is_object()) return false;
  const std::string kind = member_text(object.get_object(), "kind");
  return kind == "PhDeployment" || kind == "InstanceType";
}

/// Of an object that is not brought along; the rest of the list goes on.
json::object report_of_skipped(const json::value& object, std::string_view why) {
  const json::object nothing;
  const json::object& members = object.is_object() ? object.get_object() : nothing;
  const auto* about = members.if_contains("metadata");
  const std::string kind = member_text(members, "kind");
  return {{"kind", kind.empty() ? "?" : kind},
          {"name", about != nullptr && about->is_object() ? member_text(about->get_object(), "name") : ""},
          {"imported", false},
          {"detail", why},
          {"notes", json::array{}},
          {"revisions", 0},
          {"clients", 0}};
}

/// Whether the server has something against this object alone, such as its size; else none after it would fare better.
bool is_of_the_object(const failure& refused) {
  return refused.status == 400 || refused.status == 413 || refused.status == 422;
}

void print_report(const session& now, const primehub_command& command, const json::array& reports) {
  table rows{{"KIND", "NAME", "REVISIONS", "CLIENTS", "RESULT"}};
  table notes{{"NAME", "NOT CARRIED, OR ANOTHER WAY", "WHY"}};
  std::size_t imported = 0;
  for (const json::value& each : reports) {
    const json::object& report = each.get_object();
    const bool done = member_text(report, "imported") == "true";
    imported += done ? 1 : 0;
    const char* const good = command.dry_run ? "would be imported" : "imported";
    rows.add({{member_text(report, "kind")},
              {member_text(report, "name")},
              {member_text(report, "revisions")},
              {member_text(report, "clients")},
              {done ? good : "skipped: " + member_text(report, "detail")}});
    for (const json::value& note : array_member(report, "notes")) {
      if (!note.is_object()) continue;
      notes.add({{member_text(report, "name")},
                 {member_text(note.get_object(), "what")},
                 {member_text(note.get_object(), "detail")}});
    }
  }
  rows.print(now.around.out, now.with_colours);
  if (!notes.empty()) {
    now.around.out << '\n';
    notes.print(now.around.out, now.with_colours);
  }
  now.around.err << imported << (command.dry_run ? " would be imported, " : " imported, ") << reports.size() - imported
                 << " skipped\n";
}

outcome<void> import_primehub(const session& now, const primehub_command& command) {
  const auto text = read_given_text(now.around.in, command.file, largest_file);
  if (!text) return text.error();
  const auto objects = objects_of(*text, command.file);
  if (!objects) return objects.error();
  std::string path = "/primehub-imports";
  if (command.dry_run) add_parameter(path, "dryRun", "true");
  json::array reports;
  for (const json::value& each : *objects) {
    if (!is_carried(each)) {
      reports.push_back(report_of_skipped(each, "only PhDeployment and InstanceType objects are brought along"));
      continue;
    }
    const std::string body = json::serialize(json::object{{"object", each}});
    const auto given = now.api.perform({.method = "POST", .path = path, .json = body, .if_match = {}});
    if (!given && is_of_the_object(given.error())) {
      std::string why = given.error().text;
      for (const std::string& detail : given.error().details) why.append("; ").append(detail);
      reports.push_back(report_of_skipped(each, why));
      continue;
    }
    if (!given) {
      print_report(now, command, reports);  // what was done stays done
      return given.error();
    }
    auto report = parse_object(given->body);
    if (!report) return report.error();
    reports.push_back(std::move(*report));
  }
  const bool skipped = std::any_of(reports.begin(), reports.end(), [](const json::value& each) {
    return member_text(each.get_object(), "imported") != "true";
  });
  if (now.as_json) {
    now.around.out << json::serialize(json::object{{"items", std::move(reports)}}) << '\n';
  } else {
    print_report(now, command, reports);
  }
  if (skipped) return failure{exit_code::failed, "some objects were skipped; the table says why", {}};
  return {};
}

}  // namespace

void add_primehub_import_command(CLI::App& group, chosen_command& chosen) {
  auto given = std::make_shared<primehub_command>();
  CLI::App* primehub = group.add_subcommand(
      "primehub",
      with_examples("bring along PrimeHub's deployments with their histories and clients, who go on with their tokens",
                    "  kubectl -n hub get instancetypes,phdeployments -o json > hub.json\n"
                    "  modelgate import primehub hub.json --dry-run    what would happen\n"
                    "  modelgate import primehub hub.json"));
  primehub
      ->add_option("file", given->file,
                   "PhDeployment and InstanceType objects, as kubectl get -o json writes them; - for standard input")
      ->required();
  primehub->add_flag("--dry-run", given->dry_run, "only tell what would happen");
  primehub->callback(
      [&chosen, given] { chosen = [given](const session& now) { return import_primehub(now, *given); }; });
}

}  // namespace modelgate::control::cli
