#pragma once

#include "control/service/merged_log.hpp"

#include "modelgate/http_io/message.hpp"

#include <memory>

namespace modelgate::control::rest {

/// A log as text/plain: piece by piece when `in_pieces`, else whole.
[[nodiscard]] http_io::response log_answer(std::unique_ptr<service::merged_log> log, bool in_pieces);

}  // namespace modelgate::control::rest
