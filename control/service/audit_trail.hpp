#pragma once

#include "control/domain/audit_event.hpp"
#include "control/domain/user.hpp"
#include "control/service/service_context.hpp"
#include "control/service/service_error.hpp"

#include "modelgate/config/settings.hpp"

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::service {

/// Who changed, or tried to change, what. An event is on the disk before the change is begun, and is closed before its
/// answer is sent: there is no change without one, and one that was never closed shows where a program ended. One that
/// the store could not close then, it closes with the next that it can write.
///
/// Shape:  one per program, any-thread; refers to the context.
/// Errors: storage_unavailable, and then nothing may be changed.
class audit_trail {
 public:
  audit_trail(const service_context& context, std::function<config::audit_settings()> settings)
      : context_{context}, settings_{std::move(settings)} {}

  /// Answers the event's number. Its time is the caller's to leave out.
  [[nodiscard]] answer<std::uint64_t> begin(domain::audit_event event) const;
  void end(std::uint64_t number, std::string_view resource, unsigned status) const;

  /// A login that was refused, which whoever reaches the port can bring about: only `refused_logins` are kept of a minute.
  void refuse(domain::audit_event event) const;

  /// For platform administrators, newest first.
  [[nodiscard]] answer<std::vector<domain::audit_event>> list(const domain::principal& who,
                                                              const domain::audit_filter& filter) const;

  /// Lets the oldest go; to be called now and then.
  void forget_old() const;

 private:
  struct closing {
    std::uint64_t number = 0;
    std::string resource;
    unsigned status = 0;
  };
  using body = std::function<answer<std::uint64_t>(store::transaction&)>;

  /// `what`, and what could not be closed before.
  [[nodiscard]] answer<std::uint64_t> write(const body& what) const;
  void keep_unclosed(std::vector<closing> late) const;

  const service_context& context_;
  std::function<config::audit_settings()> settings_;
  mutable std::mutex mutex_;
  mutable system_time minute_;  ///< the beginning of the one that `refused_` is counted in
  mutable std::uint64_t refused_ = 0;
  mutable std::vector<closing> unclosed_;  ///< as many as `most_unclosed`; what is beyond stays open
};

}  // namespace modelgate::control::service
