#include "control/reconcile/desired_fleet.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace modelgate::control::reconcile {
namespace {

auto place_of(const std::vector<store::desired_ptr>& list, std::string_view id) noexcept {
  return std::lower_bound(list.begin(), list.end(), id, [](const store::desired_ptr& each, std::string_view wanted) {
    return each->deployment.id < wanted;
  });
}

/// `next` null: nothing has that id any more.
void put(std::vector<store::desired_ptr>& list, std::string_view id, const store::desired_ptr& next) {
  const auto found = place_of(list, id);
  const bool is_there = found != list.end() && (*found)->deployment.id == id;
  const auto place = list.begin() + (found - list.begin());
  if (next && is_there)
    *place = next;
  else if (next)
    list.insert(place, next);
  else if (is_there)
    list.erase(place);
}

}  // namespace

bool is_active(const store::desired_deployment& entry) noexcept {
  return entry.deployment.deleting || (!entry.deployment.current.spec.stop && entry.refusal.empty());
}

void desired_fleet::apply(store::desired_changes changes) {
  until_ = changes.until;
  if (changes.is_everything) {
    all_ = std::move(changes.changed);
    active_.clear();
    std::copy_if(all_.begin(), all_.end(), std::back_inserter(active_),
                 [](const store::desired_ptr& each) { return is_active(*each); });
    return;
  }
  for (const std::string& id : changes.gone) {
    put(active_, id, nullptr);
    put(all_, id, nullptr);
  }
  for (const store::desired_ptr& each : changes.changed) {
    put(active_, each->deployment.id, is_active(*each) ? each : nullptr);
    put(all_, each->deployment.id, each);
  }
}

const store::desired_deployment* desired_fleet::find(std::string_view id) const noexcept {
  const auto found = place_of(all_, id);
  return found == all_.end() || (*found)->deployment.id != id ? nullptr : found->get();
}

}  // namespace modelgate::control::reconcile
