#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/http/reason.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace modelgate::http {

/// What the gateway answers itself, before it is written down.
///
/// Shape: views; used at once.
struct local_reply {
  reason why = reason::bad_request;
  std::string_view detail;           ///< what is wrong and what to do, one sentence
  std::string_view request_id;       ///< empty when the request was never understood
  std::string_view puid;             ///< empty when there is none
  std::string_view allow;            ///< for 405: the methods
  unsigned retry_after_seconds = 0;  ///< 0: no Retry-After
  std::string_view extra_fields;     ///< whole lines
  bool keep_alive = true;
  bool cors = false;     ///< say that pages of any origin may read it
  bool to_head = false;  ///< the answer to HEAD has no body
};

/// Appends head and body in Seldon's shape:
/// {"status":{"code":503,"info":"...","reason":"NO_READY_REPLICA","status":"FAILURE"},"meta":{"requestId":"..."}}
void append_local_reply(std::string& out, const local_reply& reply, std::string_view date);

/// A 200 with a short body of our own (ping, ready, live, feedback) or none (CORS preflight).
struct local_answer {
  std::string_view content_type;
  std::string_view body;
  std::string_view request_id;
  std::string_view puid;          ///< empty when there is none
  std::string_view extra_fields;  ///< whole lines
  bool keep_alive = true;
  bool cors = false;
  bool to_head = false;
};
void append_local_answer(std::string& out, const local_answer& answer, std::string_view date);

}  // namespace modelgate::http
