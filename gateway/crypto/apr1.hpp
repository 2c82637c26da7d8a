#pragma once

#include <string>
#include <string_view>

namespace modelgate::crypto {

/// The 22 characters that stand behind the salt. Errors: empty when MD5 cannot be had.
/// Source: Apache's apr_md5.c, which is Poul-Henning Kamp's MD5 crypt with "$apr1$" in the place of "$1$".
[[nodiscard]] std::string apr1_digest(std::string_view password, std::string_view salt);

}  // namespace modelgate::crypto
