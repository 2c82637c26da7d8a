#include "control/service/log_service.hpp"

#include "control/domain/names.hpp"
#include "control/service/deployment_service.hpp"

#include <compare>
#include <cstdint>
#include <set>
#include <string_view>

namespace modelgate::control::service {
namespace {

runtime::log_query query_for(const log_request& request) {
  // Timestamps are what the merging goes by; they are taken off again when nobody asked for them.
  return {request.tail_lines, request.since, true, request.previous, request.follow};
}

/// Its replicas, and those that are no more and whose logs can be read yet.
std::string names_of(const domain::deployment_status& status, const std::vector<std::string>& with_logs) {
  std::string names;
  std::set<std::string_view> there;
  for (const domain::replica_status& replica : status.replicas) {
    names += (names.empty() ? "" : ", ") + replica.name;
    there.insert(replica.name);
  }
  std::string kept;
  for (const std::string& each : with_logs) {
    if (!there.contains(each)) kept += (kept.empty() ? "; logs are kept of " : ", ") + each;
  }
  return (names.empty() ? "it has none now" : "it has " + names) + kept;
}

/// Looks for replicas that came up after a log was opened.
class replica_discovery {
 public:
  replica_discovery(const service_context& context, domain::principal who, std::string deployment,
                    const log_request& request)
      : context_{context}, who_{std::move(who)}, deployment_{std::move(deployment)}, query_{query_for(request)} {}

  merged_log::arrivals operator()() {
    merged_log::arrivals found;
    const auto view = deployment_service{context_}.get(who_, deployment_);
    if (!view) {
      // A store that cannot be read now may be readable a second later; a deployment that is gone stays gone.
      found.last = view.error().kind == failure::not_found;
      return found;
    }
    // One that must not run, and of which nothing is left, has failed; no replica of it will come up by itself.
    const bool refused = view->status.phase == domain::deployment_phase::failed && view->status.replicas.empty();
    found.last = refused || view->status.phase == domain::deployment_phase::stopped;
    for (instance& each : instances_of(*view)) {
      if (!known_.insert(each).second) continue;
      if (auto reader = context_.runtime.open_log(each.replica, query_))
        found.sources.push_back({std::move(each.replica), std::move(*reader)});
    }
    // What comes up later, a replica's next instance as well, is shown from its beginning.
    query_.tail_lines.reset();
    return found;
  }

 private:
  /// One life of a replica, which has a log of its own.
  struct instance {
    std::string replica;
    std::uint32_t restarts = 0;

    friend auto operator<=>(const instance&, const instance&) = default;
  };

  /// Those that there are; of a deployment that has none now, those whose logs are still kept.
  std::vector<instance> instances_of(const deployment_view& view) const {
    std::vector<instance> found;
    for (const domain::replica_status& replica : view.status.replicas)
      found.push_back({replica.name, replica.restarts});
    if (!found.empty() || !known_.empty()) return found;
    for (std::string& kept : context_.runtime.kept_logs(deployment_)) found.push_back({std::move(kept), 0});
    return found;
  }

  const service_context& context_;
  domain::principal who_;
  std::string deployment_;
  runtime::log_query query_;
  std::set<instance> known_;
};

}  // namespace

answer<std::unique_ptr<merged_log>> log_service::open(const domain::principal& who, const std::string& deployment,
                                                      const log_request& asked) const {
  const auto view = deployment_service{context_}.get(who, deployment);
  if (!view) return view.error();
  if (view->deployment.current.spec.external) {
    return service_error{failure::not_found,
                         "the replicas of this deployment are external: modelgate does not run them and has no logs of "
                         "them; look where they run"};
  }
  log_request request = asked;
  if (request.previous) request.follow = false;  // what has ended says no more
  const merged_log_options options{request.tail_lines, !request.replica, request.timestamps, request.follow};

  if (request.replica) {
    // One that has left may still have its log, so the driver is asked, but only about replicas of this deployment.
    if (domain::deployment_of_replica(*request.replica) == deployment) {
      if (auto reader = context_.runtime.open_log(*request.replica, query_for(request))) {
        std::vector<merged_log::source> one;
        one.push_back({*request.replica, std::move(*reader)});
        return std::make_unique<merged_log>(std::move(one), options);
      }
      runtime::log_query latest = query_for(request);
      latest.previous = false;
      if (request.previous && context_.runtime.open_log(*request.replica, latest)) {
        return service_error{failure::not_found, "replica " + *request.replica
                                                     + " has no previous instance: it has not been started again since "
                                                       "it began; leave out previous for what it says now"};
      }
    }
    return service_error{failure::not_found, "the deployment has no log of a replica \"" + *request.replica + "\"; "
                                                 + names_of(view->status, context_.runtime.kept_logs(deployment))};
  }

  auto discovery = std::make_shared<replica_discovery>(context_, who, deployment, request);
  std::vector<merged_log::source> sources = (*discovery)().sources;
  return std::make_unique<merged_log>(std::move(sources), options, [discovery] { return (*discovery)(); });
}

}  // namespace modelgate::control::service
