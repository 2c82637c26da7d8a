#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/crypto/token.hpp"
#include "modelgate/http/head.hpp"
#include "modelgate/metrics/gateway_stats.hpp"

#include <string_view>

namespace modelgate::filter {

/// What a request brings to prove who sends it.
///
/// Shape: fixed size; the token is wiped on destruction.
class presented_credential {
 public:
  enum class scheme { none, basic, bearer, malformed };

  /// Longest decoded Basic credential that is looked at; ours have 53 characters and a name of up to 64.
  static constexpr std::size_t longest = 512;

  /// Source: RFC 7617 (Basic), RFC 6750 (Bearer). Two Authorization fields, control characters or bad base64 are
  /// malformed.
  explicit presented_credential(const http::request_head& head) noexcept;
  ~presented_credential();
  presented_credential(const presented_credential&) = delete;
  presented_credential& operator=(const presented_credential&) = delete;

  [[nodiscard]] scheme kind() const noexcept { return kind_; }
  [[nodiscard]] std::string_view name() const noexcept { return {decoded_, name_size_}; }  ///< Basic only
  [[nodiscard]] std::string_view token() const noexcept { return {decoded_ + token_start_, token_size_}; }

 private:
  void decode_basic(std::string_view text) noexcept;
  void take_bearer(std::string_view text) noexcept;

  scheme kind_ = scheme::none;
  std::size_t name_size_ = 0;
  std::size_t token_start_ = 0;
  std::size_t token_size_ = 0;
  char decoded_[longest];
};

/// The value of the only Authorization field; empty: there is none, or more than one.
[[nodiscard]] std::string_view shown_credential(const http::request_head& head) noexcept;

/// Whether a client found by the token's digest may pass, and why not.
struct client_view {
  bool found = false;
  std::string_view name;
  bool expired = false;
};

struct auth_verdict {
  bool passed = false;
  metrics::auth_failure failure = metrics::auth_failure::missing;
};

/// The rule, apart from hashing and look-up: takes the same path for a wrong token and a token of another deployment.
[[nodiscard]] auth_verdict judge(const presented_credential& credential, const client_view& client) noexcept;

}  // namespace modelgate::filter
