#pragma once

#include "modelgate/base/ids.hpp"
#include "modelgate/http/head.hpp"

#include <string>
#include <string_view>

namespace modelgate::filter {

/// The two identifiers of a request: the caller's where they are well formed, else new ones.
///
/// Shape: reused; `request_id` and `puid` keep their memory.
struct request_ids {
  std::string request_id;  ///< X-Request-Id
  std::string puid;        ///< Seldon-Puid
};

/// Fills `into` from the head. A repeated or malformed identifier counts as missing.
void identify(const http::request_head& head, id_generator& ids, request_ids& into);

}  // namespace modelgate::filter
