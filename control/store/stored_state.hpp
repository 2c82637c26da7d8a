#pragma once

#include "control/store/database.hpp"
#include "control/store/desired_state.hpp"

namespace modelgate::control::store {

/// The desired state, read from the database.
///
/// Shape: any-thread; refers to the database.
class stored_state : public desired_state {
 public:
  explicit stored_state(database& from) noexcept : from_{from} {}

  [[nodiscard]] result<desired_changes> load_changes(std::uint64_t since) override;
  [[nodiscard]] result<void> mark_good(const std::string& deployment, std::uint64_t revision) override;
  [[nodiscard]] result<rollback_outcome> roll_back(const std::string& deployment, std::uint64_t failed,
                                                   const std::string& why) override;
  [[nodiscard]] result<void> erase_deleted(const std::string& deployment) override;

 private:
  database& from_;
};

}  // namespace modelgate::control::store
