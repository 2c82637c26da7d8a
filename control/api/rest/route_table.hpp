#pragma once

#include "control/api/rest/problem.hpp"
#include "control/domain/user.hpp"
#include "control/service/idempotency.hpp"

#include "modelgate/http_io/message.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::rest {

/// One request of somebody who is known, on its way to a handler.
///
/// Shape: refers to the request; alive while it is answered.
struct call {
  const http_io::request& request;
  const domain::principal& who;
  std::vector<std::string> arguments;         ///< what stood in the places of the pattern, in order
  const service::keyed_turn* turn = nullptr;  ///< of a request with an Idempotency-Key; else null
  std::string_view request_id = {};
};

using handler = std::function<outcome(const call&)>;
/// Brings an answer that was kept up to date before a repetition of its request gets it; false when what it tells of is
/// gone: the repetition is then a request like any other.
using refresher = std::function<bool(const call&, const service::kept_reply&, http_io::response&)>;

/// Which handler answers which method and path.
///
/// Shape: filled at start, immutable then; any-thread.
class route_table {
 public:
  /// A pattern is literal segments, "{name}" for any one segment, and "{name...}" at its end for all the rest.
  void add(std::string method, std::string_view pattern, handler answer);
  /// The same for a route that takes an Idempotency-Key: its handler keeps its answer (idempotency_key.hpp).
  void add_keyed(std::string method, std::string_view pattern, handler answer, refresher refresh);

  struct match {
    const handler* answer = nullptr;     ///< null when the path is there but not with this method
    const refresher* refresh = nullptr;  ///< null when it takes no Idempotency-Key
    std::vector<std::string> arguments;
    std::string allowed;  ///< the methods that the path has, as in an Allow field
  };
  /// Errors: absent when there is no such path. HEAD is answered as GET.
  [[nodiscard]] std::optional<match> find(std::string_view method, std::string_view path) const;

  /// Every route as "METHOD /pattern".
  [[nodiscard]] std::vector<std::string> list() const;

 private:
  struct route {
    std::string method;
    std::vector<std::string> segments;
    handler answer;
    refresher refresh;
  };

  std::vector<route> routes_;
};

}  // namespace modelgate::control::rest
