#include "control/domain/resource_document.hpp"

#include "control/domain/limits.hpp"

namespace modelgate::control::domain {
namespace {

/// What is out of range is told by the reader already.
bool is_within(double amount, double most) {
  return amount >= 0 && amount <= most;
}

}  // namespace

std::optional<std::int64_t> read_cores(document_reader& reader, std::int64_t least) {
  const auto cores = reader.number("cpu", 0, limits::cores);
  if (!cores) return std::nullopt;
  const auto milli = thousandths_from(*cores);
  if (is_within(*cores, limits::cores) && (!milli || *milli < least)) {
    reader.mistake("cpu", mistake_code::out_of_range,
                   least > 0 ? "must be greater than zero and a multiple of 0.001" : "must be a multiple of 0.001");
  }
  return milli;
}

std::optional<std::int64_t> read_memory(document_reader& reader, std::int64_t least, byte_rounding rounding) {
  const auto gib = reader.number("memoryGiB", 0, limits::memory_gib);
  if (!gib) return std::nullopt;
  const auto bytes = bytes_from_gib(*gib, rounding);
  if (is_within(*gib, limits::memory_gib) && bytes.value_or(0) < least)
    reader.mistake("memoryGiB", mistake_code::out_of_range, "must be greater than zero");
  return bytes;
}

}  // namespace modelgate::control::domain
