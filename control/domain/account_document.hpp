#pragma once

#include "control/domain/document_reader.hpp"
#include "control/domain/user.hpp"

#include "modelgate/crypto/secret.hpp"

#include <boost/json/fwd.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

/// What people send to make users, their tokens and the clients of a deployment.
namespace modelgate::control::domain {

struct user_draft {
  user account;  ///< the time of creation is the caller's to fill in
  std::optional<crypto::secret> password;
};
[[nodiscard]] parsed<user_draft> read_user(const boost::json::value& document);

/// What is to be changed of a user; absent: as it is.
struct user_change {
  std::optional<std::string> display_name;
  std::optional<platform_role> role;
  std::optional<bool> disabled;
  bool removes_password = false;
  std::optional<crypto::secret> password;
  std::optional<crypto::secret> old_password;  ///< proves that the user himself asks
};
/// `{"displayName": "...", "role": "admin", "disabled": true, "password": "...", "oldPassword": "..."}`; a password of
/// null is taken away.
[[nodiscard]] parsed<user_change> read_user_patch(const user& current, const boost::json::value& patch);

struct login {
  std::string name;
  std::optional<crypto::secret> password;
  std::optional<crypto::secret> token;
};
/// `{"name": "...", "password": "..."}` or `{"token": "mga_..."}`.
[[nodiscard]] parsed<login> read_login(const boost::json::value& document);

struct token_draft {
  std::string name;
  std::optional<std::string> user;  ///< absent: whoever asks
  std::optional<system_time> expires_at;
  bool read_only = false;
  std::optional<std::vector<std::string>> groups;  ///< absent: all of the user's
};
[[nodiscard]] parsed<token_draft> read_token(const boost::json::value& document, system_time now);

struct client_draft {
  std::string name;
  std::optional<system_time> expires_at;
  bool disabled = false;
};
[[nodiscard]] parsed<client_draft> read_client(const boost::json::value& document, system_time now);

/// What is to be changed of a client; the outer absent: as it is, the inner: never.
struct client_change {
  std::optional<std::optional<system_time>> expires_at;
  std::optional<bool> disabled;
};
[[nodiscard]] parsed<client_change> read_client_patch(const boost::json::value& patch, system_time now);

struct rotation {
  std::chrono::seconds overlap{0};                       ///< for how long the old token holds beside the new one
  std::optional<std::optional<system_time>> expires_at;  ///< as in `client_change`
};
/// `{"overlapSeconds": 3600, "expiresAt": null}`; without overlap the old token ends with this.
[[nodiscard]] parsed<rotation> read_rotation(const boost::json::value& document, system_time now);

struct rollback_request {
  std::uint64_t revision = 0;
  std::optional<std::string> update_message;
};

/// `{"revision": 2, "updateMessage": "..."}`.
[[nodiscard]] parsed<rollback_request> read_rollback(const boost::json::value& document);

/// What an action such as start or stop may be told: `{"updateMessage": "..."}`.
[[nodiscard]] parsed<std::optional<std::string>> read_update_message(const boost::json::value& document);

}  // namespace modelgate::control::domain
