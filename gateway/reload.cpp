#include "gateway/reload.hpp"

#include "gateway/config/settings_change.hpp"

#include "modelgate/base/log.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace modelgate {
namespace {

std::string joined(const std::vector<std::string_view>& keys) {
  std::string text;
  for (const std::string_view key : keys) text.append(text.empty() ? "" : ", ").append(key);
  return text;
}

}  // namespace

live_settings::live_settings(config::settings first, settings_reader read)
    : read_{std::move(read)},
      now_{std::make_shared<const config::settings>(std::move(first))},
      taken_at_{system_clock::now()} {}

std::shared_ptr<const config::settings> live_settings::now() const {
  const std::lock_guard lock{mutex_};
  return now_;
}

bool live_settings::reload() {
  auto read = read_();
  if (!read) {
    for (const diagnostic& mistake : read.error()) log::error("reload", mistake.detail, {{"where", mistake.where}});
    log::error("reload", "the settings have mistakes: those from before stay as they are",
               {{"mistakes", std::uint64_t{read.error().size()}}});
    const std::lock_guard lock{mutex_};
    mistakes_ = read.error();
    ++refused_;
    return false;
  }
  const config::settings_change change = config::keep_what_needs_a_restart(*now(), *read);
  if (!change.kept.empty()) {
    const std::string keys = joined(change.kept);
    log::warning("reload", "these keys differ, and are read at start only: restart modelgate to change them",
                 {{"keys", keys}});
  }
  const std::string keys = joined(change.taken);
  log::info("reload", "the settings were read again", {{"changed", keys}});
  auto next = std::make_shared<const config::settings>(std::move(*read));
  const std::lock_guard lock{mutex_};
  now_ = std::move(next);
  mistakes_.clear();
  taken_at_ = system_clock::now();
  ++taken_;
  return true;
}

live_settings::reading live_settings::last_reading() const {
  const std::lock_guard lock{mutex_};
  return {now_->file, taken_at_, mistakes_, taken_};
}

std::vector<metrics::gauge_reading> live_settings::readings() const {
  const std::lock_guard lock{mutex_};
  const double taken_at = std::chrono::duration<double>(taken_at_.time_since_epoch()).count();
  const char* how_many = "Times that the settings were read again, by how it went.";
  return {
      {"modelgate_config_last_reload_successful",
       "Whether the settings were without mistakes when they were read last; 0: the ones from before hold.",
       {},
       mistakes_.empty() ? 1.0 : 0.0,
       false},
      {"modelgate_config_last_reload_success_timestamp_seconds",
       "When the settings that hold were read, in seconds since 1970.",
       {},
       taken_at,
       false},
      {"modelgate_config_reloads_total", how_many, {{"outcome", "taken"}}, static_cast<double>(taken_), true},
      {"modelgate_config_reloads_total", how_many, {{"outcome", "refused"}}, static_cast<double>(refused_), true},
  };
}

}  // namespace modelgate
