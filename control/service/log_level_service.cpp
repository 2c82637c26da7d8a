#include "control/service/log_level_service.hpp"

#include "control/domain/document_reader.hpp"

#include "modelgate/base/log_level.hpp"

#include <boost/json/value.hpp>

namespace modelgate::control::service {
namespace {

domain::parsed<log::level> read_level(const boost::json::value& document) {
  domain::parsed<log::level> read{log::level::info, {}};
  domain::document_reader reader{document, "", read.mistakes};
  const auto name = reader.text("level", {.most = 16});
  if (!name) {
    reader.require("level", "one of debug, info, warning, error and off");
  } else if (const auto level = log::level_named(*name)) {
    read.value = *level;
  } else {
    reader.mistake("level", domain::mistake_code::out_of_range, "must be one of debug, info, warning, error and off");
  }
  reader.refuse_others();
  return read;
}

}  // namespace

answer<log::level> log_level_service::get(const domain::principal& who) {
  if (!who.is_platform_admin()) return not_authorised();
  return log::current_level();
}

answer<log::level> log_level_service::set(const domain::principal& who, const boost::json::value& document) {
  if (!who.is_platform_admin()) return not_authorised();
  const auto read = read_level(document);
  if (!read.ok()) return invalid(read.mistakes);
  log::set_level(read.value);
  return read.value;
}

}  // namespace modelgate::control::service
