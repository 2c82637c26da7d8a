#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace modelgate {

using error_code = boost::system::error_code;

/// A value, or why there is none. For failures that a peer or the environment causes; bugs assert, set-up failures
/// throw.
template <class Value, class Error = error_code>
using result = boost::system::result<Value, Error>;

}  // namespace modelgate
