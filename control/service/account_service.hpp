#pragma once

#include "control/domain/user.hpp"
#include "control/service/service_context.hpp"
#include "control/service/service_error.hpp"

#include "modelgate/crypto/secret.hpp"

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace modelgate::control::service {

struct membership {
  std::string group;
  std::string display_name;
  bool admin = false;
};

struct account_view {
  domain::user user;
  std::vector<membership> groups;
};

struct created_token {
  domain::access_token record;
  crypto::secret token;  ///< told once, here
};

/// People and tools, and the API tokens that they come with.
///
/// Platform administrators rule both; everybody rules his own tokens. What would leave nobody who can administer is
/// refused.
///
/// Shape: any-thread; refers to the context.
class account_service {
 public:
  explicit account_service(const service_context& context) noexcept : context_{context} {}

  [[nodiscard]] answer<account_view> me(const domain::principal& who) const;
  [[nodiscard]] answer<std::vector<domain::user>> list_users(const domain::principal& who) const;
  [[nodiscard]] answer<account_view> get_user(const domain::principal& who, const std::string& name) const;
  [[nodiscard]] answer<domain::user> create_user(const domain::principal& who,
                                                 const boost::json::value& document) const;
  [[nodiscard]] answer<void> remove_user(const domain::principal& who, const std::string& name) const;

  /// The caller's own; an administrator's view is of everybody's, or of one user's.
  [[nodiscard]] answer<std::vector<domain::access_token>> list_tokens(const domain::principal& who,
                                                                      const std::optional<std::string>& user) const;
  [[nodiscard]] answer<created_token> create_token(const domain::principal& who,
                                                   const boost::json::value& document) const;
  [[nodiscard]] answer<void> remove_token(const domain::principal& who, const std::string& id) const;

 private:
  const service_context& context_;
};

}  // namespace modelgate::control::service
