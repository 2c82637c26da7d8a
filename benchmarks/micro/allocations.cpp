#include "benchmarks/micro/allocations.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace modelgate::benchmarks {
namespace {

struct thread_count {
  std::atomic<int> thread{0};
  std::atomic<std::uint64_t> allocations{0};
};

// A thread that ends leaves its place; those beyond the last are counted together, as nobody's.
std::array<thread_count, 256> counts;
std::atomic<std::size_t> taken{0};

void count() noexcept {
  thread_local thread_count* mine = nullptr;
  if (mine == nullptr) {
    const std::size_t place = taken.fetch_add(1, std::memory_order_relaxed);
    mine = &counts[place < counts.size() ? place : counts.size() - 1];
    mine->thread.store(place < counts.size() - 1 ? ::gettid() : -1, std::memory_order_relaxed);
  }
  mine->allocations.fetch_add(1, std::memory_order_relaxed);
}

void* checked(void* memory) {
  if (memory == nullptr) throw std::bad_alloc{};
  return memory;
}

}  // namespace

std::uint64_t allocations_of(int thread) noexcept {
  for (const thread_count& each : counts) {
    if (each.thread.load(std::memory_order_relaxed) == thread) return each.allocations.load(std::memory_order_relaxed);
  }
  return 0;
}

}  // namespace modelgate::benchmarks

// Those for arrays and without exceptions go by way of these.
void* operator new(std::size_t size) {
  modelgate::benchmarks::count();
  return modelgate::benchmarks::checked(std::malloc(size));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  modelgate::benchmarks::count();
  const auto unit = static_cast<std::size_t>(alignment);
  return modelgate::benchmarks::checked(std::aligned_alloc(unit, (size + unit - 1) / unit * unit));
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
