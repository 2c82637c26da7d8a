#include "control/api/events/event_stream.hpp"

#include "modelgate/base/log.hpp"

#include <algorithm>
#include <utility>

namespace modelgate::control::events {
namespace {

constexpr std::size_t part_bytes = 262'144;
constexpr std::chrono::milliseconds rights_interval{1'000};
constexpr std::string_view heartbeat = ": nothing new\n\n";

}  // namespace

event_stream::event_stream(std::unique_ptr<listener> place, event_feed feed, who_function who,
                           std::string last_event_id)
    : place_{std::move(place)},
      feed_{std::move(feed)},
      who_function_{std::move(who)},
      last_event_id_{std::move(last_event_id)},
      sent_at_{steady_clock::now()} {}

void event_stream::set_bell(std::function<void()> ring) {
  place_->set_bell(std::move(ring));
}

event_stream::rights event_stream::ask_for_rights() {
  auto who = who_function_();
  if (!who) return who.error().kind == service::failure::unauthenticated ? rights::gone : rights::unknown;
  who_ = std::move(*who);
  return rights::known;
}

bool event_stream::go_on_to(const log_view& log) {
  if (!begun_) {
    feed_.begin(log, last_event_id_);
    begun_ = true;
    // Rights may have changed since the request was answered.
    return feed_.is_for(who_) || feed_.catch_up({log.objects, log.at, std::vector<object_change>{}}, who_);
  }
  // One that still has something to send gets the next as one piece, folded, when that has gone out.
  if (feed_.has_waiting() && feed_.is_for(who_)) return true;
  return feed_.catch_up(log, who_);
}

http_io::body_stream::part event_stream::next() {
  event_hub& hub = place_->hub();
  const part end{{}, true, {}};
  if (hub.is_stopped()) return end;
  const steady_time now = steady_clock::now();
  // First what is new, then the rights: so they are never older than what is sent.
  const auto log = place_->since(begun_ ? feed_.position() : feed_.position_of(last_event_id_).value_or(0));
  const bool has_news = feed_.has_waiting() || (log && (!begun_ || log->at != feed_.position()));
  rights asked = rights::known;
  if (has_news || now - asked_at_ >= rights_interval) {
    asked = ask_for_rights();
    asked_at_ = now;
  }
  if (asked == rights::gone) return end;
  const bool sends = log && asked == rights::known;
  if (sends && !go_on_to(*log)) {
    hub.count_lost();
    log::info("events", "a listener was too slow and is disconnected", {{"user", std::string_view{who_.user}}});
    return end;
  }

  part answer;
  if (sends) answer.bytes = feed_.take(part_bytes);
  const auto silence = hub.settings().heartbeat;
  if (answer.bytes.empty() && now - sent_at_ >= silence) answer.bytes = heartbeat;
  if (!answer.bytes.empty()) sent_at_ = now;
  if (!sends || !feed_.has_waiting()) {
    const auto until_heartbeat = std::chrono::ceil<std::chrono::milliseconds>(sent_at_ + silence - now);
    answer.pause = std::clamp(until_heartbeat, std::chrono::milliseconds{1}, rights_interval);
  }
  return answer;
}

}  // namespace modelgate::control::events
