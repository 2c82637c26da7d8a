#pragma once

#include "control/domain/document_reader.hpp"
#include "control/domain/user.hpp"

#include <boost/json/fwd.hpp>

#include <chrono>
#include <optional>
#include <string>

/// What people send to make users, their tokens and the clients of a deployment.
namespace modelgate::control::domain {

/// The user's time of creation is the caller's to fill in.
[[nodiscard]] parsed<user> read_user(const boost::json::value& document);

struct token_draft {
  std::string name;
  std::optional<std::string> user;  ///< absent: whoever asks
  std::optional<system_time> expires_at;
};
[[nodiscard]] parsed<token_draft> read_token(const boost::json::value& document, system_time now);

struct client_draft {
  std::string name;
  std::optional<system_time> expires_at;
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
