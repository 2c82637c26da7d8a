#pragma once

#include "control/api/primehub/primehub_api.hpp"
#include "control/api/rest/rest_api.hpp"
#include "control/service/idempotency.hpp"
#include "control/service/secret_vault.hpp"
#include "control/service/service_context.hpp"
#include "control/store/database.hpp"
#include "tests/integration/http_io/running_server.hpp"
#include "tests/integration/rest/scripted_parts.hpp"
#include "tests/support/temporary_folder.hpp"

#include "modelgate/config/settings.hpp"
#include "modelgate/crypto/token.hpp"
#include "modelgate/http_io/message.hpp"

#include <boost/json/value.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace modelgate::tests {

namespace store = control::store;

/// What came back, with the body parsed where it is JSON.
struct reply {
  unsigned status = 0;
  boost::json::value json;
  std::string body;
  http_io::field_list fields;

  /// A member by its pointer. Throws when it is not there, which fails the test.
  [[nodiscard]] const boost::json::value& at(const char* pointer) const { return json.at_pointer(pointer); }
  [[nodiscard]] std::string text(const char* pointer) const;
  /// "pointer CODE" of every located error, sorted.
  [[nodiscard]] std::string errors() const;
  /// One member of every item of a list.
  [[nodiscard]] std::string items(const char* member) const;
  [[nodiscard]] std::string field(std::string_view name) const { return std::string{fields.get(name)}; }
};

struct ask_options {
  std::optional<std::string> token;  ///< absent: the administrator's; empty: none at all
  std::string if_match;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> fields;
};

/// The control port as it is, but for what runs: the real server, API, services and store, in a folder of its own.
class control_port {
 public:
  control_port();

  /// `target` is below /api/v1; "!/path" is a page.
  [[nodiscard]] reply ask(const std::string& method, const std::string& target, const std::string& body = {},
                          const ask_options& options = {}) const;
  [[nodiscard]] reply get(const std::string& target, const std::string& token = {}) const;
  [[nodiscard]] reply patch(const std::string& target, const std::string& body,
                            const std::string& if_match = "*") const;
  [[nodiscard]] reply remove(const std::string& target, const std::string& if_match = {}) const;

  /// Groups research (4 cores, 8 GiB, 3 deployments; user-1) and sales (unbounded; user-2), types cpu-1 (1 core, 1 GiB)
  /// and sales-only, users with tokens.
  void furnish();
  /// Creates a deployment and answers whether that was done.
  [[nodiscard]] reply deploy(const std::string& id, const std::string& more = {}, const std::string& token = {}) const;
  /// What the administrator gets for a GraphQL document, on the caller's own thread: as many at once as ask.
  [[nodiscard]] reply query(const std::string& document);
  [[nodiscard]] std::string new_token(const std::string& user) const;
  /// For what no request does.
  [[nodiscard]] const control::service::service_context& context() const noexcept { return context_; }
  /// What the program does now and then.
  void do_chores() { api_.do_chores(); }
  [[nodiscard]] net::endpoint address() const { return server_.address(); }
  [[nodiscard]] control::events::event_hub& hub() { return api_.hub(); }

  temporary_folder folder;
  store::database database;
  crypto::token_key key;
  scripted_runtime runtime;
  scripted_reconciler reconciler;
  std::vector<config::client_use> last_uses;
  std::vector<config::proven_password> proven;
  std::string not_ready;
  std::function<control::service::answer<control::service::prediction_reply>(const control::service::prediction_call&)>
      predict;
  control::service::gateway_health health;
  std::string grafana_url;
  control::service::idempotency_limits idempotency;
  config::people_settings people;  ///< with passwords that cost little
  config::audit_settings audit;
  config::graphql_settings graphql;
  control::events::event_settings listening;  ///< to be changed before anybody listens
  std::string admin_token;
  std::string member_token;  ///< user-1 of research
  std::string other_token;   ///< user-2 of sales

 private:
  control::service::service_context context_;
  control::service::secret_vault vault_{folder.path() / "secret.key"};
  control::rest::rest_api api_;
  control::primehub::primehub_api primehub_{context_, vault_, api_.logins(), api_.trail(), api_.options()};
  http_io::test::running_server server_;
};

}  // namespace modelgate::tests
