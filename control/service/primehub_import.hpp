#pragma once

#include "control/domain/primehub_object.hpp"
#include "control/domain/user.hpp"
#include "control/service/dry_run.hpp"
#include "control/service/service_context.hpp"
#include "control/service/service_error.hpp"

#include <boost/json/fwd.hpp>

#include <string>
#include <vector>

namespace modelgate::control::service {

/// What became of one object, or would become.
struct imported_object {
  std::string kind;  ///< "PhDeployment" or "InstanceType"
  std::string name;
  std::string skipped;                     ///< why nothing was made; empty: it was
  std::vector<domain::import_note> notes;  ///< what of it is not carried, or is another way here
  std::size_t revisions = 0;
  std::size_t clients = 0;
  bool group_made = false;  ///< its group was not there: it has no bounds and no members yet
};

/// Brings along what people have in PrimeHub, object by object: `{"object": {...}}`.
///
/// A deployment comes with its history and its clients, who go on with their tokens. It runs if it ran there, unless
/// something here does not allow it: then it is stopped, and a note says why. What is there already stays as it is.
///
/// Shape:  any-thread; refers to the context. For platform administrators.
/// Errors: invalid, for what is none of these objects.
class primehub_import {
 public:
  explicit primehub_import(const service_context& context) noexcept : context_{context} {}

  [[nodiscard]] answer<imported_object> import(const domain::principal& who, const boost::json::value& document,
                                               dry_run dry) const;

 private:
  [[nodiscard]] answer<imported_object> import_deployment(const domain::principal& who,
                                                          const boost::json::value& object, dry_run dry) const;
  [[nodiscard]] answer<imported_object> import_instance_type(const boost::json::value& object, dry_run dry) const;

  const service_context& context_;
};

}  // namespace modelgate::control::service
