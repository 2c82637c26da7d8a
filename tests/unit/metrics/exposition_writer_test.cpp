#include "gateway/metrics/exposition_writer.hpp"

#include "modelgate/metrics/registry.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <sstream>
#include <string>

namespace modelgate::metrics {

using namespace std::chrono_literals;
using prometheus::MetricType;

BOOST_AUTO_TEST_SUITE(exposition_writer)

BOOST_AUTO_TEST_CASE(counters_gauges_and_infos_have_the_names_of_their_types) {
  exposition shown;
  shown.families.push_back(family("gate_waits_seconds_total", "Waits.", MetricType::Counter));
  add_number(shown.families.back(), {{"why", "a\"b\\c\nd"}}, 0.25);
  shown.families.push_back(family("gate_memory_bytes", "With a \\ and\na line.", MetricType::Gauge));
  add_number(shown.families.back(), {}, 12'345'678'901.0);
  shown.families.push_back(family("gate_build_info", "Always 1.", MetricType::Gauge));
  add_number(shown.families.back(), {{"version", "1"}}, 1);
  BOOST_TEST(write_exposition(shown, exposition_format::open_metrics)
             == "# TYPE gate_waits_seconds counter\n# UNIT gate_waits_seconds seconds\n# HELP gate_waits_seconds Waits.\n"
                "gate_waits_seconds_total{why=\"a\\\"b\\\\c\\nd\"} 0.25\n"
                "# TYPE gate_memory_bytes gauge\n# UNIT gate_memory_bytes bytes\n"
                "# HELP gate_memory_bytes With a \\\\ and\\na line.\n"
                "gate_memory_bytes 12345678901\n"
                "# TYPE gate_build info\n# HELP gate_build Always 1.\ngate_build_info{version=\"1\"} 1\n# EOF\n");
}

BOOST_AUTO_TEST_CASE(the_older_text_keeps_names_and_shows_no_exemplars) {
  histogram_totals<seldon_bounds> totals;
  totals.buckets[9] = 3;  // up to 1 s
  totals.sum_seconds = 2.5;
  totals.exemplars.push_back({9, {{1, 2}, 0.8, system_time{}}});
  exposition shown;
  shown.families.push_back(family("gate_waits_seconds_total", "A \\ and \"quotes\".", MetricType::Counter));
  add_number(shown.families.back(), {{"why", "a\"b\\c\nd"}, {"who", ""}}, 0.25);
  shown.families.push_back(family("gate_build_info", "Always 1.", MetricType::Gauge));
  add_number(shown.families.back(), {}, 1);
  shown.families.push_back(family("gate_seconds", "Latency.", MetricType::Histogram));
  add_histogram(shown.families.back(), {}, totals, shown.exemplars);
  const std::string text = write_exposition(shown, exposition_format::text);
  BOOST_TEST(
      text.starts_with("# HELP gate_waits_seconds_total A \\\\ and \"quotes\".\n"
                       "# TYPE gate_waits_seconds_total counter\n"
                       "gate_waits_seconds_total{why=\"a\\\"b\\\\c\\nd\",who=\"\"} 0.25\n"
                       "# HELP gate_build_info Always 1.\n# TYPE gate_build_info gauge\ngate_build_info 1\n"
                       "# HELP gate_seconds Latency.\n# TYPE gate_seconds histogram\n"));
  BOOST_TEST(text.find("\ngate_seconds_bucket{le=\"0.75\"} 0\ngate_seconds_bucket{le=\"1\"} 3\n") != std::string::npos);
  BOOST_TEST(text.ends_with("gate_seconds_bucket{le=\"+Inf\"} 3\ngate_seconds_count 3\ngate_seconds_sum 2.5\n"));
}

BOOST_AUTO_TEST_CASE(a_bucket_shows_its_exemplar_and_its_bound_as_a_number_with_a_point) {
  histogram_totals<seldon_bounds> totals;
  totals.buckets[9] = 3;  // up to 1 s
  totals.sum_seconds = 2.5;
  exemplar one{{}, 0.8, system_time{1'700'000'000'042ms}};
  one.trace = {0x0a00000000000000, 0xf1};
  totals.exemplars.push_back({9, one});
  exposition shown;
  shown.families.push_back(family("gate_seconds", "Latency.", MetricType::Histogram));
  add_histogram(shown.families.back(), {{"id", "iris"}}, totals, shown.exemplars);
  const std::string text = write_exposition(shown, exposition_format::open_metrics);
  BOOST_TEST(text.find("gate_seconds_bucket{id=\"iris\",le=\"0.75\"} 0\n") != std::string::npos);
  BOOST_TEST(
      text.find("gate_seconds_bucket{id=\"iris\",le=\"1.0\"} 3 # {trace_id=\"0a0000000000000000000000000000f1\"} "
                "0.8 1700000000.042\n")
      != std::string::npos);
  BOOST_TEST(text.find("gate_seconds_bucket{id=\"iris\",le=\"+Inf\"} 3\ngate_seconds_count{id=\"iris\"} 3\n"
                       "gate_seconds_sum{id=\"iris\"} 2.5\n# EOF\n")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(bounds_of_microseconds_are_the_same_text_in_both_formats) {
  registry all{1, "{id}"};
  const auto iris = all.deployment("iris");
  BOOST_TEST(all.expose().find("modelgate_overhead_seconds_bucket{") == std::string::npos);  // not before it is to serve
  iris->set_has_loaded();
  const std::string open = all.expose(exposition_format::open_metrics);
  const std::string text = all.expose();
  for (const char* bound : {"2.5e-05", "5e-05", "0.0001", "0.00025", "0.005", "0.1"}) {
    const std::string series =
        "modelgate_overhead_seconds_bucket{deployment_name=\"iris\",le=\"" + std::string{bound} + "\"} 0\n";
    BOOST_TEST(open.find(series) != std::string::npos, series);
    BOOST_TEST(text.find(series) != std::string::npos, series);
  }
}

BOOST_AUTO_TEST_CASE(no_two_families_of_a_scrape_have_one_name) {
  registry all{2, "{id}", {.engine_names = true, .summaries = true}};
  static_cast<void>(all.deployment("iris")->index_of({"demo/iris", "1.0"}));
  std::istringstream lines{all.expose(exposition_format::open_metrics)};
  std::set<std::string> names;
  std::string line;
  std::string last;
  while (std::getline(lines, line)) {
    last = line;
    if (line.rfind("# TYPE ", 0) != 0) continue;
    const std::string name = line.substr(7, line.find(' ', 7) - 7);
    BOOST_TEST(names.insert(name).second, name);
    BOOST_TEST(line.find(" unknown") == std::string::npos, line);
  }
  BOOST_TEST(names.size() > 30U);
  BOOST_TEST(last == "# EOF");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::metrics
