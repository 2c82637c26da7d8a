#pragma once

#include "control/api/rest/route_table.hpp"
#include "control/service/idempotency.hpp"

#include "modelgate/base/result.hpp"
#include "modelgate/http_io/message.hpp"

#include <string>
#include <string_view>

/// What Idempotency-Key means in HTTP. Source: IETF draft "The Idempotency-Key HTTP Header Field".
namespace modelgate::control::rest {

inline constexpr std::string_view idempotency_key_field = "Idempotency-Key";

/// The key, written as the draft does ("in quotes", \" and \\ escaped) or as most clients do (bare): both mean the same.
/// Errors: 400 unless there is one field with 1 to 255 printable ASCII characters.
[[nodiscard]] result<std::string, problem> read_idempotency_key(const http_io::field_list& fields);

/// Everything that makes a request what it is.
[[nodiscard]] std::string fingerprint_of(const http_io::request& request);

[[nodiscard]] service::kept_reply kept(http_io::response answer);
/// A kept answer, marked as one.
[[nodiscard]] http_io::response replayed(const service::kept_reply& reply);

/// For a handler: what its use case keeps for repetitions of the request, `show` making the answer of what was done.
template <class Done, class Show>
service::remember<Done> keep_answer(const call& of, Show show) {
  if (of.turn == nullptr) return {};
  return of.turn->remember_as<Done>([show](const Done& done) { return kept(show(done)); });
}

}  // namespace modelgate::control::rest
