#include "control/domain/traffic_limit_document.hpp"

#include "control/domain/limits.hpp"
#include "control/domain/units.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace modelgate::control::domain {
namespace {

namespace json = boost::json;

std::optional<std::uint32_t> narrow(std::optional<std::int64_t> number) {
  if (!number) return std::nullopt;
  return static_cast<std::uint32_t>(*number);  // the reader has held it to a bound below 2^32
}

traffic_limit read_members(document_reader& reader) {
  traffic_limit limit;
  if (const auto rate = reader.number("requestsPerSecond", 0.001, limits::requests_per_second)) {
    limit.millirequests_per_second = thousandths_from(*rate);
    if (!limit.millirequests_per_second) {
      reader.mistake("requestsPerSecond", mistake_code::out_of_range, "must be a multiple of 0.001");
    }
  }
  limit.burst = narrow(reader.whole_number("burst", 1, limits::requests_at_once));
  limit.concurrent = narrow(reader.whole_number("concurrent", 1, limits::requests_at_once));
  if (limit.burst && !limit.millirequests_per_second) {
    reader.require("requestsPerSecond", "the rate that a burst may exceed for a moment");
  }
  return limit;
}

json::object members_of(const traffic_limit& limit, bool complete) {
  const auto number = [](const auto& count) { return count ? json::value(*count) : json::value(nullptr); };
  json::object document;
  document.emplace("requestsPerSecond", limit.millirequests_per_second
                                            ? json::value(from_thousandths(*limit.millirequests_per_second))
                                            : json::value(nullptr));
  const bool open = complete && limit.millirequests_per_second && !limit.burst;
  document.emplace("burst", open ? json::value(resolved(limit).burst) : number(limit.burst));
  document.emplace("concurrent", number(limit.concurrent));
  return document;
}

}  // namespace

traffic_limit read_traffic_limit(const json::value& document, const std::string& pointer, diagnostics& mistakes) {
  document_reader reader{document, pointer, mistakes};
  traffic_limit limit = read_members(reader);
  reader.refuse_others();
  return limit;
}

traffic_limits read_traffic_limits(const json::value& document, const std::string& pointer, diagnostics& mistakes) {
  document_reader reader{document, pointer, mistakes};
  traffic_limits read;
  read.together = read_members(reader);
  if (const auto* each = reader.raw("perClient")) {
    read.per_client = read_traffic_limit(*each, reader.pointer("perClient"), mistakes);
  }
  reader.refuse_others();
  return read;
}

json::value to_json(const traffic_limit& limit, bool complete) {
  if (limit.empty()) return nullptr;
  return members_of(limit, complete);
}

json::value to_json(const traffic_limits& limits, bool complete) {
  if (limits.empty()) return nullptr;
  json::object document = members_of(limits.together, complete);
  document.emplace("perClient", to_json(limits.per_client, complete));
  return document;
}

}  // namespace modelgate::control::domain
