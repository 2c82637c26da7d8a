#include "control/service/authentication.hpp"

#include "control/domain/names.hpp"
#include "control/store/access_token_store.hpp"
#include "control/store/user_store.hpp"

#include <algorithm>

namespace modelgate::control::service {
namespace {

service_error unauthenticated(const char* sentence) {
  return {failure::unauthenticated, sentence};
}

/// The credentials of scheme Bearer; empty when it is another scheme. Source: RFC 9110 section 11.1, schemes have no
/// case.
std::string_view bearer_token(std::string_view authorization) {
  static constexpr std::string_view scheme = "bearer ";
  if (authorization.size() < scheme.size()) return {};
  const bool same = std::equal(scheme.begin(), scheme.end(), authorization.begin(), [](char expected, char given) {
    return expected == given || (given >= 'A' && given <= 'Z' && expected == given - 'A' + 'a');
  });
  return same ? domain::trimmed(authorization.substr(scheme.size())) : std::string_view{};
}

}  // namespace

answer<domain::principal> authenticate(const service_context& context, std::string_view authorization) {
  if (authorization.empty()) return unauthenticated("send an API token: Authorization: Bearer mga_...");
  const std::string_view token = bearer_token(authorization);
  if (token.empty()) return unauthenticated("only bearer tokens are accepted: Authorization: Bearer mga_...");
  switch (crypto::inspect_token(crypto::token_kind::api, token)) {
    case crypto::token_form::foreign:
      return unauthenticated("this is not an API token of modelgate; those start with mga_");
    case crypto::token_form::mistyped:
      return unauthenticated("the API token is mistyped or cut off");
    case crypto::token_form::well_formed:
      break;
  }
  const crypto::token_digest digest = context.key.hash(token);
  return context.database.read([&](store::transaction& within) -> answer<domain::principal> {
    const auto record = store::access_token_store{within}.find_by_digest(digest);
    if (!record || !record->digest.equal(digest))
      return unauthenticated("the API token is not known; it may have been deleted");
    if (record->expires_at && *record->expires_at <= context.now()) return unauthenticated("the API token has expired");
    auto who = store::user_store{within}.principal_of(record->user);
    if (!who) return unauthenticated("the API token's user is gone");
    return std::move(*who);
  });
}

}  // namespace modelgate::control::service
