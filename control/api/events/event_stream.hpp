#pragma once

#include "control/api/events/event_feed.hpp"
#include "control/api/events/event_hub.hpp"
#include "control/service/service_error.hpp"

#include "modelgate/http_io/message.hpp"

#include <functional>
#include <memory>
#include <string>

namespace modelgate::control::events {

/// Who listens, asked anew: by the same credentials, which may have been deleted, have expired or mean less by now.
using who_function = std::function<service::answer<domain::principal>()>;

/// The body of an answer that is events: asks the hub, asks for rights, sends, and keeps the connection alive.
///
/// Rights are asked for after what is new was taken from the hub and before any of it is sent, and once a second, so
/// that a token's end is a stream's end.
///
/// Shape: as of http_io::body_stream; between two parts it is on no thread.
/// Units: a part has about 256 KiB at most, unless one object is larger.
class event_stream final : public http_io::body_stream {
 public:
  event_stream(std::unique_ptr<listener> place, event_feed feed, who_function who, std::string last_event_id);

  void set_bell(std::function<void()> ring) override;
  part next() override;

 private:
  enum class rights { known, unknown, gone };
  [[nodiscard]] rights ask_for_rights();
  /// Errors: false when the listener was too slow.
  [[nodiscard]] bool go_on_to(const log_view& log);

  std::unique_ptr<listener> place_;
  event_feed feed_;
  who_function who_function_;
  std::string last_event_id_;
  domain::principal who_;
  bool begun_ = false;
  steady_time asked_at_{};
  steady_time sent_at_;
};

}  // namespace modelgate::control::events
