#include "control/runtime/process/mark_guard.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace modelgate::control::runtime::process {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t own_architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t own_architecture = AUDIT_ARCH_AARCH64;
#else
#error "say here which system calls change limits on this machine"
#endif
// What 32-bit programs of this machine call; the numbers are the kernel's for ever.
#if defined(__x86_64__)
constexpr std::uint32_t small_architecture = AUDIT_ARCH_I386;
constexpr std::uint32_t small_setrlimit = 75;
constexpr std::uint32_t small_prlimit = 340;
#else
constexpr std::uint32_t small_architecture = AUDIT_ARCH_ARM;
constexpr std::uint32_t small_setrlimit = 75;
constexpr std::uint32_t small_prlimit = 369;
#endif
constexpr std::uint32_t without_x32_bit = 0xBFFF'FFFF;  // the third way to call an x86-64 kernel: same numbers, one bit

constexpr std::uint32_t low_half_of_argument(unsigned index) {
  return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + index * sizeof(std::uint64_t));
}
constexpr std::uint32_t high_half_of_argument(unsigned index) {
  return low_half_of_argument(index) + static_cast<std::uint32_t>(sizeof(std::uint32_t));
}

constexpr sock_filter load(std::uint32_t offset) {
  return {BPF_LD | BPF_W | BPF_ABS, 0, 0, offset};
}
/// Goes on `then` instructions further when the value is `wanted`, else `otherwise`.
constexpr sock_filter if_equal(std::uint32_t wanted, std::uint8_t then, std::uint8_t otherwise) {
  return {BPF_JMP | BPF_JEQ | BPF_K, then, otherwise, wanted};
}
constexpr sock_filter answer(std::uint32_t verdict) {
  return {BPF_RET | BPF_K, 0, 0, verdict};
}

constexpr std::array filter{
    load(offsetof(seccomp_data, arch)),                             //  0
    if_equal(own_architecture, 4, 0),                               //  1 -> 6
    if_equal(small_architecture, 0, 15),                            //  2 -> 18: a machine that is not this one
    load(offsetof(seccomp_data, nr)),                               //  3
    if_equal(small_setrlimit, 5, 0),                                //  4 -> 10
    if_equal(small_prlimit, 6, 12),                                 //  5 -> 12, or 18
    load(offsetof(seccomp_data, nr)),                               //  6
    sock_filter{BPF_ALU | BPF_AND | BPF_K, 0, 0, without_x32_bit},  //  7
    if_equal(static_cast<std::uint32_t>(SYS_setrlimit), 1, 0),      //  8 -> 10
    if_equal(static_cast<std::uint32_t>(SYS_prlimit64), 2, 8),      //  9 -> 12, or 18
    load(low_half_of_argument(0)),                                  // 10: setrlimit(resource, limit)
    if_equal(RLIMIT_LOCKS, 7, 6),                                   // 11 -> 19, or 18
    load(low_half_of_argument(2)),                                  // 12: prlimit64(pid, resource, limit, old)
    if_equal(0, 0, 2),                                              // 13 -> 16: it changes something
    load(high_half_of_argument(2)),                                 // 14
    if_equal(0, 2, 0),                                              // 15 -> 18: it only asks
    load(low_half_of_argument(1)),                                  // 16
    if_equal(RLIMIT_LOCKS, 1, 0),                                   // 17 -> 19, or 18
    answer(SECCOMP_RET_ALLOW),                                      // 18
    answer(SECCOMP_RET_ERRNO),                                      // 19: no error, and nothing done
};

}  // namespace

void keep_mark() noexcept {
  const sock_fprog program{static_cast<unsigned short>(filter.size()), const_cast<sock_filter*>(filter.data())};
  ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program);
}

}  // namespace modelgate::control::runtime::process
