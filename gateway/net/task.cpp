#include "modelgate/net/task.hpp"

#include <sanitizer/asan_interface.h>

#include <array>
#include <new>

namespace modelgate::net {
namespace {

constexpr std::size_t granule = 128;             // bytes
constexpr std::size_t size_classes = 64;         // up to 8 KiB; larger ones come from the heap each time
constexpr std::size_t most_kept_bytes = 65'536;  // of one size

/// The frames of one size that nobody uses, linked through their own memory.
struct free_list {
  struct link {
    link* next;
  };
  link* first = nullptr;
  std::size_t bytes = 0;

  // A frame that nobody uses is nobody's to touch: AddressSanitizer, where it is on, would not know otherwise.
  void push(void* frame, std::size_t size) noexcept {
    first = ::new (frame) link{first};
    bytes += size;
    ASAN_POISON_MEMORY_REGION(first, size);
  }
  void* pop(std::size_t size) noexcept {
    ASAN_UNPOISON_MEMORY_REGION(first, size);
    bytes -= size;
    return std::exchange(first, first->next);
  }
};

/// Lives until its thread ends; a frame that is given back later goes to the heap.
struct frame_lists {
  std::array<free_list, size_classes> of_class;

  ~frame_lists() {
    for (free_list& each : of_class) {
      const std::size_t size = granule * static_cast<std::size_t>(&each - of_class.data());
      while (each.first != nullptr) ::operator delete(each.pop(size));
      each.bytes = most_kept_bytes;
    }
  }
};

thread_local frame_lists lists;

constexpr std::size_t class_of(std::size_t size) noexcept {
  return (size + granule - 1) / granule;
}

/// Owns itself: gone when the work has ended.
struct root {
  struct promise_type {
    static root get_return_object() noexcept { return {}; }
    static std::suspend_never initial_suspend() noexcept { return {}; }
    static std::suspend_never final_suspend() noexcept { return {}; }
    static void return_void() noexcept {}
    static void unhandled_exception() noexcept { std::terminate(); }  // `on_end` must not throw
  };
};

root drive(task work, std::function<void(std::exception_ptr)> on_end) {
  std::exception_ptr failure;
  try {
    co_await work;
  } catch (const std::exception&) {  // the root of this task: nobody else can be told
    failure = std::current_exception();
  }
  on_end(failure);
}

}  // namespace

void* take_frame(std::size_t size) {
  const std::size_t index = class_of(size);
  if (index >= size_classes) return ::operator new(size);
  free_list& kept = lists.of_class[index];
  if (kept.first == nullptr) return ::operator new(index* granule);
  return kept.pop(index * granule);
}

void give_frame(void* frame, std::size_t size) noexcept {
  const std::size_t index = class_of(size);
  if (index >= size_classes) return ::operator delete(frame);
  free_list& kept = lists.of_class[index];
  if (kept.bytes + index * granule > most_kept_bytes) return ::operator delete(frame);
  kept.push(frame, index * granule);
}

void start(task work, std::function<void(std::exception_ptr)> on_end) {
  drive(std::move(work), std::move(on_end));
}

}  // namespace modelgate::net
