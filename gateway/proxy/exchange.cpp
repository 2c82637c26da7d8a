#include "gateway/proxy/exchange.hpp"

#include "gateway/proxy/forwarding.hpp"

#include "modelgate/http/framing.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace modelgate::proxy {
namespace {

using loss = exchange_fsm::loss;
using relay_status = body_relay::status;

/// More answers before the answer than any server has reason to send.
constexpr unsigned most_informational = 16;

body_coding coding_of(http::body_kind kind) noexcept {
  switch (kind) {
    case http::body_kind::none:
      return body_coding::none;
    case http::body_kind::sized:
    case http::body_kind::until_close:
      return body_coding::as_is;
    case http::body_kind::chunked:
      return body_coding::chunked;
  }
  return body_coding::none;
}

}  // namespace

exchange::exchange(worker_context& worker, client_side client, exchange_buffers& buffers, upstream::cluster& cluster,
                   const exchange_request& request)
    : worker_{worker},
      client_{client},
      buffers_{buffers},
      cluster_{cluster},
      request_{request},
      upload_{buffers.kept_upload, request.body, coding_of(request.body.kind), request.max_body_bytes},
      client_keeps_{request.client_keeps} {
  buffers_.response_head.clear();
  buffers_.partial_head.clear();
}

exchange::~exchange() {
  worker_.wheel.clear(client_.timer);
  drop_upstream(false);
  worker_.memory_in_use -= kept_bytes_;
}

net::task_of<exchange_result> exchange::run() {
  for (;;) {
    slot_ = cluster_.pick(failed_);
    if (!slot_) co_return result_of(fsm_.on_no_replica());
    if (failed_ != nullptr) {
      const auto cause = connected_ ? metrics::retry_cause::reset_before_sent : metrics::retry_cause::connect;
      worker_.stats.retries[static_cast<std::size_t>(cause)].add();
    }
    const verdict ended = co_await attempt();
    if (!ended) {
      finish_upstream();
      exchange_result answered = result_of({});
      answered.how = exchange_result::ending::answered;
      answered.status = status_;
      co_return answered;
    }
    if (ended->what != exchange_fsm::action::retry) {
      drop_upstream(ended->what == exchange_fsm::action::leave);
      co_return result_of(*ended);
    }
    failed_kept_ = slot_.shared();
    failed_ = failed_kept_.get();
    drop_upstream(false);
  }
}

/// One try on one replica; no verdict means that the response is complete.
net::task_of<exchange::verdict> exchange::attempt() {
  dispatched_at_ = steady_clock::now();
  model_ = slot_->model();
  connected_ = false;
  verdict ended = co_await connect();
  if (ended) co_return ended;
  connected_ = true;

  buffers_.upstream_head.assign(buffers_.head_line);
  buffers_.upstream_head.append("Host: ").append(slot_->authority()).append("\r\n").append(buffers_.head_fields);
  upload_.set_head(buffers_.upstream_head);
  if (request_.body.kind != http::body_kind::none) {
    rate_ = rate_floor{steady_clock::now(), worker_.settings.body_grace, worker_.settings.body_min_rate};
    if (request_.expects_continue && client_.input.empty()) send_continue();
  }
  for (;;) {
    if (!upload_.sent_all() && !upload_abandoned_) {
      ended = step_upload();
      if (ended) co_return ended;
    }
    ended = step_response();
    if (ended || complete_) co_return ended;
    const wait_phase phase = download_ ? wait_phase::streaming : wait_phase::before_head;
    ended = co_await wait(phase);
    if (ended) co_return ended;
  }
}

net::task_of<exchange::verdict> exchange::connect() {
  upstream_ = cluster_.take_connection(*slot_, steady_clock::now());
  if (upstream_) {
    worker_.stats.upstream_reuses.add();
    upstream_->set_owner(&client_.signal);
    co_return verdict{};
  }
  worker_.stats.upstream_connects.add();
  connect_due_ = steady_clock::now() + worker_.settings.connect;
  auto started = net::byte_stream::start_connect(worker_.executor, slot_->config().address, client_.signal);
  if (!started) {
    worker_.stats.upstream_connect_failures.add();
    co_return fsm_.on_upstream_lost(loss::connect_failed);
  }
  upstream_ = *started;
  for (;;) {
    const auto state = upstream_->connected();
    if (state == net::byte_stream::connect_state::done) co_return verdict{};
    if (state == net::byte_stream::connect_state::failed) {
      worker_.stats.upstream_connect_failures.add();
      co_return fsm_.on_upstream_lost(loss::connect_failed);
    }
    const verdict ended = co_await wait(wait_phase::connecting);
    if (ended) co_return ended;
  }
}

net::task_of<exchange::verdict> exchange::wait(wait_phase phase) {
  due_phase_ = phase;
  steady_time due = steady_time::max();
  switch (phase) {
    case wait_phase::connecting:
      due = std::min(request_.deadline, connect_due_);
      break;
    case wait_phase::before_head:
      due = std::min({request_.deadline, first_byte_due_, rate_.due()});
      break;
    case wait_phase::streaming:
      due = std::min(idle_due_, upload_.source_complete() ? steady_time::max() : rate_.due());
      break;
  }
  account_for_kept_bytes();
  worker_.wheel.set(client_.timer, due);
  co_await client_.signal.wait();
  const bool expired = client_.timer.expired;
  worker_.wheel.clear(client_.timer);
  if (!client_.stream.is_open()) co_return fsm_.on_client_gone();  // the worker has given up draining
  if (expired) co_return on_expiry(steady_clock::now());
  if (phase != wait_phase::connecting && upload_.source_complete()) co_return watch_client();
  co_return verdict{};
}

exchange::verdict exchange::on_expiry(steady_time now) {
  if (due_phase_ == wait_phase::connecting) {
    if (now >= request_.deadline) return fsm_.on_timeout();
    worker_.stats.upstream_connect_failures.add();
    return fsm_.on_upstream_lost(loss::connect_timeout);
  }
  if (request_.body.kind != http::body_kind::none && !upload_.source_complete() && now >= rate_.due()) {
    return fsm_.on_request_refused(http::reason::request_timeout);
  }
  return fsm_.on_timeout();
}

/// What slow peers make us keep is counted when we wait: before that it is gone again in most cases.
void exchange::account_for_kept_bytes() noexcept {
  const std::size_t kept = buffers_.kept_upload.size() + buffers_.kept_download.size() + buffers_.response_head.size()
                           + buffers_.partial_head.size();
  worker_.memory_in_use += kept - kept_bytes_;
  kept_bytes_ = kept;
}

/// A client that has sent its whole request and closes has gone: the replica need not work on.
exchange::verdict exchange::watch_client() {
  if (!watching_client_) return {};
  if (!client_.stream.maybe_readable()) return {};
  switch (client_.stream.look()) {
    case net::byte_stream::peer_state::quiet:
      client_.stream.expect_input();
      return {};
    case net::byte_stream::peer_state::has_sent:
      watching_client_ = false;
      return {};  // the next request: it waits its turn
    case net::byte_stream::peer_state::finished:
      if (worker_.settings.cancel_on_half_close) return fsm_.on_client_gone();
      watching_client_ = false;
      return {};
    case net::byte_stream::peer_state::gone:
      return fsm_.on_client_gone();
  }
  return {};
}

exchange::verdict exchange::step_upload() {
  const std::uint64_t before = upload_.payload_bytes();
  const relay_status status = upload_.pump(client_.input, client_.stream, *upstream_, worker_.scratch);
  worker_.stats.request_body_bytes.add(upload_.payload_bytes() - before);
  rate_.on_bytes(upload_.payload_bytes() - before);
  if (upload_.bytes_sent() > 0) fsm_.on_request_bytes_sent();
  switch (status) {
    case relay_status::wants_input:
      rate_.on_resumed(steady_clock::now());
      return {};
    case relay_status::wants_output:
      rate_.on_paused(steady_clock::now());
      return {};
    case relay_status::finished:
      first_byte_due_ = steady_clock::now() + worker_.settings.first_byte;
      if (client_.input.empty()) {
        watching_client_ = true;
        client_.stream.expect_input();
      }
      return {};
    case relay_status::source_ended:
    case relay_status::source_failed:
      return fsm_.on_client_gone();
    case relay_status::malformed:
      return fsm_.on_request_refused(http::reason::bad_request);
    case relay_status::too_large:
      return fsm_.on_request_refused(http::reason::body_too_large);
    case relay_status::sink_failed:
      if (upload_.bytes_sent() == 0) return fsm_.on_upstream_lost(loss::closed);
      upload_abandoned_ = true;  // the replica reads no more, but it may have answered already
      return {};
  }
  return {};
}

exchange::verdict exchange::step_response() {
  if (!download_) return read_response_head();
  const std::uint64_t before = download_->payload_bytes();
  const verdict ended = judge_download(download_->pump_from_scratch({}, *upstream_, client_.stream, worker_.scratch));
  worker_.stats.response_body_bytes.add(download_->payload_bytes() - before);
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
        return fsm_.on_upstream_lost(loss::closed);
      case net::io_status::ok:
        break;
    }
    std::string_view rest{worker_.scratch.data(), before + read.bytes};
    buffers_.partial_head.clear();
    for (;;) {
      if (rest.empty()) break;
      const std::string_view bytes = rest;
      if (verdict ended = take_response_head(bytes, rest)) return ended;
      if (download_ || complete_) return {};
      if (rest.size() == bytes.size()) {  // the head is not whole yet
        buffers_.partial_head.assign(rest);
        break;
      }
    }
  }
}

exchange::verdict exchange::take_response_head(std::string_view bytes, std::string_view& rest) {
  const auto extent = http::find_head(bytes, worker_.settings.head_limits.bytes);
  if (!extent) return fsm_.on_upstream_lost(loss::invalid);
  if (!*extent) return {};
  const std::string_view head_bytes = bytes.substr((*extent)->skipped, (*extent)->size);
  rest = bytes.substr((*extent)->skipped + (*extent)->size);
  http::response_head& head = worker_.response_head;
  if (!http::parse_response_head(head_bytes, worker_.settings.head_limits, head))
    return fsm_.on_upstream_lost(loss::invalid);
  if (head.status == 101) return fsm_.on_upstream_lost(loss::invalid);  // nobody asked for another protocol
  if (head.status / 100 == 1) {
    return forward_informational();
  }
  return start_response(rest);
}

exchange::verdict exchange::start_response(std::string_view rest) {
  const http::response_head& head = worker_.response_head;
  const auto framing = http::frame_response(head, request_.to_head);
  if (!framing) return fsm_.on_upstream_lost(loss::invalid);
  const steady_time now = steady_clock::now();
  head_at_ = now;
  idle_due_ = now + worker_.settings.stream_idle;
  status_ = head.status;
  upstream_keeps_ = framing->keep_alive;

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
  const verdict ended = judge_download(download_->pump_from_scratch(rest, *upstream_, client_.stream, worker_.scratch));
  worker_.stats.response_body_bytes.add(download_->payload_bytes());
  return ended;
}

exchange::verdict exchange::judge_download(body_relay::status status) {
  const std::uint64_t progress =
      download_->bytes_sent() + download_->payload_bytes() + upload_.bytes_sent() + upload_.payload_bytes();
  if (progress != progress_seen_) {
    progress_seen_ = progress;
    idle_due_ = steady_clock::now() + worker_.settings.stream_idle;
  }
  switch (status) {
    case relay_status::wants_input:
    case relay_status::wants_output:
      return {};
    case relay_status::finished:
      complete_ = true;
      return {};
    case relay_status::source_ended:
    case relay_status::source_failed:
      return fsm_.on_upstream_lost(loss::closed);
    case relay_status::malformed:
    case relay_status::too_large:
      return fsm_.on_upstream_lost(loss::invalid);
    case relay_status::sink_failed:
      return fsm_.on_client_gone();
  }
  return {};
}

/// An informational answer goes on at once if the client takes it whole, else in front of the final one.
exchange::verdict exchange::forward_informational() {
  if (++informational_ > most_informational) return fsm_.on_upstream_lost(loss::invalid);
  if (worker_.response_head.status == 100 || request_.client_minor_version == 0) return {};
  append_informational_head(buffers_.response_head, worker_.response_head);
  const iovec piece{buffers_.response_head.data(), buffers_.response_head.size()};
  const net::io_result written = client_.stream.write_some({&piece, 1});
  buffers_.response_head.erase(0, written.bytes);
  // Half of one cannot be followed by anything but its other half; a whole one leaves every answer open.
  if (written.bytes > 0 && !buffers_.response_head.empty()) fsm_.on_response_head_sent();
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

void exchange::finish_upstream() {
  exchange_fsm::ending end;
  end.request_sent_whole = upload_.sent_all();
  end.upstream_keeps = upstream_keeps_;
  end.upstream_surplus = surplus_ || download_->surplus();
  end.response_delimited = true;
  if (exchange_fsm::may_keep_upstream(end)) {
    cluster_.keep_connection(*slot_, std::move(upstream_), steady_clock::now());
    upstream_ = nullptr;
  }
  drop_upstream(false);
}

void exchange::drop_upstream(bool client_gone) noexcept {
  if (upstream_) {
    if (client_gone)
      upstream_->abort();
    else
      upstream_->close();
    upstream_ = nullptr;
  }
  slot_ = {};
}

exchange_result exchange::result_of(const decision& end) const {
  exchange_result result;
  result.why = end.why;
  result.status = http::status_of(end.why);
  switch (end.what) {
    case exchange_fsm::action::retry:
    case exchange_fsm::action::reply:
      result.how = exchange_result::ending::refused;
      break;
    case exchange_fsm::action::cut:
      result.how = exchange_result::ending::cut;
      break;
    case exchange_fsm::action::leave:
      result.how = exchange_result::ending::left;
      break;
  }
  exchange_fsm::ending whole;
  // A request without a body is read to its end even when nothing of it was sent.
  whole.request_sent_whole = upload_.sent_all() || request_.body.kind == http::body_kind::none;
  whole.client_keeps = client_keeps_;
  whole.response_delimited = response_delimited_;
  result.keep_client = exchange_fsm::may_keep_client(whole);
  if (dispatched_at_) result.upstream_latency = head_at_.value_or(steady_clock::now()) - *dispatched_at_;
  result.model = model_;
  return result;
}

}  // namespace modelgate::proxy
