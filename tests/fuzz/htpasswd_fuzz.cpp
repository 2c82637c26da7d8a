// An htpasswd file: what is taken is a client's name and a hash that can be compared, each name once; no line is both taken and refused.
#include "control/domain/htpasswd.hpp"
#include "control/domain/names.hpp"
#include "tests/fuzz/require.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace domain = modelgate::control::domain;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto file = domain::parse_htpasswd(text);
  std::set<std::size_t> lines;
  std::set<std::string> names;
  for (const auto& entry : file.entries) {
    require(lines.insert(entry.line).second, "a line is taken once");
    require(names.insert(entry.name).second, "a name is taken once");
    require(domain::is_client_name(entry.name), "a name is a client's");
    const auto scheme = modelgate::crypto::inspect_foreign_hash(entry.hash);
    require(scheme.has_value() && *scheme == entry.scheme, "a hash is one that can be compared");
    require(text.find(entry.name + ":") != std::string_view::npos, "a name is what was written");
  }
  for (const auto& flaw : file.flaws) {
    require(lines.insert(flaw.line).second, "a line is refused once, and was not taken");
    for (const char c : flaw.name) require(c > ' ' && c < 0x7f, "a name that is shown can be");
  }
  return 0;
}
