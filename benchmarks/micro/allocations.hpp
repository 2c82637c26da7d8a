#pragma once

#include <cstdint>

/// How often threads have asked for memory. A program that links this has its operator new replaced.
namespace modelgate::benchmarks {

/// Of the thread with that id in the kernel; 0 where it never asked. What libraries in C take with malloc is not counted.
[[nodiscard]] std::uint64_t allocations_of(int thread) noexcept;

}  // namespace modelgate::benchmarks
