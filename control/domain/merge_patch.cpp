#include "control/domain/merge_patch.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace modelgate::control::domain {

// Recursion is as deep as the document, which the JSON parser bounds.
void apply_merge_patch(boost::json::value& target, const boost::json::value& patch) {
  const auto* changes = patch.if_object();
  if (changes == nullptr) {
    target = patch;
    return;
  }
  if (!target.is_object()) target = boost::json::object{};
  auto& members = target.get_object();
  for (const auto& change : *changes) {
    if (change.value().is_null()) {
      members.erase(change.key());
    } else {
      apply_merge_patch(members[change.key()], change.value());
    }
  }
}

boost::json::object patched_document(const boost::json::object& current, const boost::json::object& patch,
                                     std::initializer_list<std::string_view> fixed) {
  boost::json::value merged = current;
  apply_merge_patch(merged, patch);
  auto& members = merged.get_object();
  for (const auto& change : patch) {
    if (change.value().is_null()) members.emplace(change.key(), nullptr);
  }
  for (const std::string_view member : fixed) {
    const auto* before = current.if_contains(member);
    if (before == nullptr) {
      members.erase(member);
    } else {
      members[member] = *before;
    }
  }
  return std::move(members);
}

}  // namespace modelgate::control::domain
