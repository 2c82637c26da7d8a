#include "gateway/filter/password_gate.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace modelgate::filter {
namespace {

constexpr int background_priority = 15;  // nice: whatever else wants the core has it first

enum outcome : std::size_t { right, wrong, known, full, timeout };
constexpr std::array<std::string_view, 5> outcome_words{"right", "wrong", "known", "full", "timeout"};

std::size_t share(std::size_t whole, std::size_t part) noexcept {
  return std::max<std::size_t>(1, whole / part);
}

}  // namespace

password_check::password_check(std::string deployment, crypto::unproven_password_ptr password,
                               const crypto::token_digest& digest, std::string_view shown, net::event_loop& loop,
                               net::wake_signal& signal)
    : deployment_{std::move(deployment)},
      password_{std::move(password)},
      digest_{digest},
      shown_{std::string{shown}},
      loop_{loop},
      signal_{&signal} {}

password_gate::password_gate(const limits& bounds, compare_function compare)
    : compare_{std::move(compare)}, bounds_{bounds} {
  for (std::size_t i = 0; i < bounds.checks; ++i) threads_.emplace_back([this] { run(); });
}

password_gate::~password_gate() {
  stop();
}

void password_gate::set_limits(const limits& bounds) {
  const std::lock_guard lock{mutex_};
  bounds_.waiting = bounds.waiting;
  bounds_.longest = bounds.longest;
}

std::chrono::milliseconds password_gate::longest_wait() const {
  const std::lock_guard lock{mutex_};
  return bounds_.longest;
}

password_gate::verdict password_gate::verdict_of(password_check::state state) noexcept {
  switch (state) {
    case password_check::state::waiting:
      return verdict::waiting;
    case password_check::state::right:
      return verdict::right;
    case password_check::state::wrong:
      return verdict::wrong;
    case password_check::state::outside:
    case password_check::state::busy:
      break;
  }
  return verdict::busy;
}

bool password_gate::has_place(const password_check& check, bool needs_check) const {
  if (waiting_ >= bounds_.waiting) return false;
  const auto of_deployment = waiting_of_deployment_.find(check.deployment_);
  if (of_deployment != waiting_of_deployment_.end() && of_deployment->second >= share(bounds_.waiting, 2)) return false;
  const auto of_client = jobs_.find(check.password_.get());
  if (of_client == jobs_.end()) return true;
  std::size_t waiters = 0;
  for (const auto& each : of_client->second) waiters += each->waiters.size();
  return waiters < share(bounds_.waiting, 4) && (!needs_check || of_client->second.size() < share(bounds_.waiting, 8));
}

password_gate::verdict password_gate::join(const password_check_ptr& check) {
  const std::lock_guard lock{mutex_};
  if (const auto* proven = check->password_->proven()) {
    return proven->equal(check->digest_) ? verdict::right : verdict::wrong;
  }
  if (check->password_->is_known_wrong(check->digest_)) {
    ++outcomes_[known];
    return verdict::wrong;
  }
  const auto of_client = jobs_.find(check->password_.get());
  std::shared_ptr<job> same;
  if (of_client != jobs_.end()) {
    const auto found = std::find_if(of_client->second.begin(), of_client->second.end(),
                                    [&](const auto& each) { return each->digest.equal(check->digest_); });
    if (found != of_client->second.end()) same = *found;
  }
  if (stopping_ || !has_place(*check, same == nullptr)) {
    ++outcomes_[full];
    return verdict::busy;
  }
  if (!same) {
    same = std::make_shared<job>(job{check->password_, check->digest_, {}, false});
    const auto* client = check->password_.get();
    jobs_[client].push_back(same);
    queue_up(check->deployment_, client);
    work_.notify_one();
  }
  same->waiters.push_back(check);
  check->state_ = password_check::state::waiting;
  ++waiting_;
  ++waiting_of_deployment_[check->deployment_];
  return verdict::waiting;
}

password_gate::verdict password_gate::look(const password_check& check) const {
  const std::lock_guard lock{mutex_};
  return verdict_of(check.state_);
}

void password_gate::forget(const password_check& check) {
  --waiting_;
  const auto found = waiting_of_deployment_.find(check.deployment_);
  if (--found->second == 0) waiting_of_deployment_.erase(found);
}

password_gate::verdict password_gate::leave(password_check& check) {
  const std::lock_guard lock{mutex_};
  if (check.state_ != password_check::state::waiting) return verdict_of(check.state_);
  check.state_ = password_check::state::busy;
  ++outcomes_[timeout];
  forget(check);
  const auto of_client = jobs_.find(check.password_.get());
  auto& jobs = of_client->second;
  for (auto each = jobs.begin(); each != jobs.end(); ++each) {
    auto& waiters = (*each)->waiters;
    if (std::erase_if(waiters, [&](const auto& other) { return other.get() == &check; }) == 0) continue;
    // Nobody wants to know any more. What runs goes on: its answer is worth remembering.
    if (waiters.empty() && !(*each)->running) jobs.erase(each);
    break;
  }
  if (jobs.empty()) jobs_.erase(of_client);
  return verdict::busy;
}

void password_gate::settle(job& done, password_check::state how, std::vector<password_check_ptr>& told) {
  for (password_check_ptr& each : done.waiters) {
    each->state_ = how;
    forget(*each);
    told.push_back(std::move(each));
  }
  done.waiters.clear();
}

void password_gate::notify(const std::vector<password_check_ptr>& told) {
  for (const password_check_ptr& each : told) {
    each->loop_.post([each] {
      if (each->signal_ != nullptr) each->signal_->notify();
    });
  }
}

void password_gate::queue_up(const std::string& deployment, const crypto::unproven_password* client) {
  auto& clients = clients_in_turn_[deployment];
  if (clients.empty()) turns_.push_back(deployment);
  if (std::find(clients.begin(), clients.end(), client) == clients.end()) clients.push_back(client);
}

/// Of the deployment whose turn it is; that one comes again after all others.
const crypto::unproven_password* password_gate::next_client() {
  const auto of_deployment = clients_in_turn_.find(turns_.front());
  auto& clients = of_deployment->second;
  const auto* client = clients.front();
  clients.pop_front();
  if (clients.empty())
    clients_in_turn_.erase(of_deployment);
  else
    turns_.push_back(std::move(turns_.front()));
  turns_.pop_front();
  return client;
}

void password_gate::run() {
  ::pthread_setname_np(::pthread_self(), "passwords");
  static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), background_priority));
  std::unique_lock lock{mutex_};
  for (;;) {
    work_.wait(lock, [this] { return stopping_ || !turns_.empty(); });
    if (stopping_) return;
    const auto* client = next_client();
    const auto of_client = jobs_.find(client);
    if (of_client == jobs_.end()) continue;  // everybody has left
    const auto idle = [](const auto& each) { return !each->running; };
    auto& jobs = of_client->second;
    const auto next = std::find_if(jobs.begin(), jobs.end(), idle);
    if (next == jobs.end()) continue;
    const std::shared_ptr<job> mine = *next;
    mine->running = true;
    // The waiters may go meanwhile; what they showed must not.
    const password_check_ptr shown = mine->waiters.front();
    if (std::find_if(jobs.begin(), jobs.end(), idle) != jobs.end()) queue_up(shown->deployment_, client);

    lock.unlock();
    const bool fits = compare_(mine->password->hash(), shown->shown_.reveal());
    lock.lock();

    std::vector<password_check_ptr> told;
    auto& now = jobs_[client];
    if (fits) {
      ++outcomes_[right];
      mine->password->prove(mine->digest);
      // Every other password is wrong by now, and costs nothing more.
      for (const auto& each : now) {
        const bool is_right = each->digest.equal(*mine->password->proven());
        settle(*each, is_right ? password_check::state::right : password_check::state::wrong, told);
      }
      std::erase_if(now, [&](const auto& each) { return each == mine || !each->running; });
    } else {
      ++outcomes_[wrong];
      mine->password->remember_wrong(mine->digest);
      settle(*mine, password_check::state::wrong, told);
      std::erase(now, mine);
    }
    if (now.empty()) jobs_.erase(client);
    lock.unlock();
    notify(told);
    if (fits && proof_listener_) proof_listener_();
    told.clear();  // passwords are wiped outside of the lock
    lock.lock();
  }
}

void password_gate::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  work_.notify_all();
  for (std::thread& each : threads_) {
    if (each.joinable()) each.join();
  }
}

std::vector<metrics::gauge_reading> password_gate::read() const {
  std::vector<metrics::gauge_reading> readings;
  const std::lock_guard lock{mutex_};
  for (std::size_t i = 0; i < outcome_words.size(); ++i) {
    readings.push_back({"modelgate_imported_password_checks_total",
                        "Requests with a password that had to be compared with an imported hash: right, wrong (one "
                        "comparison each), known (to be wrong), full and timeout (answered 503).",
                        {{"outcome", std::string{outcome_words[i]}}},
                        static_cast<double>(outcomes_[i]),
                        true});
  }
  readings.push_back({"modelgate_imported_password_checks_waiting",
                      "Requests that wait until their password was compared with an imported hash.",
                      {},
                      static_cast<double>(waiting_),
                      false});
  return readings;
}

}  // namespace modelgate::filter
