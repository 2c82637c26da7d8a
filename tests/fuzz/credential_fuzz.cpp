// An Authorization value, Basic or Bearer: what is taken as a name and a token is what was meant, and nothing else is taken.
#include "gateway/filter/authentication.hpp"
#include "tests/fuzz/require.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using modelgate::filter::presented_credential;
using scheme = presented_credential::scheme;

modelgate::http::request_head with_authorization(std::string_view value) {
  modelgate::http::request_head head;
  head.fields.push_back({"Authorization", value, modelgate::http::field_id::authorization, false});
  return head;
}

bool is_clean(std::string_view text) {
  for (const char byte : text) {
    if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f) return false;
  }
  return true;
}

std::string base64(std::string_view text) {
  std::string encoded(sodium_base64_encoded_len(text.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(encoded.data(), encoded.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  encoded.pop_back();  // its terminating zero
  return encoded;
}

/// The value as it came.
void check_as_sent(std::string_view value) {
  const auto head = with_authorization(value);
  const presented_credential credential{head};
  if (credential.kind() == scheme::basic) {
    require(credential.name().find(':') == std::string_view::npos, "the first colon splits");
    std::string meant{credential.name()};
    meant.append(":").append(credential.token());
    require(value.ends_with(base64(meant)), "a credential has one spelling");
  }
  if (credential.kind() == scheme::bearer) {
    require(credential.name().empty(), "a bearer has no name");
    require(!credential.token().empty() && value.ends_with(credential.token()), "the token is the rest of the value");
  }
  if (credential.kind() == scheme::basic || credential.kind() == scheme::bearer) {
    require(is_clean(credential.name()) && is_clean(credential.token()), "no control characters");
    // Whatever it is, the look at its check sum ends.
    (void)modelgate::crypto::inspect_token(modelgate::crypto::token_kind::client, credential.token());
  }
}

/// The bytes as what a client would encode.
void check_round_trip(std::string_view text) {
  const std::string encoded = "bAsIc " + base64(text);
  const auto head = with_authorization(encoded);
  const presented_credential basic{head};
  const std::size_t colon = text.find(':');
  const bool fits = colon != std::string_view::npos && is_clean(text) && text.size() <= presented_credential::longest;
  require((basic.kind() == scheme::basic) == fits, "Basic takes a name, a colon and a token, and nothing else");
  if (fits)
    require(basic.name() == text.substr(0, colon) && basic.token() == text.substr(colon + 1),
            "Basic comes out as it went in");

  const std::string plain = "Bearer " + std::string{text};
  const auto bearer_head = with_authorization(plain);
  const presented_credential bearer{bearer_head};
  const std::string_view token = text.substr(std::min(text.find_first_not_of(' '), text.size()));
  const bool bearable = !token.empty() && is_clean(token) && token.size() <= presented_credential::longest;
  require((bearer.kind() == scheme::bearer) == bearable, "Bearer takes a token, and nothing else");
  if (bearable) require(bearer.token() == token, "Bearer comes out as it went in");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  check_as_sent(bytes);
  check_round_trip(bytes);
  // Two of them are none, whatever each is.
  auto twice = with_authorization(bytes);
  twice.fields.push_back(twice.fields.front());
  require(presented_credential{twice}.kind() == scheme::malformed, "two credentials are none");
  return 0;
}
