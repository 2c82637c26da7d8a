#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace modelgate::proxy {

/// What a client says of an answer that it got: how good it was, and which one.
struct feedback {
  bool has_reward = false;
  double reward = 0;       ///< the share of successes in a batch; at most 1e9 either way
  std::uint64_t rows = 1;  ///< of the batch that it is about; no more than the message has bytes
  std::string puid;        ///< of the prediction, as its message says; empty: it does not
  std::string image;       ///< that answered, as the message says (`response.meta.requestPath`); empty: it does not
};

/// Reads those parts of a Seldon `Feedback` message and nothing else. Every part may be missing.
///
/// The message may be the field `json` of a form, which Seldon's wrapper takes as well. No JSON object is a form, so that
/// the body itself tells, whatever its Content-Type: curl calls a form what is none.
///
/// A reward is a number, or a string with one as protobuf's JSON has it; null is none. Rows are counted as Seldon's
/// routers do (`n_success_failures`): the first dimension of `request.data`, of an array or of a tensor. A shape is only
/// claimed, so a tensor has as many rows as its values make with the other dimensions. A message that carries no array,
/// or a tensor whose shape is none (negative, broken, not there), is about one row.
///
/// Shape:  one pass, no tree; keeps no more than two short strings, and meanwhile what a form's field says.
/// Errors: a sentence for the client: no JSON object, too deep, a reward that is no number in those bounds.
/// Source: seldon-core, proto/prediction.proto and components/routers, python/seldon_core/flask_utils.py.
[[nodiscard]] boost::system::result<feedback, std::string> read_feedback(std::string_view body);

}  // namespace modelgate::proxy
