#pragma once

#include <string>
#include <vector>

namespace modelgate {

/// One mistake in something that a person wrote: where it is, and what to do.
///
/// Shape: `where` is a JSON pointer ("/replicas") for API input, "line:column" for files.
///        `code` is a stable word for programs ("UNKNOWN_MEMBER"), empty where nobody reads it.
struct diagnostic {
  std::string where;
  std::string code;
  std::string detail;

  friend bool operator==(const diagnostic&, const diagnostic&) = default;
};

using diagnostics = std::vector<diagnostic>;

}  // namespace modelgate
