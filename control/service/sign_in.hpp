#pragma once

#include "control/domain/account_document.hpp"
#include "control/domain/audit_event.hpp"
#include "control/domain/user.hpp"
#include "control/service/login_guard.hpp"
#include "control/service/password_keeper.hpp"
#include "control/service/service_context.hpp"
#include "control/service/service_error.hpp"

#include "modelgate/config/settings.hpp"
#include "modelgate/crypto/secret.hpp"

#include <boost/json/fwd.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace modelgate::control::service {

struct opened_session {
  domain::session session;
  crypto::secret cookie;  ///< told once, here
};

/// Who asks: by API token, by a session, by name and password.
///
/// Each request costs one hash and one look-up, however many tokens and sessions there are. When they were last used is
/// kept in memory and stored now and then.
///
/// Shape:  one per program, any-thread that may wait; refers to the context.
/// Errors: unauthenticated, with what is wrong; never what would have been right.
class sign_in {
 public:
  sign_in(const service_context& context, std::function<config::people_settings()> settings);

  /// `authorization`: the value of that field, `Bearer mga_...`; where it is empty, the value of a session's cookie.
  [[nodiscard]] answer<domain::principal> authenticate(std::string_view authorization, std::string_view cookie);

  /// The same caller as he is now, if the session that he was in goes on.
  [[nodiscard]] answer<domain::principal> authenticate_again(const domain::principal& who);

  /// Opens a session for `{"name", "password"}` or `{"token"}`; one by token has the bounds of the token. `event` says
  /// from where, and is written with the session. When there is none, it is told whose login that would have been, if
  /// there is such a user: a name that is nobody's may be a password in the wrong place.
  /// Errors: also wrong_login, locked_out, busy, invalid.
  [[nodiscard]] answer<opened_session> log_in(const boost::json::value& document, domain::audit_event& event);
  /// Ends the caller's session, if he is in one.
  [[nodiscard]] answer<void> log_out(const domain::principal& who) const;

  /// Whether it is the user's password; wrong ones are counted like logins.
  [[nodiscard]] answer<bool> knows_password(const std::string& user, const std::optional<std::string>& hash,
                                            const crypto::secret& password, const std::string& address);
  [[nodiscard]] answer<std::string> hash(const crypto::secret& password) { return passwords_.hash(password); }
  /// To the minute; absent: not since that was stored.
  [[nodiscard]] std::optional<system_time> last_use_of_token(const std::string& id) const;

  /// Every now and then, and before the process ends.
  void store_last_use();
  /// Lets go of sessions that are over.
  void forget_ended() const;

 private:
  [[nodiscard]] answer<domain::principal> by_token(std::string_view token);
  [[nodiscard]] answer<domain::principal> by_session(std::string_view cookie);
  [[nodiscard]] answer<domain::principal> by_session(const crypto::token_digest& digest);
  [[nodiscard]] answer<opened_session> open(domain::session session, domain::audit_event& event,
                                            const std::optional<std::string>& proven_hash,
                                            const std::optional<std::string>& new_hash) const;
  [[nodiscard]] answer<opened_session> log_in_by_password(const domain::login& asked, domain::audit_event& event);
  [[nodiscard]] answer<opened_session> log_in_by_token(const domain::login& asked, domain::audit_event& event);

  const service_context& context_;
  std::function<config::people_settings()> settings_;
  password_keeper passwords_;
  login_guard guard_;
  mutable std::mutex mutex_;  ///< guards what follows
  std::map<std::string, system_time> tokens_used_;
  std::map<std::string, std::pair<crypto::token_digest, system_time>> sessions_used_;  ///< by the digest in hex
};

}  // namespace modelgate::control::service
