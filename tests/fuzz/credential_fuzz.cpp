// An Authorization value: whatever is taken as a name and a token has no control character in it.
#include "gateway/filter/authentication.hpp"
#include "tests/fuzz/require.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using modelgate::filter::presented_credential;
  modelgate::http::request_head head;
  head.fields.push_back({"Authorization", {reinterpret_cast<const char*>(data), size}, modelgate::http::field_id::authorization, false});
  const presented_credential credential{head};
  if (credential.kind() == presented_credential::scheme::basic) {
    require(credential.name().find(':') == std::string_view::npos, "the first colon splits");
  }
  for (const std::string_view part : {credential.name(), credential.token()}) {
    if (credential.kind() != presented_credential::scheme::basic && credential.kind() != presented_credential::scheme::bearer) break;
    for (const char byte : part) require(static_cast<unsigned char>(byte) >= 0x20 && byte != 0x7f, "no control characters");
  }
  return 0;
}
