#include "control/service/audit_trail.hpp"

#include "control/store/audit_store.hpp"

#include "modelgate/base/log.hpp"

#include <iterator>
#include <utility>

namespace modelgate::control::service {
namespace {

constexpr std::size_t most_unclosed = 1'000;

}  // namespace

answer<std::uint64_t> audit_trail::write(const body& what) const {
  std::vector<closing> late;
  {
    const std::lock_guard lock{mutex_};
    late.swap(unclosed_);
  }
  auto done = context_.database.write([&](store::transaction& within) -> answer<std::uint64_t> {
    for (const closing& each : late) store::audit_store{within}.close(each.number, each.resource, each.status);
    return what(within);
  });
  if (!done) keep_unclosed(std::move(late));
  return done;
}

void audit_trail::keep_unclosed(std::vector<closing> late) const {
  const std::lock_guard lock{mutex_};
  std::move(late.begin(), late.end(), std::back_inserter(unclosed_));
  if (unclosed_.size() > most_unclosed) unclosed_.resize(most_unclosed);
}

answer<std::uint64_t> audit_trail::begin(domain::audit_event event) const {
  event.at = context_.now();
  return write([&](store::transaction& within) { return store::audit_store{within}.add(event); });
}

void audit_trail::end(std::uint64_t number, std::string_view resource, unsigned status) const {
  const auto closed = write([&](store::transaction& within) {
    store::audit_store{within}.close(number, resource, status);
    return number;
  });
  if (closed) return;
  // What it tells of is done; the event is there, and stays open for now.
  log::error("audit", "an event could not be closed", {{"event", number}, {"status", std::uint64_t{status}}});
  keep_unclosed({{number, std::string{resource}, status}});
}

void audit_trail::refuse(domain::audit_event event) const {
  event.at = context_.now();
  const std::uint64_t most = settings_().refused_logins;
  {
    const std::lock_guard lock{mutex_};
    const system_time minute = std::chrono::floor<std::chrono::minutes>(event.at);
    if (std::exchange(minute_, minute) != minute) refused_ = 0;
    if (++refused_ > most) {
      if (refused_ == most + 1) {
        log::warning("audit", "more logins are refused than are kept of a minute", {{"kept", most}});
      }
      return;
    }
  }
  // One that cannot be written is no reason to answer something else: the store has said so itself.
  static_cast<void>(write([&](store::transaction& within) { return store::audit_store{within}.add(event); }));
}

answer<std::vector<domain::audit_event>> audit_trail::list(const domain::principal& who,
                                                           const domain::audit_filter& filter) const {
  if (!who.is_platform_admin()) return not_authorised();
  return context_.database.read([&](store::transaction& within) -> answer<std::vector<domain::audit_event>> {
    return store::audit_store{within}.list(filter);
  });
}

void audit_trail::forget_old() const {
  const config::audit_settings settings = settings_();
  const auto gone = write([&](store::transaction& within) -> std::uint64_t {
    return store::audit_store{within}.trim(context_.now() - settings.keep, settings.events);
  });
  if (gone && *gone > 0) log::info("audit", "old events have gone", {{"count", *gone}});
}

}  // namespace modelgate::control::service
