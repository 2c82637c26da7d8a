#pragma once

#include <cstddef>

namespace modelgate::net {

enum class io_status { ok, would_block, end, failed };

struct io_result {
  io_status status = io_status::ok;
  std::size_t bytes = 0;
};

}  // namespace modelgate::net
