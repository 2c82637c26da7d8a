#pragma once

#include "control/domain/user.hpp"
#include "control/service/membership_change.hpp"
#include "control/service/service_context.hpp"
#include "control/service/service_error.hpp"
#include "control/service/sign_in.hpp"

#include "modelgate/crypto/secret.hpp"

#include <boost/json/value.hpp>

#include <functional>
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
  bool read_only = false;  ///< what the caller came with lets him look only
  std::optional<std::vector<std::string>> token_groups = std::nullopt;  ///< what it is limited to
};

struct created_token {
  domain::access_token record;
  crypto::secret token;  ///< told once, here
};

/// People and tools, and the API tokens that they come with.
///
/// Platform administrators rule both; everybody rules his own tokens, name and password. Who comes with a token that
/// may less than its user changes nothing here: he could get at more. What would leave nobody who can administer is
/// refused.
///
/// Shape: any-thread that may wait; refers to the context and to who knows passwords.
class account_service {
 public:
  account_service(const service_context& context, sign_in& logins) noexcept : context_{context}, logins_{logins} {}

  [[nodiscard]] answer<account_view> me(const domain::principal& who) const;
  [[nodiscard]] answer<std::vector<domain::user>> list_users(const domain::principal& who) const;
  [[nodiscard]] answer<account_view> get_user(const domain::principal& who, const std::string& name) const;
  [[nodiscard]] answer<domain::user> create_user(const domain::principal& who,
                                                 const boost::json::value& document,
                                                 const membership_change& groups = {}) const;
  /// A new password ends the user's other sessions; whoever sets his own proves that he knows the old one. `address`:
  /// where he asks from.
  [[nodiscard]] answer<account_view> patch_user(const domain::principal& who, const std::string& name,
                                                const boost::json::value& patch, const std::string& address) const;
  /// A patch that goes by what is there, made once more in the transaction that writes it and the memberships.
  using patch_maker = std::function<boost::json::value(const domain::user& now)>;
  [[nodiscard]] answer<account_view> amend_user(const domain::principal& who, const std::string& name,
                                                const patch_maker& patch_of, const std::string& address,
                                                const membership_change& groups) const;
  [[nodiscard]] answer<void> remove_user(const domain::principal& who, const std::string& name) const;

  /// The caller's own; an administrator's view is of everybody's, or of one user's.
  [[nodiscard]] answer<std::vector<domain::access_token>> list_tokens(const domain::principal& who,
                                                                      const std::optional<std::string>& user) const;
  [[nodiscard]] answer<domain::access_token> get_token(const domain::principal& who, const std::string& id) const;
  /// Limited to groups, to looking, or as its user; an administrator makes them for others, too.
  [[nodiscard]] answer<created_token> create_token(const domain::principal& who,
                                                   const boost::json::value& document) const;
  [[nodiscard]] answer<void> remove_token(const domain::principal& who, const std::string& id) const;

 private:
  [[nodiscard]] answer<void> prove_old_password(const domain::user& user, const std::optional<std::string>& hash,
                                                const domain::user_change& asked, const std::string& address) const;

  const service_context& context_;
  sign_in& logins_;
};

}  // namespace modelgate::control::service
