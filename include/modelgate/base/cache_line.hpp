#pragma once

#include <cstddef>

namespace modelgate {

/// What two cores cannot write at the same time without waiting for each other. What one thread writes for each request is
/// aligned to it, so that no other thread's is beside it.
///
/// Source: x86-64 and the usual 64-bit Arm cores. std::hardware_destructive_interference_size depends on compiler flags.
inline constexpr std::size_t cache_line = 64;

}  // namespace modelgate
