#include "control/api/events/event_feed.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

namespace modelgate::control::events {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool same(const domain::principal& one, const domain::principal& other) {
  return one.user == other.user && one.role == other.role && one.groups == other.groups;
}

/// Tells one set of rights and wishes from another. No secret, and nothing is decided by it but whether to begin anew.
/// Source: FNV-1a, 64 bits.
class fingerprint {
 public:
  void add(std::string_view text) {
    for (const char c : text) add(static_cast<unsigned char>(c));
    add(static_cast<unsigned char>(0));
  }
  [[nodiscard]] std::string text() const {
    std::array<char, 16> digits{};
    const auto [end, problem] = std::to_chars(digits.data(), digits.data() + digits.size(), value_, 16);
    return {digits.data(), end};
  }

 private:
  void add(unsigned char byte) {
    value_ ^= byte;
    value_ *= 0x100000001b3ULL;
  }

  std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

std::string rights_of(const domain::principal& who, const event_filter& filter) {
  fingerprint made;
  made.add(who.user);
  made.add(domain::to_string(who.role));
  std::vector<std::string> groups = who.groups;
  std::sort(groups.begin(), groups.end());
  for (const std::string& group : groups) made.add(group);
  made.add("/");
  for (const object_kind kind : filter.kinds) made.add(to_string(kind));
  made.add("/");
  for (const std::string& group : filter.groups) made.add(group);
  made.add("/");
  for (const std::string& deployment : filter.deployments) made.add(deployment);
  return made.text();
}

std::string json_string(std::string_view text) {
  return boost::json::serialize(boost::json::value(boost::json::string_view{text.data(), text.size()}));
}

/// What a listener knew of an object before some changes of it, and what there is after them.
struct folded_change {
  object_ptr before;
  object_ptr after;
  std::size_t first = 0;  ///< of the changes; folded ones keep the order of these
};

}  // namespace

bool event_filter::wants(const watched_object& object) const {
  if (!kinds.empty() && !kinds.contains(object.key.kind)) return false;
  if (!deployments.empty() && !contains(deployments, object.deployment)) return false;
  const domain::audience& of = object.visible_to;
  return groups.empty() || of.everybody
         || std::any_of(of.groups.begin(), of.groups.end(),
                        [&](const std::string& group) { return contains(groups, group); });
}

event_feed::event_feed(std::string process, domain::principal who, event_filter filter, endpoint_of endpoint)
    : process_{std::move(process)},
      who_{std::move(who)},
      rights_{rights_of(who_, filter)},
      filter_{std::move(filter)},
      endpoint_{std::move(endpoint)} {}

std::string_view event_feed::to_string(event_type type) noexcept {
  switch (type) {
    case event_type::snapshot:
      return "snapshot";
    case event_type::added:
      return "added";
    case event_type::modified:
      return "modified";
    case event_type::deleted:
      return "deleted";
    case event_type::reset:
      return "reset";
  }
  return "";
}

bool event_feed::sees(const domain::principal& who, const object_ptr& object) const {
  return object && object->visible_to.includes(who) && filter_.wants(*object);
}

std::optional<log_position> event_feed::position_of(std::string_view last_event_id) const {
  const auto first = last_event_id.find('.');
  const auto last = last_event_id.rfind('.');
  if (first == last || last_event_id.substr(0, first) != process_) return std::nullopt;
  if (last_event_id.substr(last + 1) != rights_) return std::nullopt;
  const std::string_view number = last_event_id.substr(first + 1, last - first - 1);
  log_position position = 0;
  const auto [stopped, error] = std::from_chars(number.data(), number.data() + number.size(), position);
  if (error != std::errc{} || stopped != number.data() + number.size()) return std::nullopt;
  return position;
}

void event_feed::begin(const log_view& log, std::string_view last_event_id) {
  if (const auto position = position_of(last_event_id); position && log.changes) {
    at_ = *position;
    static_cast<void>(catch_up(log, who_));
    return;
  }
  if (!last_event_id.empty()) waiting_.push_back({event_type::reset, nullptr, std::nullopt});
  add_everything(log);
}

void event_feed::add_everything(const log_view& log) {
  for (const auto& [key, object] : *log.objects) {
    if (!sees(who_, object)) continue;
    waiting_.push_back({event_type::snapshot, object, std::nullopt});
    ++snapshot_size_;
  }
  at_ = log.at;
  // Only who has all of it can go on from here.
  waiting_.push_back({event_type::snapshot, nullptr, at_});
}

bool event_feed::is_for(const domain::principal& who) const {
  return same(who_, who);
}

bool event_feed::catch_up(const log_view& log, domain::principal who) {
  if (!log.changes) return false;
  std::map<object_key, folded_change> folded;
  for (std::size_t i = 0; i < log.changes->size(); ++i) {
    const object_change& change = (*log.changes)[i];
    const auto [place, is_first] = folded.try_emplace(change.key(), folded_change{change.before, change.after, i});
    if (!is_first) place->second.after = change.after;
  }
  std::vector<const folded_change*> in_order;
  for (const auto& [key, each] : folded) in_order.push_back(&each);
  std::sort(in_order.begin(), in_order.end(), [](const auto* a, const auto* b) { return a->first < b->first; });

  const domain::principal before = std::exchange(who_, std::move(who));
  const bool other_rights = !same(before, who_);
  if (other_rights) {
    rights_ = rights_of(who_, filter_);
    // What waits was decided for the rights before; ids of before lead nowhere with the new ones.
    std::erase_if(waiting_, [&](const event& each) {
      return each.object && each.type != event_type::deleted && !sees(who_, each.object);
    });
    for (event& each : waiting_) each.position.reset();
  }
  const log_position from = std::exchange(at_, log.at);
  const std::size_t waited = waiting_.size();
  const auto add = [&](const object_ptr& known, const object_ptr& now, std::optional<log_position> position) {
    const bool knew = sees(before, known);
    const bool sees_now = sees(who_, now);
    if (!knew && !sees_now) return;
    const event_type type = !sees_now ? event_type::deleted : knew ? event_type::modified : event_type::added;
    waiting_.push_back({type, sees_now ? now : known, position});
  };
  for (const folded_change* each : in_order) {
    add(each->before, each->after, other_rights ? std::nullopt : std::optional{from + each->first + 1});
  }
  if (other_rights) {
    for (const auto& [key, object] : *log.objects) {
      if (!folded.contains(key) && sees(before, object) != sees(who_, object)) add(object, object, std::nullopt);
    }
  }
  if (waiting_.size() > waited || other_rights) {
    if (!waiting_.empty()) waiting_.back().position = at_;
  }
  return true;
}

std::string event_feed::take(std::size_t enough) {
  std::string text;
  while (!waiting_.empty() && text.size() < enough) {
    write(waiting_.front(), text);
    waiting_.pop_front();
  }
  return text;
}

void event_feed::write(const event& each, std::string& text) const {
  if (each.position) {
    text.append("id: ").append(process_).append(".").append(std::to_string(*each.position)).append(".").append(rights_);
    text.append("\n");
  }
  text.append("event: ").append(to_string(each.type)).append("\ndata: ");
  if (!each.object) {
    text.append(R"({"kind":"stream","id":"","revision":null,"object":)");
    if (each.type == event_type::snapshot) {
      text.append(R"({"objects":)").append(std::to_string(snapshot_size_)).append("}");
    } else {
      text.append("null");
    }
    text.append("}\n\n");
    return;
  }
  const watched_object& object = *each.object;
  text.append(R"({"kind":")").append(events::to_string(object.key.kind)).append(R"(","id":)");
  text.append(json_string(object.key.id)).append(R"(,"revision":)");
  text.append(object.revision ? std::to_string(*object.revision) : "null").append(R"(,"object":)");
  if (each.type == event_type::deleted) {
    text.append("null");
  } else if (object.key.kind == object_kind::deployment) {
    text.append(R"({"endpoint":)").append(json_string(endpoint_(object.key.id))).append(",");
    text.append(object.view, 1);
  } else {
    text.append(object.view);
  }
  text.append("}\n\n");
}

}  // namespace modelgate::control::events
