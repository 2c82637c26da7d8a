#include "control/service/idempotency.hpp"

#include "modelgate/base/log.hpp"

namespace modelgate::control::service {

keyed_turn::keyed_turn(idempotency& of, std::string user, std::string key) noexcept
    : of_{&of}, user_{std::move(user)}, key_{std::move(key)} {}

keyed_turn::keyed_turn(keyed_turn&& other) noexcept
    : of_{std::exchange(other.of_, nullptr)},
      user_{std::move(other.user_)},
      key_{std::move(other.key_)},
      request_{other.request_},
      earlier_{std::move(other.earlier_)} {}

keyed_turn::~keyed_turn() {
  if (of_ != nullptr) of_->end(user_, key_);
}

void keyed_turn::keep(store::transaction& within, kept_reply reply) const {
  const idempotency_limits limits = of_->limits_();
  store::kept_answer_store kept{within};
  kept.put({user_, key_, request_, reply.status, std::move(reply.fields), std::move(reply.body), of_->context_.now()});
  kept.bound(user_, limits.keys_per_user, limits.bytes);
}

idempotency::idempotency(const service_context& context, std::function<idempotency_limits()> limits)
    : context_{context}, limits_{std::move(limits)} {}

answer<keyed_turn> idempotency::begin(const domain::principal& who, const std::string& key, std::string_view asked) {
  {
    const std::lock_guard guard{mutex_};
    if (!under_way_.emplace(who.user, key).second) {
      return service_error{failure::key_in_use,
                           "a request with this Idempotency-Key is under way; send yours again when it has ended"};
    }
  }
  keyed_turn turn{*this, who.user, key};
  turn.request_ = context_.key.hash(asked);
  auto found = context_.database.read([&](store::transaction& within) -> answer<std::optional<store::kept_answer>> {
    return store::kept_answer_store{within}.find(who.user, key);
  });
  if (!found) return found.error();
  std::optional<store::kept_answer>& kept = *found;
  if (!kept || kept->created_at + limits_().retention <= context_.now()) return turn;
  if (!kept->request.equal(turn.request_)) {
    return service_error{failure::key_reused,
                         "this Idempotency-Key was used for another request; give each request a key of its own"};
  }
  turn.earlier_ = kept_reply{kept->status, std::move(kept->fields), std::move(kept->body), kept->created_at};
  return turn;
}

void idempotency::end(const std::string& user, const std::string& key) noexcept {
  const std::lock_guard guard{mutex_};
  under_way_.erase({user, key});
}

void idempotency::forget_old() const {
  const system_time oldest = context_.now() - limits_().retention;
  const auto gone = context_.database.write([&](store::transaction& within) -> answer<std::size_t> {
    return store::kept_answer_store{within}.erase_before(oldest);
  });
  // A store that fails has said so itself; the next call tries again.
  if (gone && *gone > 0) log::debug("service", "kept answers have expired", {{"count", std::uint64_t{*gone}}});
}

}  // namespace modelgate::control::service
