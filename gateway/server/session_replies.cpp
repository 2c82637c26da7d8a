// How a session answers by itself, and how it leaves a connection.
#include "gateway/server/session.hpp"

#include "modelgate/base/log.hpp"
#include "modelgate/http/body_decoder.hpp"
#include "modelgate/net/tls_channel.hpp"

#include <algorithm>
#include <array>

namespace modelgate::server {
namespace {

/// A short body of a request that we answer ourselves is read and dropped so that the connection can go on; a longer
/// one is not worth it.
constexpr std::uint64_t most_dropped_bytes = 65'536;
constexpr std::chrono::seconds linger_time{2};
constexpr std::uint64_t most_lingered_bytes = 67'108'864;  ///< of an upload that goes on although it was answered

}  // namespace

/// Answers what was never understood; nothing that follows on this connection can be trusted.
net::task_of<session::next_step> session::refuse(http::refusal refusal) {
  worker_.context().stats.rejected[static_cast<std::size_t>(refusal.what)].add();
  worker_.context().stats.replies[static_cast<std::size_t>(refusal.why)].add();
  http::local_reply reply;
  reply.why = refusal.why;
  reply.detail = refusal.detail;
  reply.keep_alive = false;
  const id_generator::uuid_text id = worker_.ids().next_uuid();
  buffers_->ids.request_id.assign(id.data(), id.size());
  reply.request_id = buffers_->ids.request_id;
  note_reply(http::status_of(refusal.why), refusal.why);
  buffers_->reply.clear();
  http::append_local_reply(buffers_->reply, reply, worker_.context().date);
  const bool written = co_await write_all(buffers_->reply);
  co_return written ? next_step::linger : next_step::close;
}

net::task_of<session::next_step> session::refuse_head(http::refusal refusal) {
  request req;
  req.started = steady_clock::now();
  const recorded_request recorded{*this, req};
  co_return co_await refuse(refusal);
}

void session::note_reply(unsigned status, std::optional<http::reason> why) noexcept {
  trail_->status = status;
  trail_->why = why;
  trail_->answered_here = true;
}

net::task_of<session::next_step> session::reply(const request& req, http::reason why, std::string_view detail,
                                                deployment_state_ptr counted_for, std::string_view allow,
                                                std::chrono::seconds retry_after) {
  const bool keep = may_keep(req);
  worker_.context().stats.replies[static_cast<std::size_t>(why)].add();
  http::local_reply out;
  out.why = why;
  out.detail = detail;
  out.request_id = buffers_->ids.request_id;
  out.puid = buffers_->ids.puid;
  out.allow = allow;
  out.retry_after_seconds = static_cast<unsigned>(retry_after.count());
  out.extra_fields = buffers_->limit_fields;
  out.keep_alive = keep;
  out.to_head = req.verb == http::method::head;
  out.cors = req.cors;
  note_reply(http::status_of(why), why);
  buffers_->reply.clear();
  http::append_local_reply(buffers_->reply, out, worker_.context().date);
  if (counted_for) record(req, *counted_for, http::status_of(why));
  co_return co_await send_reply(req, keep);
}

/// A request for WebSocket that comes when there is no place for another tunnel, or none is opened any more.
net::task_of<session::next_step> session::refuse_tunnel(const request& req, deployment_state_ptr counted_for) {
  constexpr std::chrono::seconds retry_after{2};
  worker_.context().stats.tunnels[static_cast<std::size_t>(metrics::tunnel_outcome::refused)].add();
  if (worker_.context().draining) {
    co_return co_await reply(req, http::reason::draining,
                             "this modelgate is ending and opens no more WebSocket connections; connect again",
                             std::move(counted_for), {}, retry_after);
  }
  co_return co_await reply(req, http::reason::overloaded,
                           "as many WebSocket connections are open as are taken here (limits.tunnels); try again",
                           std::move(counted_for), {}, retry_after);
}

net::task_of<session::next_step> session::answer(const request& req, std::string_view body,
                                                 std::string_view extra_fields) {
  const bool keep = may_keep(req);
  http::local_answer out;
  out.content_type = body.empty() ? std::string_view{} : std::string_view{"text/plain; charset=utf-8"};
  out.body = body;
  out.request_id = buffers_->ids.request_id;
  out.extra_fields = extra_fields;
  out.keep_alive = keep;
  out.to_head = req.verb == http::method::head;
  note_reply(200, std::nullopt);
  buffers_->reply.clear();
  http::append_local_answer(buffers_->reply, out, worker_.context().date);
  co_return co_await send_reply(req, keep);
}

net::task_of<session::next_step> session::send_reply(const request& req, bool keep) {
  const bool written = co_await write_all(buffers_->reply);
  if (!written) co_return next_step::close;
  if (!keep) co_return next_step::linger;
  const bool dropped = co_await drop_body(req.framing.body);
  co_return dropped ? next_step::keep : next_step::linger;
}

bool session::may_keep(const request& req) const noexcept {
  if (!req.framing.keep_alive || req.minor_version == 0 || worker_.context().draining) return false;
  if (req.framing.expects_continue && buffers_->input.empty()) return false;  // it may or may not send the body now
  return req.framing.body.kind != http::body_kind::sized || req.framing.body.size <= most_dropped_bytes;
}

net::task_of<bool> session::write_all(std::string_view bytes) {
  const steady_time due = steady_clock::now() + worker_.settings().proxy.stream_idle;
  while (!bytes.empty()) {
    const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    const net::io_result written = stream_->write_some({&piece, 1});
    if (written.status == net::io_status::failed) co_return false;
    bytes.remove_prefix(written.bytes);
    if (written.status == net::io_status::would_block) {
      const bool expired = co_await wait_until(due);
      if (expired) co_return false;
    }
  }
  co_return true;
}

/// Reads the body of a request that was answered without it, so that the next request can be found behind it.
net::task_of<bool> session::drop_body(http::body_framing framing) {
  http::body_decoder decoder{framing};
  const steady_time due = steady_clock::now() + worker_.settings().proxy.body_grace;
  std::uint64_t dropped = 0;
  while (!decoder.finished()) {
    if (decoder.failed() || dropped > most_dropped_bytes) co_return false;
    if (!buffers_->input.empty()) {
      const std::size_t consumed = decoder.next(buffers_->input.view()).consumed;
      buffers_->input.consume(consumed);
      dropped += consumed;
      continue;
    }
    const net::io_result read = stream_->read_some(buffers_->input.space());
    if (read.status == net::io_status::ok) {
      buffers_->input.commit(read.bytes);
    } else if (read.status == net::io_status::would_block) {
      const bool expired = co_await wait_until(due);
      if (expired) co_return false;
    } else {
      co_return false;
    }
  }
  co_return true;
}

/// Closes so that the client can read the answer: a close with unread bytes in our buffer would reset it away.
/// Source: RFC 9112 section 9.6.
net::task session::linger() {
  if (!stream_->is_open()) co_return;
  if (buffers_) worker_.give_buffers(std::move(buffers_));  // nothing of them is needed any more
  stream_->shutdown_send();
  const steady_time due = steady_clock::now() + linger_time;
  std::uint64_t dropped = 0;
  while (dropped < most_lingered_bytes) {
    const net::io_result read = stream_->read_some(worker_.context().scratch);
    if (read.status == net::io_status::ok) {
      dropped += read.bytes;
    } else if (read.status == net::io_status::would_block) {
      const bool expired = co_await wait_until(due);
      if (expired) co_return;
    } else {
      co_return;
    }
  }
}

/// The TLS handshake, under its own deadline; each step of it waits for its turn, once there is something to do it with.
/// Errors: false when there will be no request.
net::task_of<bool> session::shake_hands(net::tls_context_ptr context) {
  metrics::worker_stats& stats = worker_.context().stats;
  const steady_time due = steady_clock::now() + worker_.settings().handshake;
  stream_->expect_first_input();
  for (;;) {
    // Who has said nothing yet is idle when the worker drains; who has is under way.
    const bool begun = stream_->tls() != nullptr;
    bool expired = co_await wait_until(begun ? due : std::min(due, drain_due_));
    std::optional<handshake_turns::place> turn;
    if (!expired && stream_->maybe_readable()) turn.emplace(worker_.handshakes(), signal_, begun);
    while (turn && !turn->has_come() && !expired) expired = co_await wait_until(due);
    if (expired || !stream_->is_open()) {
      if (stream_->is_open()) fail_handshake(metrics::handshake_failure::timeout);
      co_return false;
    }
    if (!turn) continue;
    if (stream_->tls() == nullptr) stream_->start_tls(std::move(context));
    switch (stream_->handshake()) {
      case net::io_status::ok:
        stats.tls_handshakes.add();
        if (stream_->tls()->was_resumed()) stats.tls_resumed.add();
        co_return true;
      case net::io_status::would_block:
        break;
      case net::io_status::end:
      case net::io_status::failed: {
        const net::tls_failure why = stream_->tls()->failure();
        if (why.is_certificate) {
          fail_handshake(metrics::handshake_failure::certificate);
          log::debug("tls", "a client's certificate was not accepted, or ours not by it",
                     {{"peer", peer_}, {"why", why.what}});
        } else {
          fail_handshake(why.is_closed ? metrics::handshake_failure::closed : metrics::handshake_failure::protocol);
        }
        // The alert has been sent; what the client sends meanwhile is read away, or a reset would overtake it.
        stream_->abandon_tls();
        if (!why.is_closed) co_await linger();
        co_return false;
      }
    }
  }
}

void session::fail_handshake(metrics::handshake_failure why) {
  worker_.context().stats.tls_failures[static_cast<std::size_t>(why)].add();
}

/// What TLS has sealed and the kernel did not take yet, the end of it all included, must not be lost by the close.
net::task session::finish_sending() {
  stream_->shutdown_send();
  const steady_time due = steady_clock::now() + worker_.settings().proxy.stream_idle;
  while (stream_->has_unsent()) {
    const bool expired = co_await wait_until(due);
    if (expired) co_return;
  }
}

net::task_of<bool> session::wait_until(steady_time due) {
  worker_.context().wheel.set(timer_, due);
  co_await signal_.wait();
  const bool expired = timer_.expired;
  worker_.context().wheel.clear(timer_);
  co_return expired || !stream_->is_open();
}

}  // namespace modelgate::server
