#include "gateway/proxy/hedge.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace modelgate::proxy {
namespace {

constexpr std::string_view shape_of_status = "HTTP/1.1 200";
constexpr std::size_t place_of_status = 9;

}  // namespace

hedge::progress hedge::step(std::string_view body) {
  if (!connected_) {
    switch (stream_->connected()) {
      case net::byte_stream::connect_state::pending:
        return progress::pending;
      case net::byte_stream::connect_state::failed:
        return progress::lost;
      case net::byte_stream::connect_state::done:
        connected_ = true;
    }
  }
  if (sent_ < head_.size() + body.size()) {
    if (const progress sending = send(body); sending == progress::lost) return sending;
    if (sent_ < head_.size() + body.size()) return progress::pending;
  }
  return read_status();
}

hedge::progress hedge::send(std::string_view body) {
  while (sent_ < head_.size() + body.size()) {
    const std::string_view head = std::string_view{head_}.substr(std::min(sent_, head_.size()));
    const std::string_view rest = body.substr(sent_ - std::min(sent_, head_.size()));
    const std::array<iovec, 2> pieces{iovec{const_cast<char*>(head.data()), head.size()},
                                      iovec{const_cast<char*>(rest.data()), rest.size()}};
    const net::io_result written = stream_->write_some(pieces);
    if (written.status == net::io_status::failed) return progress::lost;
    if (written.status == net::io_status::would_block) break;
    sent_ += written.bytes;
  }
  return progress::pending;
}

hedge::progress hedge::read_status() {
  std::array<char, shape_of_status.size()> bytes{};
  while (answer_start_.size() < shape_of_status.size()) {
    const net::io_result read =
        stream_->read_some(std::span{bytes}.first(shape_of_status.size() - answer_start_.size()));
    if (read.status == net::io_status::would_block) return progress::pending;
    if (read.status != net::io_status::ok) return progress::lost;
    answer_start_.append(bytes.data(), read.bytes);
  }
  if (!answer_start_.starts_with(shape_of_status.substr(0, 7))) return progress::lost;
  return answer_start_[place_of_status] == '5' ? progress::answers_failure : progress::answers;
}

unsigned hedge::status() const noexcept {
  if (answer_start_.size() < shape_of_status.size()) return 0;
  unsigned status = 0;
  std::from_chars(answer_start_.data() + place_of_status, answer_start_.data() + shape_of_status.size(), status);
  return status;
}

}  // namespace modelgate::proxy
