#pragma once

#include "modelgate/base/result.hpp"

#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/optional/optional.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace modelgate::http_io {

/// A Beast body kept in a string that grows with what has come, never with what Content-Length promises.
///
/// Shape: the string may be emptied between two reads, to hand a long body on piece by piece.
struct growing_body {
  using value_type = std::string;

  class reader {
   public:
    template <bool IsRequest, class Fields>
    reader(const boost::beast::http::header<IsRequest, Fields>&, value_type& body) : body_{body} {}

    void init(const boost::optional<std::uint64_t>&, error_code& problem) { problem = {}; }

    template <class ConstBufferSequence>
    std::size_t put(const ConstBufferSequence& buffers, error_code& problem) {
      std::size_t taken = 0;
      for (const auto piece : boost::beast::buffers_range_ref(buffers)) {
        body_.append(static_cast<const char*>(piece.data()), piece.size());
        taken += piece.size();
      }
      problem = {};
      return taken;
    }

    void finish(error_code& problem) { problem = {}; }

   private:
    value_type& body_;
  };
};

/// Whether Beast's parser may be fed what is held. It asserts when a chunked body that is empty ("0", CRLF, CRLF) comes
/// in pieces; so what may be one waits until it is whole. Nothing is lost by waiting: no chunked body ends in less.
template <class Parser>
[[nodiscard]] bool may_parse_body(const Parser& parser, std::string_view held) {
  constexpr std::size_t shortest_end = 5;
  if (held.empty()) return false;
  return !parser.chunked() || held.front() != '0' || held.size() >= shortest_end;
}

}  // namespace modelgate::http_io
