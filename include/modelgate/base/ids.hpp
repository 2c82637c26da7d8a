#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace modelgate {

/// Makes identifiers that are unique, not secret: request ids and Seldon puids.
///
/// Shape:  one per thread (worker-local); seeded from the system's random source.
/// Source: xoshiro256** by Blackman and Vigna; RFC 9562 section 5.4 for the layout of a version 4 UUID.
class id_generator {
 public:
  id_generator();
  explicit id_generator(std::array<std::uint64_t, 4> seed) noexcept : state_{seed} {}

  using uuid_text = std::array<char, 36>;

  /// A random UUID, lower case. Allocates nothing.
  [[nodiscard]] uuid_text next_uuid() noexcept;
  [[nodiscard]] std::uint64_t next() noexcept;

 private:
  std::array<std::uint64_t, 4> state_;
};

/// `size` random characters of [a-z0-9], for the tail of generated names. Not secret.
[[nodiscard]] std::string random_name_suffix(std::size_t size);

/// Whether text may serve as a request id: `[A-Za-z0-9._-]{1,128}`.
[[nodiscard]] bool is_well_formed_request_id(std::string_view text) noexcept;

}  // namespace modelgate
