#include "gateway/metrics/feedback_families.hpp"

#include "gateway/metrics/families.hpp"

#include <utility>

namespace modelgate::metrics {

using prometheus::MetricType;

feedback_families::feedback_families()
    : calls_{family("seldon_api_model_feedback_total", "Feedback that was accepted, with a reward or without.",
                    MetricType::Counter)},
      reward_{family("seldon_api_model_feedback_reward_total",
                     "Rewards of feedback that were not negative, each call's counted once.", MetricType::Counter)},
      penalty_{family("modelgate_feedback_penalty_total", "Negative rewards of feedback, without their sign.",
                      MetricType::Counter)},
      rows_{family("modelgate_feedback_rows_total",
                   "Rows of the batches that a reward was given for, whatever its sign; one where there is no batch.",
                   MetricType::Counter)},
      row_reward_{family("modelgate_feedback_row_reward_total",
                         "Rewards that were not negative times the rows of their batches: successes among all rows.",
                         MetricType::Counter)} {}

void feedback_families::add(const deployment_stats& stats, const std::string& name) {
  for (const auto& [model, of] : stats.shown_models()) {
    feedback_totals totals;
    for (std::size_t worker = 0; worker < stats.workers(); ++worker) {
      totals.add(stats.of_worker(worker).feedback.of_model(model));
    }
    // One set of labels for all: dashboards divide one by the other without aggregating.
    const label_list labels{
        {"deployment_name", name}, {"predictor_name", "deploy"}, {"predictor_version", stats.predictor_version()},
        {"model_name", "model"},   {"model_image", of.image},    {"model_version", of.version},
        {"method", "feedback"}};
    add_number(calls_, labels, static_cast<double>(totals.calls));
    add_number(reward_, labels, totals.reward);
    add_number(penalty_, labels, totals.penalty);
    add_number(rows_, labels, static_cast<double>(totals.rows));
    add_number(row_reward_, labels, totals.row_reward);
  }
}

std::array<prometheus::MetricFamily, 5> feedback_families::take() {
  return {std::move(calls_), std::move(reward_), std::move(penalty_), std::move(rows_), std::move(row_reward_)};
}

}  // namespace modelgate::metrics
