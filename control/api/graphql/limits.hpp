#pragma once

#include <cstddef>
#include <cstdint>

namespace modelgate::control::graphql {

/// What one request may ask for; in the config under [graphql], but for `faults`.
struct query_limits {
  std::size_t document_bytes = 65'536;
  std::size_t tokens = 8'192;
  std::size_t depth = 32;  ///< of selections within selections, and of values within values
  /// Fields and spreads of all operations and fragments, fragments written out; within a list each counts ten times. A
  /// list of objects is ten, a field of a root a hundred, or two thousand where it is a list of objects or a page of one.
  std::uint64_t cost = 200'000;
  std::size_t answer_values = 1'000'000;  ///< fields and items of lists in one answer
  std::size_t answer_bytes = 16'777'216;  ///< of one answer's data as JSON
  std::size_t mutation_fields = 20;       ///< changes that one request asks for
  std::size_t faults = 50;                ///< told of one document
};

}  // namespace modelgate::control::graphql
