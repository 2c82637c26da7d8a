#include "control/service/audit_trail.hpp"

#include "control/store/audit_store.hpp"

#include "modelgate/base/log.hpp"

namespace modelgate::control::service {

answer<std::uint64_t> audit_trail::begin(domain::audit_event event) const {
  event.at = context_.now();
  return context_.database.write(
      [&](store::transaction& within) -> answer<std::uint64_t> { return store::audit_store{within}.add(event); });
}

void audit_trail::end(std::uint64_t number, std::string_view resource, unsigned status) const {
  const auto closed = context_.database.write([&](store::transaction& within) -> answer<void> {
    store::audit_store{within}.close(number, resource, status);
    return {};
  });
  if (closed) return;
  // What it tells of is done; the event is there, and stays open.
  log::error("audit", "an event could not be closed", {{"event", number}, {"status", std::uint64_t{status}}});
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
  const auto gone = context_.database.write([&](store::transaction& within) -> answer<std::size_t> {
    return store::audit_store{within}.trim(context_.now() - settings.keep, settings.events);
  });
  if (gone && *gone > 0) log::info("audit", "old events have gone", {{"count", std::uint64_t{*gone}}});
}

}  // namespace modelgate::control::service
