#include "control/api/rest/answers.hpp"
#include "control/api/rest/request_body.hpp"
#include "control/api/rest/routes.hpp"
#include "control/domain/pull_secret_document.hpp"
#include "control/service/pull_secret_service.hpp"

#include <boost/json/value.hpp>

namespace modelgate::control::rest {
namespace {

using secrets = service::pull_secret_service;

outcome list(const secrets& all, const call& of) {
  parameters query{of.request, {"pageSize", "pageToken"}};
  if (auto wrong = query.wrong()) return *wrong;
  const auto found = all.list(of.who);
  if (!found) return problem{found.error()};
  return page_answer(
      query, *found, [](const domain::pull_secret& each) { return each.name; },
      [](const domain::pull_secret& each) { return domain::to_json(each); });
}

outcome create(const secrets& all, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto document = read_body(of.request, body_kind::document);
  if (!document) return document.error();
  const auto made = all.create(of.who, *document);
  if (!made) return problem{made.error()};
  return created_answer("/pull-secrets/" + made->name, domain::to_json(*made));
}

outcome get(const secrets& all, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto found = all.get(of.who, of.arguments[0]);
  if (!found) return problem{found.error()};
  return json_answer(200, domain::to_json(*found));
}

outcome patch(const secrets& all, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto document = read_body(of.request, body_kind::patch);
  if (!document) return document.error();
  const auto changed = all.patch(of.who, of.arguments[0], *document);
  if (!changed) return problem{changed.error()};
  return json_answer(200, domain::to_json(*changed));
}

outcome remove(const secrets& all, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto done = all.remove(of.who, of.arguments[0]);
  if (!done) return problem{done.error()};
  return empty_answer(204);
}

outcome change_key(const secrets& all, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto sealed = all.change_key(of.who);
  if (!sealed) return problem{sealed.error()};
  return json_answer(200, {{"pullSecrets", *sealed}});
}

}  // namespace

void add_pull_secret_routes(route_table& to, const service::service_context& context, service::secret_vault& vault) {
  const auto add = [&](const char* method, std::string_view pattern, outcome (*answer)(const secrets&, const call&)) {
    to.add(method, pattern, [all = secrets{context, vault}, answer](const call& of) { return answer(all, of); });
  };
  add("GET", "/pull-secrets", list);
  add("POST", "/pull-secrets", create);
  add("GET", "/pull-secrets/{name}", get);
  add("PATCH", "/pull-secrets/{name}", patch);
  add("DELETE", "/pull-secrets/{name}", remove);
  add("POST", "/secret-key/rotate", change_key);
}

}  // namespace modelgate::control::rest
