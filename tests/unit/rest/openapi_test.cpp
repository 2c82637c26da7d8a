// The API's document and the routes say the same.
#include "control/api/rest/openapi.hpp"

#include "control/api/rest/rest_api.hpp"
#include "tests/integration/rest/scripted_parts.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <string>

namespace rest = modelgate::control::rest;
namespace json = boost::json;
using modelgate::tests::scripted_reconciler;
using modelgate::tests::scripted_runtime;

namespace {

const json::object& document() {
  static const json::value read =
      json::parse(json::string_view{rest::openapi_document.data(), rest::openapi_document.size()});
  return read.get_object();
}

/// Of the program: "GET /images/{image}".
std::set<std::string> routes() {
  const modelgate::tests::temporary_folder folder;
  modelgate::control::store::database database{folder.path()};
  const auto key = modelgate::crypto::token_key::load_or_create(folder.path() / "token.key").value();
  scripted_runtime runtime;
  scripted_reconciler reconciler;
  const modelgate::control::service::service_context context{
      .database = database, .key = key, .runtime = runtime, .reconciler = reconciler};
  modelgate::control::service::secret_vault vault{folder.path() / "secret.key"};
  const rest::rest_api api{context, vault, {}};
  std::set<std::string> all;
  for (std::string route : api.routes().list()) {
    if (const auto rest_of_path = route.find("...}"); rest_of_path != std::string::npos) route.erase(rest_of_path, 3);
    all.insert(std::move(route));
  }
  return all;
}

/// Of the document, those below /api/v1.
std::set<std::string> operations() {
  static const std::set<std::string> methods{"get", "put", "post", "patch", "delete"};
  std::set<std::string> all;
  for (const auto& path : document().at("paths").as_object()) {
    if (path.value().as_object().contains("servers")) continue;
    for (const auto& member : path.value().as_object()) {
      std::string method{member.key()};
      if (!methods.contains(method)) continue;
      std::transform(method.begin(), method.end(), method.begin(),
                     [](char c) { return static_cast<char>(c - 'a' + 'A'); });
      all.insert(method + " " + std::string{path.key()});
    }
  }
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(openapi)

BOOST_AUTO_TEST_CASE(has_every_route_and_no_other) {
  const auto there = routes();
  const auto written = operations();
  for (const std::string& route : there) {
    BOOST_TEST(written.contains(route), route << " has no operation in control/api/openapi.json: write one");
  }
  for (const std::string& operation : written) {
    BOOST_TEST(there.contains(operation), operation << " is in control/api/openapi.json, but there is no such route");
  }
  BOOST_TEST(there.size() > 30U);
}

BOOST_AUTO_TEST_CASE(names_each_operation_once) {
  std::set<std::string> names;
  for (const auto& path : document().at("paths").as_object()) {
    for (const auto& member : path.value().as_object()) {
      const auto* operation = member.value().if_object();
      if (operation == nullptr) continue;
      const std::string name{operation->at("operationId").as_string()};
      BOOST_TEST(names.insert(name).second, name << " is the name of two operations");
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
