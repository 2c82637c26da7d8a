#include "control/domain/serving_document.hpp"

#include "control/domain/limits.hpp"
#include "control/domain/traffic_limit_document.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace modelgate::control::domain {
namespace {

namespace json = boost::json;

std::optional<std::chrono::seconds> seconds(std::optional<std::int64_t> count) {
  if (!count) return std::nullopt;
  return std::chrono::seconds{*count};
}

std::optional<std::uint32_t> narrow(std::optional<std::int64_t> number) {
  if (!number) return std::nullopt;
  return static_cast<std::uint32_t>(*number);  // the reader has held it to a bound below 2^32
}

json::value or_null(const std::optional<std::int64_t>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

template <class Value>
void leave_one_open(std::optional<Value>& asked, const std::optional<Value>& before, const Value& in_force) {
  if (!before && asked == in_force) asked.reset();
}

void leave_burst_open(traffic_limit& asked, const traffic_limit& before) {
  if (!before.millirequests_per_second || before.millirequests_per_second != asked.millirequests_per_second) return;
  leave_one_open(asked.burst, before.burst, resolved(before).burst);
}

}  // namespace

serving_overrides read_serving(const json::value& document, const std::string& pointer, diagnostics& mistakes) {
  serving_overrides serving;
  document_reader reader{document, pointer, mistakes};
  serving.protocol = reader.choice<config::upstream_protocol>(
      "protocol",
      {{"seldon", config::upstream_protocol::seldon}, {"passthrough", config::upstream_protocol::passthrough}});
  serving.timeout = seconds(reader.whole_number("timeout", 1, limits::timeout_seconds));
  if (const auto bytes = reader.whole_number("maxBodyBytes", 1, limits::body_bytes)) {
    serving.max_body_bytes = static_cast<std::uint64_t>(*bytes);
  }
  serving.concurrency = narrow(reader.whole_number("concurrency", 1, limits::concurrency));
  serving.max_queue = narrow(reader.whole_number("maxQueue", 0, limits::queue_length));
  serving.queue_timeout = seconds(reader.whole_number("queueTimeout", 1, limits::timeout_seconds));
  serving.idempotent = reader.boolean("idempotent").value_or(false);
  serving.hedge = reader.boolean("hedge").value_or(false);
  if (serving.hedge && !serving.idempotent) {
    reader.mistake(
        "hedge", mistake_code::not_allowed,
        "sends slow requests to a second replica, which only idempotent deployments allow; set idempotent too");
  }
  serving.forward_authorization = reader.boolean("forwardAuthorization").value_or(false);
  serving.allow_upgrade = reader.boolean("allowUpgrade").value_or(false);
  if (const auto* example = reader.raw("exampleRequest")) {
    serving.example_request = json::serialize(*example);
    if (serving.example_request->size() > limits::example_request_bytes) {
      reader.mistake("exampleRequest", mistake_code::too_long,
                     "takes " + std::to_string(serving.example_request->size()) + " bytes; at most "
                         + std::to_string(limits::example_request_bytes) + " are allowed");
    }
  }
  if (const auto* limits = reader.raw("limits")) {
    serving.limits = read_traffic_limits(*limits, reader.pointer("limits"), mistakes);
  }
  reader.refuse_others();
  return serving;
}

json::object to_json(const serving_overrides& serving, const serving_defaults* defaults) {
  const auto effective = [&](std::optional<std::int64_t> given, std::int64_t otherwise) {
    return or_null(given || defaults == nullptr ? given : std::optional{otherwise});
  };
  const auto count = [](const std::optional<std::chrono::seconds>& duration) {
    return duration ? std::optional<std::int64_t>{duration->count()} : std::nullopt;
  };
  const auto wide = [](const auto& number) {
    return number ? std::optional<std::int64_t>{static_cast<std::int64_t>(*number)} : std::nullopt;
  };
  const serving_defaults none;
  const serving_defaults& open = defaults == nullptr ? none : *defaults;

  json::value protocol = nullptr;
  if (serving.protocol) protocol = *serving.protocol == config::upstream_protocol::seldon ? "seldon" : "passthrough";
  json::object document;
  document.emplace("protocol", std::move(protocol));
  document.emplace("timeout", effective(count(serving.timeout), open.timeout.count()));
  document.emplace("maxBodyBytes",
                   effective(wide(serving.max_body_bytes), static_cast<std::int64_t>(open.max_body_bytes)));
  document.emplace("concurrency", or_null(wide(serving.concurrency)));
  document.emplace("maxQueue", effective(wide(serving.max_queue), open.max_queue));
  document.emplace("queueTimeout", effective(count(serving.queue_timeout), open.queue_timeout.count()));
  document.emplace("idempotent", serving.idempotent);
  document.emplace("hedge", serving.hedge);
  document.emplace("forwardAuthorization", serving.forward_authorization);
  document.emplace("allowUpgrade", serving.allow_upgrade);
  document.emplace("exampleRequest",
                   serving.example_request ? json::parse(*serving.example_request) : json::value(nullptr));
  document.emplace("limits", to_json(serving.limits, defaults != nullptr));
  return document;
}

void leave_open(serving_overrides& asked, const serving_overrides& before, const serving_defaults& in_force) {
  leave_one_open(asked.timeout, before.timeout, in_force.timeout);
  leave_one_open(asked.max_body_bytes, before.max_body_bytes, in_force.max_body_bytes);
  leave_one_open(asked.max_queue, before.max_queue, in_force.max_queue);
  leave_one_open(asked.queue_timeout, before.queue_timeout, in_force.queue_timeout);
  leave_burst_open(asked.limits.together, before.limits.together);
  leave_burst_open(asked.limits.per_client, before.limits.per_client);
}

}  // namespace modelgate::control::domain
