#pragma once

#include "modelgate/crypto/foreign_hash.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::domain {

/// One client with the hash of its password.
struct htpasswd_entry {
  std::size_t line = 0;  ///< from 1
  std::string name;
  std::string hash;
  crypto::foreign_scheme scheme = crypto::foreign_scheme::bcrypt;
};

/// A line that cannot become a client, and what to do about it. Never shows what may be a password.
struct htpasswd_flaw {
  std::size_t line = 0;
  std::string name;  ///< empty where the line has none that can be shown
  std::string code;
  std::string detail;
  bool only_the_name = false;  ///< nobody here could have that name: it is told, and stops nothing else
};

struct htpasswd_file {
  std::vector<htpasswd_entry> entries;
  std::vector<htpasswd_flaw> flaws;  ///< both in the order of lines
};

/// Total: takes any text. Empty lines and those that begin with '#' are skipped; what stands behind a second colon is
/// somebody's comment.
/// Source: Apache httpd, htpasswd(1); nginx, ngx_http_auth_basic_module.
[[nodiscard]] htpasswd_file parse_htpasswd(std::string_view text);

}  // namespace modelgate::control::domain
