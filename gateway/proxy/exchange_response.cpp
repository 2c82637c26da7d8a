#include "gateway/proxy/exchange.hpp"
#include "gateway/proxy/forwarding.hpp"

#include "modelgate/http/body_decoder.hpp"
#include "modelgate/http/framing.hpp"

#include <cstring>
#include <limits>

namespace modelgate::proxy {
namespace {

using loss = exchange_fsm::loss;
using relay_status = body_relay::status;

/// More answers before the answer than any server has reason to send.
constexpr unsigned most_informational = 16;

/// How a server says that it has no such route, or not by this method.
bool is_missing_route(unsigned status) noexcept {
  return status == 404 || status == 405 || status == 501;
}

}  // namespace

void exchange::count_request_bytes(std::uint64_t bytes) noexcept {
  worker_.stats.request_body_bytes.add(bytes);
  request_.traffic->request_body_bytes.add(bytes);
}

void exchange::count_response_bytes(std::uint64_t bytes) noexcept {
  worker_.stats.response_body_bytes.add(bytes);
  request_.traffic->response_body_bytes.add(bytes);
}

exchange::verdict exchange::step_response() {
  if (!download_) return read_response_head();
  const std::uint64_t before = download_->payload_bytes();
  const verdict ended = judge_download(
      download_->pump_from_scratch({}, *upstream_, client_.stream, worker_.body_room(cluster_.queue().has_waiters())));
  count_response_bytes(download_->payload_bytes() - before);
  return ended;
}

exchange::verdict exchange::read_response_head() {
  for (;;) {
    // What came of the head before stands at the front of the scratch buffer again, so that it can be parsed in one
    // piece.
    const std::size_t before = buffers_.partial_head.size();
    std::memcpy(worker_.scratch.data(), buffers_.partial_head.data(), before);
    const net::io_result read = upstream_->read_some(worker_.scratch.subspan(before));
    switch (read.status) {
      case net::io_status::would_block:
        return {};
      case net::io_status::end:
      case net::io_status::failed:
        return lose_upstream(loss::closed);
      case net::io_status::ok:
        break;
    }
    std::string_view rest{worker_.scratch.data(), before + read.bytes};
    buffers_.partial_head.clear();
    for (;;) {
      if (rest.empty()) break;
      const std::string_view bytes = rest;
      if (verdict ended = take_response_head(bytes, rest)) return ended;
      if (download_ || complete_ || !upstream_) return {};
      if (rest.size() == bytes.size()) {  // the head is not whole yet
        buffers_.partial_head.assign(rest);
        break;
      }
    }
  }
}

exchange::verdict exchange::take_response_head(std::string_view bytes, std::string_view& rest) {
  const auto extent = http::find_head(bytes, worker_.settings.head_limits.bytes);
  if (!extent) return lose_upstream(loss::invalid);
  if (!*extent) return {};
  const std::string_view head_bytes = bytes.substr((*extent)->skipped, (*extent)->size);
  rest = bytes.substr((*extent)->skipped + (*extent)->size);
  http::response_head& head = worker_.response_head;
  if (!http::parse_response_head(head_bytes, worker_.settings.head_limits, head)) return lose_upstream(loss::invalid);
  if (head.status == 101) return switch_protocols(rest);
  if (head.status / 100 == 1) {
    return forward_informational();
  }
  return start_response(rest);
}

exchange::verdict exchange::start_response(std::string_view rest) {
  const http::response_head& head = worker_.response_head;
  const auto framing = http::frame_response(head, request_.to_head);
  if (!framing) return lose_upstream(loss::invalid);
  end_hedge();
  copy_.release();
  retry_share_ = {};
  const steady_time now = steady_clock::now();
  if (request_.hedging != nullptr && head.status < 500) request_.hedging->record(now - service_start());
  head_at_ = now;
  idle_due_ = now + worker_.settings.stream_idle;
  status_ = head.status;
  if (upstream::blames_replica(status_)) slot_.fail(upstream::ejection_cause::status, now);
  upstream_keeps_ = framing->keep_alive;
  if (request_.route_may_be_missing && is_missing_route(status_) && !fsm_.response_head_sent()) {
    decline(framing->body, rest);
    return {};
  }

  http::body_framing sent = framing->body;
  if (sent.kind == http::body_kind::chunked || sent.kind == http::body_kind::until_close) {
    const bool client_knows_chunks = request_.client_minor_version >= 1;
    sent.kind = client_knows_chunks ? http::body_kind::chunked : http::body_kind::until_close;
    response_delimited_ = client_knows_chunks;
  }
  const bool request_done = upload_.sent_all();
  downstream_response response;
  response.request_id = request_.request_id;
  response.puid = request_.puid;
  response.date = worker_.date;
  response.limit_fields = request_.limit_fields;
  response.add_seldon_fields = request_.seldon_protocol;
  response.add_cors = request_.seldon_protocol && worker_.settings.cors;
  response.body = sent;
  response.to_head = request_.to_head;
  client_keeps_ = client_keeps_ && request_done && response_delimited_ && !worker_.draining;
  response.close = !client_keeps_;
  response.say_keep_alive = request_.client_minor_version == 0;
  append_response_head(buffers_.response_head, head, response);

  download_.emplace(buffers_.kept_download, framing->body, coding_of(sent.kind),
                    std::numeric_limits<std::uint64_t>::max());
  download_->set_head(buffers_.response_head);
  if (framing->body.kind == http::body_kind::none && !rest.empty()) {
    surplus_ = true;
    rest = {};
  }
  fsm_.on_response_head_sent();
  const verdict ended = judge_download(download_->pump_from_scratch(rest, *upstream_, client_.stream,
                                                                    worker_.body_room(cluster_.queue().has_waiters())));
  count_response_bytes(download_->payload_bytes());
  return ended;
}

/// What it says of that is for nobody: its connection is kept where all of it is here.
void exchange::decline(const http::body_framing& body, std::string_view rest) {
  http::body_decoder decoder{body};
  while (!decoder.finished() && !decoder.failed() && !rest.empty()) rest.remove_prefix(decoder.next(rest).consumed);
  surplus_ = !decoder.finished() || decoder.failed() || !rest.empty();
  declined_ = true;
  complete_ = true;
}

/// From here on the connections carry bytes of another protocol, if it is the one that was asked for.
exchange::verdict exchange::switch_protocols(std::string_view rest) {
  const http::response_head& head = worker_.response_head;
  const bool as_asked = request_.upgrade && http::switches_to_websocket(head, *request_.upgrade);
  if (!as_asked || !upload_.sent_all()) return lose_upstream(loss::invalid);
  head_at_ = steady_clock::now();
  status_ = head.status;
  slot_.succeed(*head_at_);  // how long the two talk says nothing of the replica
  slot_.become_tunnel();
  downstream_response response;
  response.request_id = request_.request_id;
  response.puid = request_.puid;
  response.date = worker_.date;
  response.upgrade = true;
  append_response_head(buffers_.response_head, head, response);
  fsm_.on_response_head_sent();
  tunnel_.emplace(worker_, client_, *upstream_, buffers_.kept_upload, buffers_.kept_download);
  tunnel_->start(buffers_.response_head, rest);
  complete_ = true;
  return {};
}

exchange::verdict exchange::judge_download(body_relay::status status) {
  if ((status == relay_status::wants_output) != reader_waits_since_.has_value()) {
    const steady_time now = steady_clock::now();
    reader_waited_ = time_of_reader(now);
    reader_waits_since_ = status == relay_status::wants_output ? std::optional{now} : std::nullopt;
  }
  const std::uint64_t progress =
      download_->bytes_sent() + download_->payload_bytes() + upload_.bytes_sent() + upload_.payload_bytes();
  if (progress != progress_seen_ && status != relay_status::finished) {
    progress_seen_ = progress;
    idle_due_ = steady_clock::now() + worker_.settings.stream_idle;
  }
  switch (status) {
    case relay_status::wants_output:
      // The replica has said all: what the client is slow to take is not its business any more.
      if (upstream_ && download_->source_complete() && upload_.sent_all()) finish_upstream();
      return {};
    case relay_status::wants_input:
      return {};
    case relay_status::wants_turn:
      wants_turn_ = true;
      return {};
    case relay_status::finished:
      complete_ = true;
      return {};
    case relay_status::source_ended:
    case relay_status::source_failed:
      return lose_upstream(loss::closed);
    case relay_status::malformed:
    case relay_status::too_large:
      return lose_upstream(loss::invalid);
    case relay_status::sink_failed:
      return fsm_.on_client_gone();
  }
  return {};
}

void exchange::send_continue() {
  if (continue_sent_) return;
  continue_sent_ = true;
  static constexpr std::string_view line = "HTTP/1.1 100 Continue\r\n\r\n";
  const iovec piece{const_cast<char*>(line.data()), line.size()};
  const net::io_result written = client_.stream.write_some({&piece, 1});
  if (written.bytes == 0 || written.bytes == line.size()) return;  // none: it sends its body unasked after a while
  buffers_.response_head.assign(line.substr(written.bytes));
  fsm_.on_response_head_sent();
}

/// An informational answer goes on at once if the client takes it whole, else in front of the final one.
exchange::verdict exchange::forward_informational() {
  if (++informational_ > most_informational) return lose_upstream(loss::invalid);
  if (worker_.response_head.status == 100 || request_.client_minor_version == 0) return {};
  append_informational_head(buffers_.response_head, worker_.response_head);
  const iovec piece{buffers_.response_head.data(), buffers_.response_head.size()};
  const net::io_result written = client_.stream.write_some({&piece, 1});
  buffers_.response_head.erase(0, written.bytes);
  // Half of one cannot be followed by anything but its other half; a whole one leaves every answer open.
  if (written.bytes > 0 && !buffers_.response_head.empty()) fsm_.on_response_head_sent();
  return {};
}

}  // namespace modelgate::proxy
