#pragma once

#include "modelgate/config/inside_call.hpp"
#include "modelgate/crypto/secret.hpp"

#include <string>
#include <utility>
#include <vector>

namespace modelgate::control::service {

/// The request that a prediction was asked for with.
struct asked_from {
  std::string peer;
  std::string request_id;
};

/// A request to a deployment that comes from the control port.
struct prediction_call {
  std::string deployment;
  std::string path;  ///< below /deployment/<id>/, and clean: no "..", no query
  std::string content_type;
  std::string body;
  std::string client;  ///< name; empty: the caller's own request
  crypto::secret client_token;
  std::string user;  ///< who asks
  asked_from from;
};

/// What came back, byte for byte, and how it went.
struct prediction_reply {
  unsigned status = 0;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
  std::string error;  ///< why what came back is not here, or not whole; empty: it is
  config::call_trail trail;
};

}  // namespace modelgate::control::service
