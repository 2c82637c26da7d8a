#pragma once

#include "control/store/desired_state.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace modelgate::control::reconcile {

/// Whether something of it may have to run or to end: it is neither stopped nor refused, or it is being deleted.
[[nodiscard]] bool is_active(const store::desired_deployment& entry) noexcept;

/// Every desired deployment as the store told of it last, brought up to date by what has changed.
///
/// Shape: one thread at a time. Deployments that did not change are the same objects from one state to the next, so who
///        knows the state before finds what differs by comparing pointers.
class desired_fleet {
 public:
  void apply(store::desired_changes changes);

  /// What to ask the store for next.
  [[nodiscard]] std::uint64_t until() const noexcept { return until_; }
  /// By id.
  [[nodiscard]] const std::vector<store::desired_ptr>& all() const noexcept { return all_; }
  /// Those that `is_active` holds for, by id.
  [[nodiscard]] const std::vector<store::desired_ptr>& active() const noexcept { return active_; }
  /// nullptr: there is none.
  [[nodiscard]] const store::desired_deployment* find(std::string_view id) const noexcept;

 private:
  std::uint64_t until_ = 0;
  std::vector<store::desired_ptr> all_;
  std::vector<store::desired_ptr> active_;
};

}  // namespace modelgate::control::reconcile
