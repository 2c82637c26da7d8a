#include "gateway/server/worker.hpp"

#include "gateway/server/session.hpp"

#include "modelgate/base/log.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <utility>

namespace modelgate::server {
namespace {

constexpr std::chrono::milliseconds housekeeping_interval{250};

/// Workers keep their cores to themselves where there are enough; background threads take what is left.
void pin_to_core(std::size_t index) noexcept {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  std::size_t seen = 0;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (!CPU_ISSET(core, &allowed)) continue;
    if (seen++ != index) continue;
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(core, &only);
    ::pthread_setaffinity_np(::pthread_self(), sizeof only, &only);
    return;
  }
}

/// Turns on the core as short as the kernel gives them. A thread that wakes takes the core at once only from one whose
/// turns are longer; else it waits until the other's turn is over, milliseconds, whatever that one's priority is.
///
/// Source: the scheduler EEVDF (PREEMPT_SHORT), Linux 6.12; kernels before it take no notice.
void ask_for_short_turns() noexcept {
  struct {
    std::uint32_t size = 56;
    std::uint32_t policy = SCHED_OTHER;
    std::uint64_t flags = 0;
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime = 100'000;  // nanoseconds
    std::uint64_t deadline = 0;
    std::uint64_t period = 0;
    std::uint32_t least_use = 0;
    std::uint32_t most_use = 0;
  } wanted;
  static_assert(sizeof wanted == 56, "struct sched_attr, for which this glibc has no header");
  const auto self = static_cast<id_t>(::gettid());
  wanted.nice = ::getpriority(PRIO_PROCESS, self);
  static_cast<void>(::syscall(SYS_sched_setattr, self, &wanted, 0));
}

}  // namespace

void session_buffers::resize_input(std::size_t capacity) {
  proxy::input_buffer resized{capacity};
  resized.assign(input.view());
  input = std::move(resized);
}

struct worker::session_list : boost::intrusive::list<session, boost::intrusive::constant_time_size<false>> {};

worker::worker(std::size_t index, const worker_settings& settings, metrics::worker_stats& stats,
               connection_admission& admission, filter::password_gate& passwords, telemetry::record_queue& records,
               const std::vector<int>& listening_sockets)
    : settings_{settings},
      index_{index},
      admission_{admission},
      passwords_{passwords},
      records_{records},
      scratch_(scratch_size),
      wheel_{steady_clock::now()},
      context_{loop_,   wheel_, scratch_, stats, settings_.proxy, {}, {}, format_http_date(system_clock::now()),
               nullptr, false},
      held_{new held_table{std::make_shared<const serving_table>()}},
      sessions_{std::make_unique<session_list>()} {
  for (const int socket : listening_sockets) {
    listeners_.emplace_back(loop_, socket, [this](net::socket_handle accepted, std::string peer) {
      take(std::move(accepted), std::move(peer));
    });
  }
}

worker::~worker() {
  if (thread_.joinable()) {
    stop();
    thread_.join();
  }
}

void worker::start(std::function<void()> on_live) {
  on_live_ = std::move(on_live);
  thread_ = std::thread{[this] { run(); }};
}

void worker::join() {
  if (thread_.joinable()) thread_.join();
}

void worker::run() {
  ::pthread_setname_np(::pthread_self(), ("worker-" + std::to_string(index_)).c_str());
  pin_to_core(index_);
  ask_for_short_turns();
  loop_.run();
  const std::lock_guard lock{ended_mutex_};
  ended_ = true;
  ended_changed_.notify_all();
}

bool worker::wait_ended(steady_time deadline) {
  if (!thread_.joinable()) return true;
  std::unique_lock lock{ended_mutex_};
  return ended_changed_.wait_until(lock, deadline, [this] { return ended_; });
}

void worker::accept() {
  loop_.post([this] {
    if (context_.draining) return;
    for (listener& each : listeners_) each.start();
  });
}

void worker::install(std::shared_ptr<const serving_table> table) {
  loop_.post([this, next = std::move(table)]() mutable { install_now(std::move(next)); });
}

void worker::install_tls(net::tls_context_ptr context) {
  loop_.post([this, next = std::move(context)]() mutable { tls_ = std::move(next); });
}

void worker::install_upstream_tls(net::tls_client_context_ptr context) {
  loop_.post([this, next = std::move(context)]() mutable { context_.upstream_tls = std::move(next); });
}

void worker::drain() {
  loop_.post([this] {
    if (context_.draining) return;
    context_.draining = true;
    for (listener& each : listeners_) each.drain();
    for_each_session([](session& idle_or_busy) { idle_or_busy.on_drain(); });
    finish_if_drained();
  });
}

void worker::stop() {
  loop_.post([this] {
    context_.draining = true;
    context_.cutting = true;
    for (listener& each : listeners_) each.drain();
    for_each_session([](session& open) { open.cut(); });
    for_each_session([](session& answered) { answered.close(); });
    // After those that only had their turn taken away: they end first.
    loop_.post([this] { loop_.stop(); });
  });
}

/// What is called may end its session.
template <class Action>
void worker::for_each_session(Action action) {
  for (auto each = sessions_->begin(); each != sessions_->end();) {
    session& next = *each++;
    action(next);
  }
}

void worker::reconfigure(worker_settings next) {
  loop_.post([this, settings = std::move(next)]() mutable { take_settings(std::move(settings)); });
}

void worker::take_settings(worker_settings next) {
  if (next.proxy.head_limits.bytes != settings_.proxy.head_limits.bytes) spare_buffers_.clear();
  settings_ = std::move(next);
  for (const auto& known : states_) known.second->cluster.reconfigure(settings_.cluster);
}

/// Costs what has changed: a turn with thousands of deployments would keep requests waiting.
void worker::install_now(std::shared_ptr<const serving_table> next) {
  held_.reset(new held_table{std::move(next)});
  state_by_route_.resize(table().entries.size(), nullptr);
  for (const std::uint32_t place : table().routes.changes()) {
    deployment_state* state = state_by_route_[place];
    if (state == nullptr) continue;
    const std::shared_ptr<const serving_entry>& entry = table().entries[place];
    // A deployment that came to the place of another, or was deleted and made again under the same id, is another one.
    if (entry && &state->cluster.queue() == entry->queue.get()) {
      state->entry = entry;
      state->cluster.update(entry->endpoints);
    } else {
      state->cluster.update({});
      state_by_route_[place] = nullptr;
      states_.erase(place);
    }
  }
  live_generation_.store(table().generation, std::memory_order_release);
  on_live_();
}

deployment_state_ptr worker::state_of(std::uint32_t route) {
  if (deployment_state* known = state_by_route_[route]) return deployment_state_ptr{known};
  deployment_state_ptr made{new deployment_state{settings_.cluster, table().entries[route], index_}};
  made->id = table().routes.at(route).deployment().id;
  made->cluster.update(made->entry->endpoints);
  states_.emplace(route, made);
  state_by_route_[route] = made.get();
  return made;
}

std::unique_ptr<session_buffers> worker::take_buffers() {
  const std::size_t head_bytes = settings_.proxy.head_limits.bytes;
  context_.memory_in_use += head_bytes;
  if (spare_buffers_.empty()) return std::make_unique<session_buffers>(head_bytes);
  auto buffers = std::move(spare_buffers_.back());
  spare_buffers_.pop_back();
  return buffers;
}

void worker::give_buffers(std::unique_ptr<session_buffers> buffers) {
  context_.memory_in_use -= buffers->head_bytes + buffers->widened();
  if (buffers->head_bytes != settings_.proxy.head_limits.bytes) return;
  buffers->input.clear();  // one connection's bytes are never another's
  if (buffers->exchange.capacity() > most_spare_bytes || buffers->widened() > 0) return;
  if (spare_buffers_.size() < most_spare_buffers) spare_buffers_.push_back(std::move(buffers));
}

void worker::resize_input(session_buffers& buffers, std::size_t capacity) {
  context_.memory_in_use += capacity;
  context_.memory_in_use -= buffers.input.capacity();
  buffers.resize_input(capacity);
}

void worker::restore_input(session_buffers& buffers) {
  const std::size_t normal = buffers.head_bytes + session_buffers::spare;
  if (buffers.widened() > 0 && buffers.input.view().size() <= buffers.head_bytes) resize_input(buffers, normal);
}

bool worker::is_trusted_proxy(std::string_view address) const noexcept {
  return std::find(settings_.trusted_proxies.begin(), settings_.trusted_proxies.end(), address)
         != settings_.trusted_proxies.end();
}

void worker::take_inside(net::socket_handle socket, config::inside_caller_ptr caller) {
  const auto held = std::make_shared<net::socket_handle>(std::move(socket));
  loop_.post([this, held, caller = std::move(caller)]() mutable {
    if (context_.draining) return;  // which closes it
    std::string peer = caller->address;
    take(std::move(*held), std::move(peer), std::move(caller));
  });
}

void worker::take(net::socket_handle socket, std::string peer, config::inside_caller_ptr inside) {
  context_.stats.connections_accepted.add();
  if (const auto refused = admission_.try_enter(peer, socket.get())) {
    context_.stats.connections_refused[static_cast<std::size_t>(*refused)].add();
    return;
  }
  context_.stats.connections_open.add();
  if (!ticking_) {
    look_at_wall_clock(steady_clock::now());
    context_.date = format_http_date(system_clock::now());
    await_tick();
  }
  auto* made = new session{*this, std::move(socket), std::move(peer), std::move(inside)};
  sessions_->push_back(*made);
  net::start(made->run(), [this, made](std::exception_ptr failure) {
    if (failure) {
      context_.stats.sessions_failed.add();
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& problem) {  // the root of this session: only it ends
        log::error("session", "a session threw: this is a bug", {{"what", std::string_view{problem.what()}}});
      }
    }
    end(*made);
  });
}

void worker::end(session& ended) noexcept {
  admission_.leave(ended.peer());
  sessions_->erase(sessions_->iterator_to(ended));
  delete &ended;
  context_.stats.connections_open.subtract();
  finish_if_drained();
}

void worker::finish_if_drained() {
  if (context_.draining && sessions_->empty()) loop_.stop();
}

void worker::await_tick() {
  ticking_ = true;
  loop_.call_after(net::timer_wheel::tick, [this] { on_tick(); });
}

void worker::look_at_wall_clock(steady_time now) noexcept {
  context_.wall_offset = system_clock::now().time_since_epoch() - now.time_since_epoch();
}

void worker::on_tick() {
  const steady_time now = steady_clock::now();
  wheel_.advance(now);
  look_at_wall_clock(now);
  if (now >= next_housekeeping_) {
    next_housekeeping_ = now + housekeeping_interval;
    context_.date = format_http_date(system_clock::now());
    for (auto& known : states_) known.second->cluster.close_idle(now);
  }
  context_.stats.buffer_bytes.set(context_.memory_in_use);
  // An idle worker sleeps: the clock starts again with the next connection.
  const bool idle = sessions_->empty() && std::all_of(states_.begin(), states_.end(), [](const auto& known) {
                      return known.second->cluster.has_no_connections();
                    });
  if (idle)
    ticking_ = false;
  else
    await_tick();
}

}  // namespace modelgate::server
