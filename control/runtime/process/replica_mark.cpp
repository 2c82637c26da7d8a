#include "control/runtime/process/replica_mark.hpp"

#include <sys/resource.h>

#include <charconv>
#include <system_error>

namespace modelgate::control::runtime::process {
namespace {

// 1 and 30 bits of the data folder, 32 bits of the replica. The highest of all stays 0: it is the one of "unlimited".
constexpr int own_bits = 32;
constexpr replica_mark always = replica_mark{1} << 62U;
constexpr replica_mark highest = (always << 1U) - 1;

/// Source: FNV-1a. It must never change: a later program looks for the marks that an earlier one gave.
constexpr std::uint64_t hash(std::string_view text) noexcept {
  constexpr std::uint64_t offset = 14'695'981'039'346'656'037U;
  constexpr std::uint64_t prime = 1'099'511'628'211U;
  std::uint64_t value = offset;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * prime;
  return value ^ (value >> 32U);
}

}  // namespace

replica_mark mark_of(std::string_view cookie) noexcept {
  const auto dot = cookie.rfind('.');
  const std::string_view folder = cookie.substr(0, dot);
  const std::string_view own = dot == std::string_view::npos ? std::string_view{} : cookie.substr(dot + 1);
  constexpr replica_mark own_mask = (replica_mark{1} << own_bits) - 1;
  return always | ((hash(folder) << own_bits) & (always - 1)) | (hash(own) & own_mask);
}

bool is_any_mark(replica_mark mark) noexcept {
  return mark >= always && mark <= highest;
}

bool is_of_same_data_folder(replica_mark a, replica_mark b) noexcept {
  return a >> own_bits == b >> own_bits;
}

void take_mark(replica_mark mark) noexcept {
  const rlimit limit{mark, mark};
  ::setrlimit(RLIMIT_LOCKS, &limit);
}

bool can_give_marks() noexcept {
  rlimit limit{};
  return ::getrlimit(RLIMIT_LOCKS, &limit) == 0 && limit.rlim_max >= highest;
}

std::optional<replica_mark> parse_mark(std::string_view limits) noexcept {
  // "Max file locks            unlimited            4611686018427387905  locks": the soft limit, then the hard one.
  constexpr std::string_view name = "\nMax file locks ";
  const auto line = limits.find(name);
  if (line == std::string_view::npos) return std::nullopt;
  const auto soft = limits.find_first_not_of(' ', line + name.size());
  const auto gap = limits.find(' ', soft);
  const auto hard = limits.find_first_not_of(' ', gap);
  if (soft == std::string_view::npos || gap == std::string_view::npos || hard == std::string_view::npos) {
    return std::nullopt;
  }
  replica_mark value = 0;
  const auto [end, problem] = std::from_chars(limits.data() + hard, limits.data() + limits.size(), value);
  if (problem != std::errc{} || end == limits.data() + limits.size() || *end != ' ') return std::nullopt;
  return value;
}

}  // namespace modelgate::control::runtime::process
