#pragma once

#include "control/domain/quota.hpp"
#include "control/service/service_error.hpp"

#include "modelgate/base/diagnostic.hpp"
#include "modelgate/base/result.hpp"
#include "modelgate/http_io/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace modelgate::control::rest {

/// An answer that says no. Source: RFC 9457, Problem Details for HTTP APIs.
struct problem {
  unsigned status = 500;
  std::string code;    ///< a stable word for programs, PrimeHub's where it has one
  std::string detail;  ///< a sentence for people
  diagnostics errors;
  std::vector<domain::quota_line> quota;
  std::optional<std::uint64_t> current;  ///< the revision that is there, for 412
  std::string changed_by;
  std::shared_ptr<const boost::json::array> changes;  ///< from what the caller had seen; null: not known
  std::vector<std::pair<std::string, std::string>> fields;

  problem() = default;
  problem(unsigned http_status, std::string word, std::string sentence)
      : status{http_status}, code{std::move(word)}, detail{std::move(sentence)} {}
  /// What the service refuses, in HTTP's words.
  explicit problem(const service::service_error& error);
};

using outcome = result<http_io::response, problem>;

[[nodiscard]] http_io::response to_response(const problem& of, std::string_view request_id);

}  // namespace modelgate::control::rest
