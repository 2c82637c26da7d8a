#include "gateway/filter/authentication.hpp"

#include "modelgate/crypto/base64.hpp"

#include <sodium.h>

#include <cstring>

namespace modelgate::filter {
namespace {

bool has_control_character(std::string_view text) noexcept {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  }
  return false;
}

/// The rest of "<scheme> <rest>" when the scheme is this one; schemes compare without case.
bool take_scheme(std::string_view value, std::string_view scheme, std::string_view& rest) noexcept {
  if (value.size() <= scheme.size() || value[scheme.size()] != ' ') return false;
  if (!http::equals_ignoring_case(value.substr(0, scheme.size()), scheme)) return false;
  rest = value.substr(scheme.size());
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  return true;
}

}  // namespace

presented_credential::presented_credential(const http::request_head& head) noexcept {
  const http::field* authorization = nullptr;
  for (const http::field& f : head.fields) {
    if (f.id != http::field_id::authorization) continue;
    if (authorization != nullptr) {
      kind_ = scheme::malformed;
      return;
    }
    authorization = &f;
  }
  if (authorization == nullptr) return;
  kind_ = scheme::malformed;
  std::string_view rest;
  if (take_scheme(authorization->value, "Basic", rest))
    decode_basic(rest);
  else if (take_scheme(authorization->value, "Bearer", rest))
    take_bearer(rest);
}

presented_credential::~presented_credential() {
  // A broken encoding leaves bytes behind without saying how many.
  if (kind_ != scheme::none) sodium_memzero(decoded_, longest);
}

void presented_credential::decode_basic(std::string_view text) noexcept {
  const auto size = crypto::decode_base64(text, decoded_);
  if (!size) return;
  const std::string_view whole{decoded_, *size};
  const std::size_t colon = whole.find(':');  // the first one splits: a password may have more
  if (colon == std::string_view::npos || has_control_character(whole)) return;
  name_size_ = colon;
  token_start_ = colon + 1;
  token_size_ = *size - token_start_;
  kind_ = scheme::basic;
}

void presented_credential::take_bearer(std::string_view text) noexcept {
  if (text.empty() || text.size() > longest || has_control_character(text)) return;
  std::memcpy(decoded_, text.data(), text.size());
  token_size_ = text.size();
  kind_ = scheme::bearer;
}

std::string_view shown_credential(const http::request_head& head) noexcept {
  const http::field* only = nullptr;
  for (const http::field& f : head.fields) {
    if (f.id != http::field_id::authorization) continue;
    if (only != nullptr) return {};
    only = &f;
  }
  return only == nullptr ? std::string_view{} : only->value;
}

auth_verdict judge(const presented_credential& credential, const client_view& client) noexcept {
  using metrics::auth_failure;
  switch (credential.kind()) {
    case presented_credential::scheme::none:
      return {false, auth_failure::missing};
    case presented_credential::scheme::malformed:
      return {false, auth_failure::malformed};
    case presented_credential::scheme::basic:
    case presented_credential::scheme::bearer:
      break;
  }
  if (!client.found) {
    const auto form = crypto::inspect_token(crypto::token_kind::client, credential.token());
    return {false, form == crypto::token_form::mistyped ? auth_failure::mistyped : auth_failure::unknown};
  }
  // Names are not secret, but nothing is gained by telling a right token with a wrong name apart either.
  if (credential.kind() == presented_credential::scheme::basic
      && (credential.name().size() != client.name.size()
          || sodium_memcmp(credential.name().data(), client.name.data(), client.name.size()) != 0)) {
    return {false, auth_failure::unknown};
  }
  if (client.expired) return {false, auth_failure::expired};
  return {true, auth_failure::missing};
}

}  // namespace modelgate::filter
