#pragma once

#include "control/domain/deployment.hpp"
#include "control/domain/document_reader.hpp"

#include "modelgate/base/result.hpp"

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

/// Deployments as JSON documents: what people send, what is stored, what a patch makes of it.
namespace modelgate::control::domain {

/// What stands in a deployment's serving options where its owner left them open.
struct serving_defaults {
  std::chrono::seconds timeout{60};
  std::uint64_t max_body_bytes = 33'554'432;
  std::uint32_t max_queue = 64;
  std::chrono::seconds queue_timeout{10};
};

/// What somebody asks for when making a deployment.
struct deployment_draft {
  std::optional<std::string> id;
  std::string name;
  std::string group;
  deployment_spec spec;
  std::string update_message;
};

[[nodiscard]] parsed<deployment_draft> read_deployment(const boost::json::value& document);

struct deployment_change {
  deployment_spec spec;
  std::optional<std::string> update_message;
};

/// The deployment's spec with a merge patch (RFC 7396) laid over it. A member set to null goes back to its default; id,
/// name and group may be named only as they are.
[[nodiscard]] parsed<deployment_change> read_deployment_patch(const deployment& current,
                                                              const boost::json::value& patch);

/// The same for a document that is to hold in its place: a member that it does not name has its default, but a stopped
/// deployment stays stopped unless it says otherwise.
[[nodiscard]] parsed<deployment_change> read_deployment_replacement(const deployment& current,
                                                                    const boost::json::value& document);

/// The spec's members. With defaults, serving options that were left open show what holds; without, they are null.
[[nodiscard]] boost::json::object to_json(const deployment_spec& spec, const serving_defaults* defaults = nullptr);

/// What differs, member by member: [{"pointer": "/replicas", "from": 1, "to": 2}]. Objects are looked into, arrays are
/// not.
[[nodiscard]] boost::json::array differences(const deployment_spec& before, const deployment_spec& after);
[[nodiscard]] boost::json::array differences(const boost::json::object& before, const boost::json::object& after);

/// The text that is stored. Reading it back checks types only: a rule that became stricter must not make old revisions
/// unreadable.
[[nodiscard]] std::string to_stored_text(const deployment_spec& spec);
[[nodiscard]] result<deployment_spec, diagnostics> from_stored_text(std::string_view text);

}  // namespace modelgate::control::domain
