#pragma once

#include "control/domain/deployment.hpp"
#include "control/domain/document_reader.hpp"
#include "control/domain/htpasswd.hpp"
#include "control/domain/instance_type.hpp"

#include <boost/json/fwd.hpp>

#include <string>
#include <vector>

/// Objects of PrimeHub, as `kubectl get phdeployments,instancetypes -o json` writes them, in the words of this server.
namespace modelgate::control::domain {

/// Something in an object that has no place here.
struct import_note {
  std::string what;    ///< "env LD_PRELOAD"
  std::string detail;  ///< why, and what to do
};

/// One, and who the clients were when it was made.
struct primehub_revision : revision {
  std::vector<std::string> clients;  ///< names, sorted; also those that cannot be clients here
};

/// A deployment with its past, oldest first; the last revision is what is asked for now.
struct primehub_deployment {
  std::string id;
  std::string name;
  std::string group;
  system_time created_at;
  std::vector<primehub_revision> revisions;  ///< numbered from 1
  std::vector<htpasswd_entry> clients;
  std::vector<import_note> notes;
};

/// Errors: what makes it impossible to take the deployment; what can be left out is a note.
/// Source: PrimeHub's CRD phdeployments.primehub.io/v1alpha1.
[[nodiscard]] parsed<primehub_deployment> read_primehub_deployment(const boost::json::value& object, system_time now);

struct primehub_instance_type {
  instance_type type;  ///< for every group
  std::vector<import_note> notes;
};

/// Source: PrimeHub's CRD instancetypes.primehub.io/v1alpha1.
[[nodiscard]] parsed<primehub_instance_type> read_primehub_instance_type(const boost::json::value& object);

}  // namespace modelgate::control::domain
