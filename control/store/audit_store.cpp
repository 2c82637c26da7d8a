#include "control/store/audit_store.hpp"

#include "control/store/connection.hpp"

#define MODELGATE_AUDIT_SELECT                                                                                         \
  "SELECT sequence, at, user, credential, peer, method, path, resource, dry_run, request_id, status FROM audit_events" \
  " WHERE"
#define MODELGATE_AUDIT_REST                                                                 \
  " AND sequence < ?1 AND (?4 IS NULL OR status >= ?4) AND (?5 IS NULL OR status <= ?5)"     \
  " AND (?6 IS NULL OR at >= ?6) AND (?7 IS NULL OR at < ?7) AND (NOT ?9 OR status IS NULL)" \
  " ORDER BY sequence DESC LIMIT ?8"

namespace modelgate::control::store {

std::uint64_t audit_store::add(const domain::audit_event& event) {
  on_.prepare(
         "INSERT INTO audit_events (at, user, credential, peer, method, path, resource, dry_run, request_id, status)"
         " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(event.at, event.user, event.credential, event.peer, event.method, event.path, event.resource, event.dry_run,
            event.request_id, event.status)
      .run();
  auto sequence = on_.prepare("SELECT last_insert_rowid()");
  return sequence.next() ? sequence.number(0) : 0;
}

void audit_store::close(std::uint64_t sequence, std::string_view resource, unsigned status) {
  on_.prepare("UPDATE audit_events SET resource = ?, status = ? WHERE sequence = ?")
      .bind(resource, std::uint64_t{status}, sequence)
      .run();
}

std::vector<domain::audit_event> audit_store::list(const domain::audit_filter& filter) const {
  // "0" follows "/": the range is what is below the resource. A statement for each index that there is.
  auto rows = on_.prepare(filter.resource ? MODELGATE_AUDIT_SELECT
                              " (resource = ?3 OR (resource >= ?3 || '/' AND resource < ?3 || '0'))"
                              " AND (?2 IS NULL OR user = ?2)" MODELGATE_AUDIT_REST
                          : filter.user ? MODELGATE_AUDIT_SELECT " user = ?2" MODELGATE_AUDIT_REST
                                        : MODELGATE_AUDIT_SELECT " true" MODELGATE_AUDIT_REST);
  const auto number = [](const std::optional<unsigned>& status) {
    return status ? std::optional{std::uint64_t{*status}} : std::nullopt;
  };
  rows.bind(filter.before, filter.user, filter.resource, number(filter.least_status), number(filter.most_status),
            filter.since, filter.until, std::uint64_t{filter.limit}, filter.unanswered);
  std::vector<domain::audit_event> events;
  while (rows.next()) {
    domain::audit_event event;
    event.sequence = rows.number(0);
    event.at = rows.time(1);
    event.user = rows.text(2);
    event.credential = rows.text(3);
    event.peer = rows.text(4);
    event.method = rows.text(5);
    event.path = rows.text(6);
    event.resource = rows.text(7);
    event.dry_run = rows.flag(8);
    event.request_id = rows.text(9);
    if (!rows.is_null(10)) event.status = static_cast<unsigned>(rows.number(10));
    events.push_back(std::move(event));
  }
  return events;
}

std::size_t audit_store::trim(system_time oldest, std::uint64_t most) {
  const int old = on_.prepare("DELETE FROM audit_events WHERE at < ?").bind(oldest).run();
  // Numbers are given without gaps, so nothing has to be counted.
  const int many =
      on_.prepare("DELETE FROM audit_events WHERE sequence <= (SELECT max(sequence) FROM audit_events) - ?")
          .bind(most)
          .run();
  return static_cast<std::size_t>(old + many);
}

}  // namespace modelgate::control::store
