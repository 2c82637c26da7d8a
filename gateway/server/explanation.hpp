#pragma once

#include "modelgate/http/reason.hpp"

#include <string_view>

namespace modelgate::server {

/// What a client is told when nothing better is known than the reason: what is wrong and what to do, one sentence.
[[nodiscard]] std::string_view explain(http::reason why) noexcept;

}  // namespace modelgate::server
