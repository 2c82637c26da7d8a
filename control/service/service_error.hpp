#pragma once

#include "control/domain/quota.hpp"

#include "modelgate/base/diagnostic.hpp"
#include "modelgate/base/errc.hpp"
#include "modelgate/base/result.hpp"

#include <boost/json/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace modelgate::control::service {

enum class failure {
  bad_request,      ///< a parameter, not the document
  unauthenticated,  ///< who asks is not known
  wrong_login,      ///< name and password do not fit; never which of them
  locked_out,       ///< too many wrong logins; `retry_after` says for how long
  busy,             ///< others are being served; `retry_after` says when to come back
  forbidden,        ///< who asks may not
  over_quota,       ///< `quota` holds the arithmetic
  not_found,        ///< there is no such thing, or none that this caller may know of
  conflict,         ///< not as things are now
  invalid,          ///< `mistakes` says where in the document
  precondition_required,
  precondition_failed,  ///< `current`, `changed_by` and `changes` say what is there instead
  key_in_use,           ///< another request has the same Idempotency-Key just now
  key_reused,           ///< that Idempotency-Key belongs to a request that asked for something else
  storage_unavailable,  ///< nothing was changed; try again later
};

/// Why a use case was not done. Nothing was changed, whatever the kind.
struct service_error {
  failure kind = failure::storage_unavailable;
  std::string detail;  ///< a sentence for people: what, and what to do
  diagnostics mistakes;
  std::vector<domain::quota_line> quota;
  std::optional<std::uint64_t> current;
  std::string changed_by;
  std::chrono::seconds retry_after{0};
  std::shared_ptr<const boost::json::array> changes;  ///< from what the caller had seen to `current`; null: not known

  service_error() = default;  // result<void, service_error> asks for it
  service_error(failure why, std::string sentence) : kind{why}, detail{std::move(sentence)} {}
  /// What the store answers when it cannot do its work.
  explicit service_error(error_code problem)
      : service_error{failure::storage_unavailable,
                      problem == errc::storage_full
                          ? "the disk of the data folder is full; nothing was changed, make room and try again"
                          : "the store cannot be used now; nothing was changed, try again later"} {}
};

template <class Value>
using answer = result<Value, service_error>;

[[nodiscard]] inline service_error invalid(diagnostics mistakes) {
  service_error error{failure::invalid, mistakes.size() == 1
                                            ? "the document has a mistake"
                                            : "the document has " + std::to_string(mistakes.size()) + " mistakes"};
  error.mistakes = std::move(mistakes);
  return error;
}

[[nodiscard]] inline service_error not_found(const std::string& kind, const std::string& name) {
  return {failure::not_found, kind + " \"" + name + "\" not found"};
}

[[nodiscard]] inline service_error not_authorised() {
  return {failure::forbidden, "user not auth"};
}

}  // namespace modelgate::control::service
