#pragma once

#include "gateway/telemetry/request_record.hpp"

#include "modelgate/config/settings.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace modelgate::telemetry {

/// Records to lines of the access log.
///
/// Fields that say nothing are left out: no `replica` where none was tried, no `connect_ms` on a kept connection.
/// Times are milliseconds with three decimals, `ts` is when the request began, UTC.
///
/// Shape: one thread; keeps the text of the last second it saw.
class access_log_writer {
 public:
  void append(std::string& out, const request_record& record, config::access_log_format format);

 private:
  [[nodiscard]] std::string_view text_of(std::chrono::seconds since_1970);

  std::chrono::seconds second_{-1};
  std::string second_text_;  ///< "2026-01-31T08:15:30"
  std::string escaped_;      ///< the value under way
};

}  // namespace modelgate::telemetry
