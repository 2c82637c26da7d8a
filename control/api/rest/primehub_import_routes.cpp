#include "control/api/rest/answers.hpp"
#include "control/api/rest/request_body.hpp"
#include "control/api/rest/routes.hpp"
#include "control/service/primehub_import.hpp"

namespace modelgate::control::rest {
namespace {

namespace json = boost::json;

json::object to_json(const service::imported_object& told) {
  json::array notes;
  for (const domain::import_note& each : told.notes) {
    notes.push_back(json::object{{"what", each.what}, {"detail", each.detail}});
  }
  return {{"kind", told.kind},
          {"name", told.name},
          {"imported", told.skipped.empty()},
          {"detail", told.skipped},
          {"revisions", told.revisions},
          {"clients", told.clients},
          {"groupMade", told.group_made},
          {"notes", std::move(notes)}};
}

outcome import_object(const service::primehub_import& imports, const call& of) {
  parameters query{of.request, {"dryRun"}};
  const auto dry = query.flag("dryRun") ? service::dry_run::yes : service::dry_run::no;
  if (auto wrong = query.wrong()) return *wrong;
  const auto document = read_body(of.request, body_kind::document);
  if (!document) return document.error();
  const auto told = imports.import(of.who, *document, dry);
  if (!told) return problem{told.error()};
  return json_answer(200, to_json(*told));
}

}  // namespace

void add_primehub_import_routes(route_table& to, const service::service_context& context) {
  const service::primehub_import imports{context};
  to.add("POST", "/primehub-imports", [imports](const call& of) { return import_object(imports, of); });
}

}  // namespace modelgate::control::rest
