#include "gateway/http_io/session.hpp"

#include "gateway/http_io/run_on_pool.hpp"

#include "modelgate/base/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <poll.h>

#include <algorithm>
#include <array>
#include <exception>

namespace modelgate::http_io {
namespace asio = boost::asio;
namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

constexpr std::chrono::milliseconds stream_interval{100};
constexpr std::chrono::milliseconds longest_linger{2'000};
constexpr std::size_t read_size = 16'384;
constexpr std::size_t small_answer = 65'536;  ///< that is always sent: who changed something has to learn of it
constexpr std::chrono::milliseconds turn_interval{50};

constexpr refusal internal_error{500, "INTERNAL", "the server made a mistake; its log says more"};

std::string address_of_peer(const asio::ip::tcp::socket& socket) {
  error_code problem;
  const auto peer = socket.remote_endpoint(problem);
  if (problem) return {};
  const auto address = peer.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

/// The bytes of one answer among those that are being written. One by itself always fits.
class answer_share {
 public:
  answer_share(session_context& context, std::size_t bytes) : context_{context} {
    if (bytes <= small_answer) return;
    const std::size_t most = context_.limits.answer_bytes;
    fits_ = most == 0 || context_.answer_bytes == 0 || context_.answer_bytes + bytes <= most;
    if (fits_) taken_ = bytes;
    context_.answer_bytes += taken_;
  }
  ~answer_share() { context_.answer_bytes -= taken_; }
  answer_share(const answer_share&) = delete;
  answer_share& operator=(const answer_share&) = delete;

  [[nodiscard]] bool fits() const noexcept { return fits_; }

 private:
  session_context& context_;
  std::size_t taken_ = 0;
  bool fits_ = true;
};

/// On a pool thread.
response call_handler(const session_context& context, const request& message) {
  try {
    return context.handler(message);
  } catch (const std::exception& problem) {  // the root of a handler: a bug must not end the program
    log::error("http_io", "a request handler threw: this is a bug",
               {{"method", message.method}, {"path", message.path}, {"what", problem.what()}});
    return context.refused(message.path, internal_error);
  }
}

std::string in_chunks(const body_stream::part& part) {
  std::string framed;
  std::size_t from = 0;
  const auto append = [&](std::size_t to) {
    if (to <= from) return;
    framed.append(write_chunk_size(to - from)).append(part.bytes, from, to - from).append("\r\n");
    from = to;
  };
  for (const std::size_t cut : part.cuts) append(cut);
  append(part.bytes.size());
  return framed;
}

/// On a pool thread. Absent: the stream broke, so its end must not look like one.
std::optional<body_stream::part> next_part(body_stream& stream) {
  try {
    return stream.next();
  } catch (const std::exception& problem) {  // the root of a stream, as above
    log::error("http_io", "a response stream threw: this is a bug", {{"what", problem.what()}});
    return std::nullopt;
  }
}

}  // namespace

/// Hears the bell of a stream for as long as it stands. What it gave away may ring later: then nobody listens.
class session::bell_listener {
 public:
  explicit bell_listener(session& of) : hears_{std::make_shared<session*>(&of)} {}
  ~bell_listener() { *hears_ = nullptr; }
  bell_listener(const bell_listener&) = delete;
  bell_listener& operator=(const bell_listener&) = delete;

  [[nodiscard]] std::function<void()> ring() const {
    return [executor = (*hears_)->socket_.get_executor(), hears = hears_] {
      asio::post(executor, [hears] {
        session* const listening = *hears;
        if (listening == nullptr || listening->rung_) return;
        listening->rung_ = true;
        listening->pause_.cancel();
      });
    };
  }

 private:
  std::shared_ptr<session*> hears_;  ///< what it points to is for the context's thread only
};

session::session(std::shared_ptr<session_context> context, asio::ip::tcp::socket socket)
    : context_{std::move(context)},
      tls_context_{context_->tls},
      socket_{std::move(socket)},
      deadline_{socket_},
      pause_{socket_.get_executor()},
      reader_{context_->limits.head_bytes, context_->limits.body_bytes} {
  context_->open.insert(this);
}

session::~session() {
  context_->open.erase(this);
}

void session::drain() {
  pause_.cancel();
  if (!idle_) return;
  error_code ignored;
  socket_.cancel(ignored);
}

void session::close() {
  pause_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

asio::awaitable<bool> session::secure() {
  if (!tls_context_) co_return true;
  tls_.emplace(socket_, tls_context_->new_session().release());
  deadline_.set(steady_clock::now() + context_->limits.handshake, socket_deadline::action::close);
  const auto [problem] = co_await tls_->async_handshake(asio::ssl::stream_base::server, as_result);
  deadline_.clear();
  if (problem) ++context_->tls_failures;
  co_return !problem;
}

asio::awaitable<std::pair<error_code, std::size_t>> session::read_some(asio::mutable_buffer into) {
  if (tls_) {
    const auto [problem, count] = co_await tls_->async_read_some(into, as_result);
    co_return std::pair{problem, count};
  }
  const auto [problem, count] = co_await socket_.async_read_some(into, as_result);
  co_return std::pair{problem, count};
}

asio::awaitable<void> session::run() {
  const bool is_secure = co_await secure();
  if (!is_secure) co_return;
  for (;;) {
    const outcome read = co_await read_request();
    if (read == outcome::ended) co_return;
    if (read == outcome::refused) {
      co_await refuse(reader_.why());
      co_return;
    }
    request_reader::taken_request taken = reader_.take();
    const bool head_only = taken.message.method == "HEAD";
    taken.message.peer = address_of_peer(socket_);
    path_ = taken.message.path;
    response answer = co_await ask_handler(std::move(taken.message));

    const bool keep_alive = taken.keep_alive && !context_->draining && !(answer.stream && taken.http_1_0);
    const bool written = co_await write_answer(std::move(answer), keep_alive, taken.http_1_0, head_only);
    if (!written) co_return;
    if (!keep_alive || context_->draining) {
      co_await linger();
      co_return;
    }
    served_before_ = true;
  }
}

asio::awaitable<session::outcome> session::read_request() {
  const auto& limits = context_->limits;
  idle_ = reader_.is_idle();
  if (idle_ && context_->draining) co_return outcome::ended;
  // A new connection was made in order to ask something: only later ones may be kept waiting.
  const auto patience = idle_ && served_before_ ? limits.keep_alive : limits.request_timeout;
  deadline_.set(steady_clock::now() + patience, socket_deadline::action::cancel);

  std::array<char, read_size> bytes;
  for (;;) {
    const request_reader::step step = reader_.advance();
    if (step == request_reader::step::complete || step == request_reader::step::refused) {
      deadline_.clear();
      co_return step == request_reader::step::complete ? outcome::request : outcome::refused;
    }
    if (step == request_reader::step::needs_continue) {
      const auto resume_at = steady_clock::now() + limits.request_timeout;
      const bool written = co_await write("HTTP/1.1 100 Continue\r\n\r\n");
      if (!written) co_return outcome::ended;
      deadline_.set(resume_at, socket_deadline::action::cancel);
      continue;
    }
    if (deadline_.expired()) {
      if (idle_) co_return outcome::ended;
      co_await refuse({408, "REQUEST_TIMEOUT", "the request did not arrive in time; send it faster or smaller"});
      co_return outcome::ended;
    }
    const auto [problem, count] = co_await read_some(asio::buffer(bytes));
    if (problem) {
      if (deadline_.expired()) continue;
      co_return outcome::ended;
    }
    reader_.append({bytes.data(), count});
    if (idle_ && !reader_.is_idle()) {
      idle_ = false;
      deadline_.set(steady_clock::now() + limits.request_timeout, socket_deadline::action::cancel);
    }
  }
}

asio::awaitable<response> session::ask_handler(request message) {
  if (context_->own.at_once) {
    if (auto answer = context_->own.at_once(message)) co_return std::move(*answer);
  }
  const auto asked = std::make_shared<const request>(std::move(message));
  const std::function<response()> call = [context = context_, asked] { return call_handler(*context, *asked); };
  const steady_time patient_until = steady_clock::now() + context_->limits.turn_timeout;
  for (;;) {
    std::optional<response> answer = co_await run_on_pool<response>(context_->pool, call);
    if (!answer) break;
    const bool waits = answer->not_in_turn && !context_->draining && steady_clock::now() < patient_until;
    if (!waits) co_return std::move(*answer);
    pause_.expires_after(turn_interval);
    co_await pause_.async_wait(as_result);
  }
  response busy = context_->refused(path_, {503, "OVERLOADED", "too many requests are waiting; try again in a moment"});
  busy.fields.add("Retry-After", "1");
  co_return busy;
}

asio::awaitable<bool> session::write(std::string_view first, std::string_view second) {
  deadline_.set(steady_clock::now() + context_->limits.request_timeout, socket_deadline::action::close);
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(first), asio::buffer(second)};
  if (tls_) {
    const auto [problem, count] = co_await asio::async_write(*tls_, buffers, as_result);
    deadline_.clear();
    co_return !problem && count == first.size() + second.size();
  }
  const auto [problem, count] = co_await asio::async_write(socket_, buffers, as_result);
  deadline_.clear();
  co_return !problem && count == first.size() + second.size();
}

asio::awaitable<bool> session::write_answer(response answer, bool keep_alive, bool http_1_0, bool head_only) {
  const answer_share share{*context_, answer.body.size()};
  if (!share.fits()) {
    answer =
        context_->refused(path_, {503, "OVERLOADED", "too many large answers are being read; try again in a moment"});
    answer.fields.add("Retry-After", "1");
  }
  body_framing framing = choose_framing(answer, http_1_0);
  std::optional<std::string> head = write_response_head(answer, framing, keep_alive, system_clock::now());
  if (!head) {
    log::error("http_io", "a response holds a field that cannot be written: this is a bug",
               {{"status", std::uint64_t{answer.status}}});
    answer = context_->refused(path_, internal_error);
    framing = choose_framing(answer, http_1_0);
    head = write_response_head(answer, framing, keep_alive, system_clock::now());
  }
  if (head_only || framing == body_framing::none) {
    const bool written = co_await write(*head);
    co_return written;
  }
  if (framing == body_framing::chunked && !answer.body.empty()) {
    head->append(write_chunk_size(answer.body.size()));
    answer.body.append("\r\n");
  }
  const bool written = co_await write(*head, answer.body);
  if (!written || !answer.stream) co_return written;
  const bool streamed = co_await write_stream(std::move(answer.stream), framing);
  co_return streamed;
}

asio::awaitable<bool> session::write_stream(std::shared_ptr<body_stream> stream, body_framing framing) {
  const bool chunked = framing == body_framing::chunked;
  std::function<std::optional<body_stream::part>()> call = [stream] { return next_part(*stream); };
  const bell_listener bell{*this};
  stream->set_bell(bell.ring());
  for (;;) {
    const steady_time asked_at = steady_clock::now();
    rung_ = false;
    auto asked = co_await run_on_pool<std::optional<body_stream::part>>(context_->pool, call);
    // A full pool is no reason to break a stream: it is asked again a little later.
    if (asked && !*asked) co_return false;
    body_stream::part part = asked ? std::move(**asked) : body_stream::part{};
    if (!part.bytes.empty()) {
      if (chunked) part.bytes = in_chunks(part);
      const bool written = co_await write(part.bytes);
      if (!written) co_return false;
    }
    if (part.finished || context_->draining) break;
    const bool goes_on = co_await wait_for_stream(asked_at, part.pause);
    if (!goes_on) co_return false;
    if (context_->draining) break;
  }
  if (!chunked) co_return true;
  const bool ended = co_await write("0\r\n\r\n");
  co_return ended;
}

asio::awaitable<bool> session::wait_for_stream(steady_time asked_at, std::chrono::milliseconds pause) {
  const steady_time earliest = asked_at + stream_interval;
  for (;;) {
    if (peer_has_gone()) co_return false;
    const steady_time now = steady_clock::now();
    if (context_->draining || (now >= earliest && (rung_ || now >= asked_at + pause))) co_return true;
    // In short steps, to see that the peer has gone. They stay on this thread, so they cost next to nothing.
    pause_.expires_at(now < earliest ? earliest : std::min(now + stream_interval, asked_at + pause));
    co_await pause_.async_wait(as_result);
  }
}

bool session::peer_has_gone() {
  if (!socket_.is_open()) return true;
  // Asks without reading: a pipelined request must stay where it is.
  pollfd watched{socket_.native_handle(), POLLRDHUP, 0};
  return ::poll(&watched, 1, 0) > 0;
}

asio::awaitable<void> session::refuse(refusal why) {
  const response answer = context_->refused(reader_.path(), why);
  const bool written = co_await write_answer(answer, false, false, false);
  if (written) co_await linger();
}

asio::awaitable<void> session::turn_away() {
  idle_ = false;
  const bool is_secure = co_await secure();
  if (!is_secure) co_return;
  response answer = context_->refused({}, {503, "OVERLOADED", "too many connections are open; try again in a moment"});
  answer.fields.add("Retry-After", "1");
  const bool written = co_await write_answer(std::move(answer), false, false, false);
  if (written) co_await linger();
}

// Closing with unread bytes sends a reset, which may overtake the answer. So the peer is given a moment to read and to
// close.
asio::awaitable<void> session::linger() {
  deadline_.set(steady_clock::now() + std::min(longest_linger, context_->limits.request_timeout),
                socket_deadline::action::close);
  if (tls_) co_await tls_->async_shutdown(as_result);
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  std::array<char, read_size> unwanted;
  for (;;) {
    const auto [problem, count] = co_await socket_.async_read_some(asio::buffer(unwanted), as_result);
    if (problem) co_return;
  }
}

}  // namespace modelgate::http_io
