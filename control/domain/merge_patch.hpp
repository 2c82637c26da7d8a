#pragma once

#include <boost/json/fwd.hpp>

#include <initializer_list>
#include <string_view>

namespace modelgate::control::domain {

/// Source: RFC 7396 section 2.
void apply_merge_patch(boost::json::value& target, const boost::json::value& patch);

/// A resource's document with a patch laid over it, for the reader of whole documents. Members in `fixed` stay as they
/// are, whatever the patch says: who may not change them is told by `document_reader::fixed`. A null for a member that
/// was never there is kept, so that the reader still refuses a member that it does not know.
[[nodiscard]] boost::json::object patched_document(const boost::json::object& current, const boost::json::object& patch,
                                                   std::initializer_list<std::string_view> fixed);

}  // namespace modelgate::control::domain
