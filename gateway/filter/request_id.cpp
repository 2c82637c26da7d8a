#include "gateway/filter/request_id.hpp"

namespace modelgate::filter {
namespace {

void take_or_make(const http::request_head& head, http::field_id id, id_generator& ids, std::string& into) {
  const http::field* only = nullptr;
  bool repeated = false;
  for (const http::field& f : head.fields) {
    if (f.id != id || f.alias) continue;
    repeated = only != nullptr;
    only = &f;
    if (repeated) break;
  }
  if (only != nullptr && !repeated && is_well_formed_request_id(only->value)) {
    into.assign(only->value);
    return;
  }
  const id_generator::uuid_text made = ids.next_uuid();
  into.assign(made.data(), made.size());
}

}  // namespace

void identify(const http::request_head& head, id_generator& ids, request_ids& into) {
  take_or_make(head, http::field_id::x_request_id, ids, into.request_id);
  take_or_make(head, http::field_id::seldon_puid, ids, into.puid);
}

}  // namespace modelgate::filter
