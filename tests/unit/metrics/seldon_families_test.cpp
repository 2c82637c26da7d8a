#include "modelgate/metrics/registry.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <sstream>
#include <string>

namespace modelgate::metrics {

using namespace std::chrono_literals;

namespace {

/// A registry with one deployment that has been called twice, once without success.
struct called {
  explicit called(const config::metrics_settings& settings) : all{1, "{id}", settings} {
    stats = all.deployment("iris");
    stats->set_predictor_version("v1");
    const model_index model = stats->index_of({"demo/iris", "1.0"});
    record(model, 200, 0);
    record(model, 503, 0);
  }
  void record(model_index model, std::uint16_t status, path_index path) {
    series_key key{service::predictions, method_label::post, status};
    stats->of_worker(0).server.record(key, 1ms);
    key.model = model;
    key.path = path;
    stats->of_worker(0).client.record(key, 1ms);
  }
  bool shows(const std::string& line) const { return all.expose().find("\n" + line + "\n") != std::string::npos; }
  bool says(const std::string& part) const { return all.expose().find(part) != std::string::npos; }

  registry all;
  std::shared_ptr<deployment_stats> stats;
};

const std::string client = "{deployment_name=\"iris\",predictor_name=\"deploy\",predictor_version=\"v1\",service=\"";
const std::string labels_of_503 =
    "\",model_name=\"model\",model_image=\"demo/"
    "iris\",model_version=\"1.0\",method=\"post\",code=\"503\",status=\"503\"}";

}  // namespace

BOOST_AUTO_TEST_SUITE(seldon_families_suite)

BOOST_AUTO_TEST_CASE(shows_neither_old_names_nor_summaries_unasked) {
  const called once{{}};
  BOOST_TEST(
      once.shows("seldon_api_executor_client_requests_seconds_count" + client + "/predict" + labels_of_503 + " 1"));
  BOOST_TEST(!once.says("seldon_api_engine"));
  BOOST_TEST(!once.says("_summary"));
}

BOOST_AUTO_TEST_CASE(summaries_have_sum_and_count) {
  const called once{{.summaries = true}};
  BOOST_TEST(once.shows("seldon_api_executor_client_requests_seconds_summary_count" + client + "/predict"
                        + labels_of_503 + " 1"));
  BOOST_TEST(
      once.shows("seldon_api_executor_server_requests_seconds_summary_sum{deployment_name=\"iris\","
                 "predictor_name=\"deploy\",predictor_version=\"v1\",service=\"predictions\",method=\"post\","
                 "code=\"200\",status=\"200\"} 0.001"));
}

BOOST_AUTO_TEST_CASE(the_engines_names_have_the_engines_labels) {
  const called once{{.engine_names = true}};
  BOOST_TEST(
      once.shows("seldon_api_engine_server_requests_seconds_count{exception=\"None\",method=\"POST\","
                 "outcome=\"SERVER_ERROR\",status=\"503\",uri=\"/api/v1.0/predictions\"} 1"));
  BOOST_TEST(
      once.shows("seldon_api_engine_client_requests_seconds_count{method=\"POST\",uri=\"/predict\",status=\"503\","
                 "clientName=\"none\",deployment_name=\"iris\",model_name=\"model\",model_image=\"demo/iris\","
                 "model_version=\"1.0\",predictor_name=\"deploy\",predictor_version=\"v1\"} 1"));
  BOOST_TEST(once.says("seldon_api_executor_server"));
}

BOOST_AUTO_TEST_CASE(predictions_may_be_called_as_the_dashboards_p50_wants_it) {
  const called once{{.client_service = config::client_service_label::capital_predict}};
  BOOST_TEST(
      once.shows("seldon_api_executor_client_requests_seconds_count" + client + "/Predict" + labels_of_503 + " 1"));
  BOOST_TEST(!once.says("service=\"/predict\""));
}

BOOST_AUTO_TEST_CASE(paths_are_shown_where_that_is_wanted) {
  called once{{.client_service = config::client_service_label::path}};
  BOOST_TEST(once.stats->shows_paths());
  const path_index infer = once.stats->paths().find_or_add("/v2/models/m/infer");
  once.record(0, 503, infer);
  once.record(0, 503, path_list::other);
  for (const char* service : {"/predict", "/v2/models/m/infer", "other"}) {
    BOOST_TEST(
        once.shows("seldon_api_executor_client_requests_seconds_count" + client + service + labels_of_503 + " 1"));
  }
}

BOOST_AUTO_TEST_CASE(what_has_the_same_labels_is_one_series) {
  called once{{.engine_names = true, .summaries = true, .client_service = config::client_service_label::path}};
  const auto record = [&](service what, method_label method, path_index path) {
    once.stats->of_worker(0).client.record({what, method, 200, 0, path}, 1ms);
  };
  // Under Seldon's protocol these are services, and what is asked of /v2 by GET is metadata; of passthrough all are predictions.
  path_list& paths = once.stats->paths();
  for (const service what : {service::feedback, service::status, service::metadata}) {
    record(what, method_label::post, 0);
    record(service::predictions, method_label::post, paths.find_or_add(client_word(what)));
  }
  const path_index ready = paths.find_or_add("/v2/models/m/ready");
  record(service::metadata, method_label::get, ready);
  record(service::predictions, method_label::get, ready);

  const std::string text = once.all.expose();
  std::set<std::string> series;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('#')) BOOST_TEST(series.insert(line.substr(0, line.rfind(' '))).second, "twice: " << line);
  }
  const std::string counts = "seldon_api_executor_client_requests_seconds_count" + client;
  const std::string of_model = "\",model_name=\"model\",model_image=\"demo/iris\",model_version=\"1.0\",method=\"";
  for (const char* path : {"/send-feedback", "/health/status", "/metadata"})
    BOOST_TEST(once.shows(counts + path + of_model + "post\",code=\"200\",status=\"200\"} 2"));
  BOOST_TEST(once.shows(counts + "/v2/models/m/ready" + of_model + "get\",code=\"200\",status=\"200\"} 2"));
  // The engine's has predictions and feedback only.
  const std::string engine = "seldon_api_engine_client_requests_seconds_count{method=\"POST\",uri=\"";
  BOOST_TEST(once.says(engine + "/send-feedback"));
  BOOST_TEST(
      once.shows(
          engine
          + "/metadata\",status=\"200\",clientName=\"none\",deployment_name=\"iris\",model_name=\"model\","
            "model_image=\"demo/iris\",model_version=\"1.0\",predictor_name=\"deploy\",predictor_version=\"v1\"} 1"));
}

BOOST_AUTO_TEST_CASE(paths_are_bounded) {
  path_list paths;
  BOOST_TEST(paths.find_or_add("/a") == 1U);
  BOOST_TEST(paths.find_or_add("/b") == 2U);
  BOOST_TEST(paths.find_or_add("/a") == 1U);
  BOOST_TEST(paths.at(2) == "/b");
  BOOST_TEST(paths.find_or_add(std::string(path_list::longest + 1, 'x')) == path_list::other);
  for (std::size_t i = 2; i < path_list::limit; ++i) BOOST_TEST(paths.find_or_add("/" + std::to_string(i)) == i + 1);
  BOOST_TEST(paths.find_or_add("/one-too-many") == path_list::other);
  BOOST_TEST(paths.at(path_list::other) == "other");
  BOOST_TEST(paths.find_or_add("/b") == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::metrics
