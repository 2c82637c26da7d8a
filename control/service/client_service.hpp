#pragma once

#include "control/domain/deployment.hpp"
#include "control/domain/htpasswd.hpp"
#include "control/domain/user.hpp"
#include "control/service/dry_run.hpp"
#include "control/service/idempotency.hpp"
#include "control/service/service_context.hpp"
#include "control/service/service_error.hpp"

#include "modelgate/crypto/secret.hpp"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace modelgate::control::service {

struct client_view {
  domain::client client;
  std::optional<system_time> last_used_at;  ///< to the minute
  std::uint64_t requests = 0;               ///< that it authenticated
};

/// What became of an htpasswd file.
struct import_report {
  std::vector<std::string> added;
  std::vector<std::string> replaced;
  std::vector<domain::htpasswd_flaw> skipped;
  bool live = false;
};

struct created_client {
  domain::client client;
  crypto::secret token;  ///< told once, here
  bool live = false;     ///< every gateway worker knows it; else they will shortly
};

/// The callers of a deployment's private endpoint. Their changes make no revision and need no precondition.
///
/// Shape: any-thread; refers to the context. Changes wait for every gateway worker, at most `publish_timeout`.
class client_service {
 public:
  explicit client_service(const service_context& context) noexcept : context_{context} {}

  [[nodiscard]] answer<std::vector<client_view>> list(const domain::principal& who,
                                                      const std::string& deployment) const;
  /// Whether the caller sees the deployment, and it is the one that was there then: one made anew bears the same id.
  [[nodiscard]] bool is_of_then(const domain::principal& who, const std::string& deployment, system_time then) const;
  /// Without asking the gateway what it has seen of them, for lists of many deployments.
  [[nodiscard]] answer<std::vector<std::string>> names(const domain::principal& who,
                                                       const std::string& deployment) const;
  [[nodiscard]] answer<created_client> add(const domain::principal& who, const std::string& deployment,
                                           const boost::json::value& document,
                                           const remember<domain::client>& remember_it = {}) const;
  [[nodiscard]] answer<client_view> get(const domain::principal& who, const std::string& deployment,
                                        const std::string& name) const;
  /// A new token; the old one ends, at once or when the overlap that is asked for is over.
  [[nodiscard]] answer<created_client> rotate(const domain::principal& who, const std::string& deployment,
                                              const std::string& name, const boost::json::value& document,
                                              const remember<domain::client>& remember_it = {}) const;
  struct changed_client {
    client_view view;
    bool live = false;
  };
  /// When it expires, and whether it may call at all.
  [[nodiscard]] answer<changed_client> patch(const domain::principal& who, const std::string& deployment,
                                             const std::string& name, const boost::json::value& patch,
                                             const remember<client_view>& remember_it = {}) const;
  /// Clients from an htpasswd file, with their passwords: `{"htpasswd": "<text>", "skipBad": false, "replace": false}`.
  /// All or nothing, unless bad lines are to be skipped. Errors: each bad line by its number.
  [[nodiscard]] answer<import_report> import_htpasswd(const domain::principal& who, const std::string& deployment,
                                                      const boost::json::value& document, dry_run dry,
                                                      const remember<import_report>& remember_it = {}) const;
  /// Stores what the gateway has seen: when clients were last used and how often, every now and then and before the
  /// process ends; imported passwords that were shown, at once. What cannot be stored now is there the next time.
  void store_seen() const;
  /// Answers whether every gateway worker has forgotten it. What is remembered is told its name.
  [[nodiscard]] answer<bool> remove(const domain::principal& who, const std::string& deployment,
                                    const std::string& name, const remember<std::string>& remember_it = {}) const;
  /// Answers whether every gateway worker knows what is stored; else they will shortly.
  [[nodiscard]] bool publish() const;

 private:
  [[nodiscard]] client_view view_of(const std::string& deployment, domain::client client) const;
  [[nodiscard]] std::vector<client_view> views_of(const std::string& deployment,
                                                  std::vector<domain::client> clients) const;
  void store_uses(const config::observation& seen) const;
  void store_passwords(const std::vector<config::proven_password>& proven) const;

  const service_context& context_;
};

}  // namespace modelgate::control::service
