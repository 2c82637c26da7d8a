#pragma once

#include "gateway/telemetry/request_record.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace modelgate::telemetry {

/// An ExportTraceServiceRequest in JSON: of each request a SERVER span, and below it a CLIENT span for each replica that it
/// was sent to.
/// Source: OTLP 1.x, JSON Protobuf encoding (ids are hex, 64-bit numbers are texts); semantic conventions for HTTP.
[[nodiscard]] std::string to_spans(std::span<const request_record> records, std::string_view service_name);

/// How many spans one record is.
[[nodiscard]] constexpr std::size_t spans_of(const request_record& record) noexcept {
  return record.dispatched && !record.only_try ? 2 : 1;
}

}  // namespace modelgate::telemetry
