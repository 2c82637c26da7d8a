#pragma once

#include "control/api/graphql/schema.hpp"
#include "control/api/primehub/caller.hpp"
#include "control/api/primehub/query_turns.hpp"
#include "control/api/primehub/token_exchange.hpp"

#include "modelgate/http_io/message.hpp"
#include "modelgate/http_io/refusal.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace modelgate::control::primehub {

/// What PrimeHub's clients ask of PrimeHub: GraphQL, the logs of replicas, and how a program gets its token.
///
/// Shape:  any-thread; refers to its parts.
/// Errors: every answer under /api is JSON, refusals as well: the SDK takes anything else for a broken server.
class primehub_api {
 public:
  primehub_api(const service::service_context& context, service::secret_vault& vault, service::sign_in& logins,
               service::audit_trail& trail, const rest::rest_options& options);
  primehub_api(const primehub_api&) = delete;
  primehub_api& operator=(const primehub_api&) = delete;

  /// Whether a path is this API's.
  [[nodiscard]] static bool has(std::string_view path) noexcept;
  [[nodiscard]] http_io::response operator()(const http_io::request& request);
  /// How it looks to this API's clients that the server itself refuses; where it is not known what was asked for (no
  /// path), a problem that such a client can read as well. Absent: the path is another's.
  [[nodiscard]] static std::optional<http_io::response> refused(std::string_view path, const http_io::refusal& why);

  /// What became of a query: all that it asked for is there; some of it failed, and the answer says why; it was no valid
  /// query; it asked for more than a limit allows, of time as well; or nobody was let in.
  enum class outcome : std::uint8_t { answered, failed, invalid, too_large, refused };
  static constexpr std::array<std::string_view, 5> outcome_names{"answered", "failed", "invalid", "too_large",
                                                                 "refused"};
  using outcome_counts = std::array<std::pair<std::string_view, std::uint64_t>, outcome_names.size()>;
  [[nodiscard]] outcome_counts counts() const noexcept;

 private:
  [[nodiscard]] http_io::response answer(const http_io::request& request, const std::string& request_id);
  [[nodiscard]] http_io::response answer_query(const http_io::request& request, const std::string& request_id);
  void count(outcome what) noexcept;

  const parts parts_;
  const graphql::schema types_;
  token_exchange exchange_;
  query_turns turns_;
  std::array<std::atomic<std::uint64_t>, outcome_names.size()> counts_{};
};

}  // namespace modelgate::control::primehub
