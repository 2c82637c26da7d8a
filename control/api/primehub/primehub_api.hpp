#pragma once

#include "control/api/graphql/limits.hpp"
#include "control/api/graphql/schema.hpp"
#include "control/api/primehub/caller.hpp"
#include "control/api/primehub/token_exchange.hpp"

#include "modelgate/http_io/message.hpp"

#include <string_view>

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

 private:
  [[nodiscard]] http_io::response answer(const http_io::request& request, const std::string& request_id);
  [[nodiscard]] http_io::response answer_query(const http_io::request& request, const std::string& request_id);

  const parts parts_;
  const graphql::schema types_;
  const graphql::query_limits limits_;
  token_exchange exchange_;
};

}  // namespace modelgate::control::primehub
