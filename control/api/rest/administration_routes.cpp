#include "control/api/rest/answers.hpp"
#include "control/api/rest/audited_change.hpp"
#include "control/api/rest/request_body.hpp"
#include "control/api/rest/routes.hpp"
#include "control/api/rest/views.hpp"
#include "control/domain/instance_type_document.hpp"
#include "control/service/group_service.hpp"
#include "control/service/image_service.hpp"
#include "control/service/instance_type_service.hpp"
#include "control/service/log_level_service.hpp"

#include "modelgate/base/log_level.hpp"

#include <algorithm>

namespace modelgate::control::rest {
namespace {

/// A resource that is created from a document, read, patched and deleted by its name.
template <class Service, class Item, class View>
class named_resource {
 public:
  named_resource(const service::service_context& context, std::string path, View view,
                 std::string (*name_of)(const Item&))
      : service_{context}, path_{std::move(path)}, view_{view}, name_of_{name_of} {}

  outcome list(const call& of) const {
    parameters query{of.request, {"pageSize", "pageToken"}};
    if (auto wrong = query.wrong()) return *wrong;
    const auto found = service_.list(of.who);
    if (!found) return problem{found.error()};
    return page_answer(query, *found, name_of_, view_);
  }

  outcome create(const call& of) const {
    if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
    const auto document = read_body(of.request, body_kind::document);
    if (!document) return document.error();
    const auto made = service_.create(of.who, *document);
    if (!made) return problem{made.error()};
    return created_answer(path_ + "/" + name_of_(*made), view_(*made));
  }

  outcome get(const call& of) const {
    if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
    const auto found = service_.get(of.who, of.arguments[0]);
    if (!found) return problem{found.error()};
    return json_answer(200, view_(*found));
  }

  outcome patch(const call& of) const {
    if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
    const auto document = read_body(of.request, body_kind::patch);
    if (!document) return document.error();
    const auto changed = service_.patch(of.who, of.arguments[0], *document);
    if (!changed) return problem{changed.error()};
    return json_answer(200, view_(*changed));
  }

 private:
  Service service_;
  std::string path_;
  View view_;
  std::string (*name_of_)(const Item&);
};

template <class Item, class Service, class View>
void add_named_resource(route_table& to, const service::service_context& context, const std::string& path, View view,
                        std::string (*name_of)(const Item&)) {
  const named_resource<Service, Item, View> resource{context, path, view, name_of};
  to.add("GET", path, [resource](const call& of) { return resource.list(of); });
  to.add("POST", path, [resource](const call& of) { return resource.create(of); });
  to.add("GET", path + "/{name}", [resource](const call& of) { return resource.get(of); });
  to.add("PATCH", path + "/{name}", [resource](const call& of) { return resource.patch(of); });
}

outcome remove_group(const service::group_service& groups, const call& of) {
  parameters query{of.request, {"confirm"}};
  if (auto wrong = query.wrong()) return *wrong;
  const auto draining = groups.remove(of.who, of.arguments[0], separated_by_commas(query.all("confirm")),
                                      audited(of.request, of.request_id));
  if (!draining) return problem{draining.error()};
  return empty_answer(*draining ? 202 : 204);
}

outcome remove_instance_type(const service::instance_type_service& types, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto done = types.remove(of.who, of.arguments[0]);
  if (!done) return problem{done.error()};
  return empty_answer(204);
}

outcome list_images(const service::image_service& images, const call& of) {
  parameters query{of.request, {"pageSize", "pageToken"}};
  auto found = images.list();
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.image < b.image; });
  return page_answer(
      query, found, [](const auto& each) { return each.image; }, [](const auto& each) { return to_json(each); });
}

outcome get_image(const service::image_service& images, const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto found = images.get(of.arguments[0]);
  if (!found) return problem{found.error()};
  return json_answer(200, to_json(*found));
}

outcome level_answer(const service::answer<log::level>& level) {
  if (!level) return problem{level.error()};
  return json_answer(200, {{"level", log::name_of(*level)}});
}

outcome get_log_level(const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  return level_answer(service::log_level_service::get(of.who));
}

outcome put_log_level(const call& of) {
  if (auto wrong = parameters{of.request, {}}.wrong()) return *wrong;
  const auto document = read_body(of.request, body_kind::document);
  if (!document) return document.error();
  return level_answer(service::log_level_service::set(of.who, *document));
}

}  // namespace

void add_administration_routes(route_table& to, const service::service_context& context) {
  add_named_resource<service::group_view, service::group_service>(
      to, context, "/groups", [](const service::group_view& each) { return to_json(each); },
      +[](const service::group_view& each) { return each.group.name; });
  to.add("DELETE", "/groups/{name}",
         [groups = service::group_service{context}](const call& of) { return remove_group(groups, of); });

  add_named_resource<domain::instance_type, service::instance_type_service>(
      to, context, "/instance-types", [](const domain::instance_type& each) { return domain::to_json(each); },
      +[](const domain::instance_type& each) { return each.name; });
  to.add("DELETE", "/instance-types/{name}",
         [types = service::instance_type_service{context}](const call& of) { return remove_instance_type(types, of); });

  // The name of an image may hold slashes, so it is all the rest of the path.
  const service::image_service images{context};
  to.add("GET", "/images", [images](const call& of) { return list_images(images, of); });
  to.add("GET", "/images/{image...}", [images](const call& of) { return get_image(images, of); });

  to.add("GET", "/log-level", get_log_level);
  to.add("PUT", "/log-level", put_log_level);
}

}  // namespace modelgate::control::rest
