#include "gateway/config/settings_change.hpp"

#include "gateway/config/settings_table.hpp"

#include <variant>

namespace modelgate::config {
namespace {

struct difference {
  const settings& running;
  const settings& next;

  bool operator()(const choice_key& key) const { return key.chosen(running) != key.chosen(next); }
  template <class Key>
  bool operator()(const Key& key) const {
    settings before = running;  // the table's accessors are for writing
    settings after = next;
    return key.of(before) != key.of(after);
  }
};

struct put_back {
  const settings& running;
  settings& next;

  void operator()(const choice_key& key) const { key.choose(next, key.chosen(running)); }
  template <class Key>
  void operator()(const Key& key) const {
    settings before = running;
    key.of(next) = key.of(before);
  }
};

}  // namespace

settings_change keep_what_needs_a_restart(const settings& running, settings& next) {
  // A port that listens speaks TLS or does not; what it speaks with may change.
  const bool prediction_turns = running.tls.prediction.enabled() != next.tls.prediction.enabled();
  const bool control_turns = running.tls.control.enabled() != next.tls.control.enabled();
  const auto turns = [&](std::string_view key) {
    return (prediction_turns && key.starts_with("tls.prediction."))
           || (control_turns && key.starts_with("tls.control."));
  };
  settings_change change;
  for (const settings_key& key : settings_keys()) {
    if (!std::visit(difference{running, next}, key.kind)) continue;
    if (key.effect == key_effect::at_reload && !turns(key.name)) {
      change.taken.push_back(key.name);
    } else {
      change.kept.push_back(key.name);
      std::visit(put_back{running, next}, key.kind);
    }
  }
  return change;
}

}  // namespace modelgate::config
