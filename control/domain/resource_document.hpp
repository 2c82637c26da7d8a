#pragma once

#include "control/domain/document_reader.hpp"
#include "control/domain/merge_patch.hpp"
#include "control/domain/units.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>

/// What the documents of groups and of instance types have in common.
namespace modelgate::control::domain {

/// The member "cpu". Units: cores in the document, thousandths of one in the answer and in `least`.
/// Errors: recorded; absent where there is none or no whole number of thousandths.
[[nodiscard]] std::optional<std::int64_t> read_cores(document_reader& reader, std::int64_t least);

/// The member "memoryGiB". Units: GiB in the document, bytes in the answer and in `least`.
/// Errors: recorded; absent where there is none.
[[nodiscard]] std::optional<std::int64_t> read_memory(document_reader& reader, std::int64_t least,
                                                      byte_rounding rounding);

/// Reads a thing that is known by its name with `read_members(reader, mistakes)`.
template <class Resource>
[[nodiscard]] parsed<Resource> read_named(const boost::json::value& document,
                                          Resource (*read_members)(document_reader&, diagnostics&)) {
  parsed<Resource> answer;
  document_reader reader{document, "", answer.mistakes};
  answer.value = read_members(reader, answer.mistakes);
  return answer;
}

/// The same thing with a merge patch (RFC 7396) laid over it; the patch may name its name only as it is.
template <class Resource>
[[nodiscard]] parsed<Resource> read_named_patch(const Resource& current, const boost::json::value& patch,
                                                Resource (*read_members)(document_reader&, diagnostics&)) {
  parsed<Resource> answer;
  const auto* changes = patch.if_object();
  if (changes == nullptr) {
    answer.mistakes.push_back({"", std::string{mistake_code::wrong_type}, "must be a JSON object"});
    return answer;
  }
  const boost::json::value merged = patched_document(to_json(current), *changes, {"name"});
  document_reader reader{merged, "", answer.mistakes};
  reader.fixed(*changes, "name", current.name);
  answer.value = read_members(reader, answer.mistakes);
  return answer;
}

}  // namespace modelgate::control::domain
