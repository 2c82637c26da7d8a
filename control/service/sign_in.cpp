#include "control/service/sign_in.hpp"

#include "control/domain/names.hpp"
#include "control/store/access_token_store.hpp"
#include "control/store/audit_store.hpp"
#include "control/store/session_store.hpp"
#include "control/store/user_store.hpp"

#include "modelgate/base/log.hpp"

#include <algorithm>

namespace modelgate::control::service {
namespace {

service_error unauthenticated(const char* sentence) {
  return {failure::unauthenticated, sentence};
}

/// The credentials of scheme Bearer; empty when it is another scheme. Source: RFC 9110 section 11.1, schemes have no
/// case.
std::string_view bearer_token(std::string_view authorization) {
  static constexpr std::string_view scheme = "bearer ";
  if (authorization.size() < scheme.size()) return {};
  const bool same = std::equal(scheme.begin(), scheme.end(), authorization.begin(), [](char expected, char given) {
    return expected == given || (given >= 'A' && given <= 'Z' && expected == given - 'A' + 'a');
  });
  return same ? domain::trimmed(authorization.substr(scheme.size())) : std::string_view{};
}

system_time to_the_minute(system_time time) {
  return std::chrono::floor<std::chrono::minutes>(time);
}

/// A good token and the rights that it gives.
struct known_token {
  domain::access_token record;
  domain::principal who;
};

answer<known_token> find_token(const service_context& context, std::string_view token) {
  switch (crypto::inspect_token(crypto::token_kind::api, token)) {
    case crypto::token_form::foreign:
      return unauthenticated("this is not an API token of modelgate; those start with mga_");
    case crypto::token_form::mistyped:
      return unauthenticated("the API token is mistyped or cut off");
    case crypto::token_form::well_formed:
      break;
  }
  const crypto::token_digest digest = context.key.hash(token);
  return context.database.read([&](store::transaction& within) -> answer<known_token> {
    auto record = store::access_token_store{within}.find_by_digest(digest);
    if (!record || !record->digest.equal(digest))
      return unauthenticated("the API token is not known; it may have been deleted");
    if (record->expires_at && *record->expires_at <= context.now()) return unauthenticated("the API token has expired");
    auto who = store::user_store{within}.principal_of(record->user);
    if (!who) return unauthenticated("the API token's user is gone or disabled");
    auto bounded = domain::within_bounds(std::move(*who), *record);
    return known_token{std::move(*record), std::move(bounded)};
  });
}

}  // namespace

sign_in::sign_in(const service_context& context, std::function<config::people_settings()> settings)
    : context_{context}, settings_{std::move(settings)}, passwords_{settings_} {}

answer<domain::principal> sign_in::authenticate(std::string_view authorization, std::string_view cookie) {
  if (authorization.empty() && !cookie.empty()) return by_session(cookie);
  if (authorization.empty()) return unauthenticated("send an API token: Authorization: Bearer mga_...");
  const std::string_view token = bearer_token(authorization);
  if (token.empty()) return unauthenticated("only bearer tokens are accepted: Authorization: Bearer mga_...");
  return by_token(token);
}

answer<domain::principal> sign_in::by_token(std::string_view token) {
  auto known = find_token(context_, token);
  if (!known) return known.error();
  known->who.credential = "token:" + known->record.id;
  const system_time used = to_the_minute(context_.now());
  if (known->record.last_used_at != used) {
    const std::lock_guard guard{mutex_};
    tokens_used_[known->record.id] = used;
  }
  return std::move(known->who);
}

answer<domain::principal> sign_in::by_session(std::string_view cookie) {
  if (crypto::inspect_token(crypto::token_kind::session, cookie) != crypto::token_form::well_formed) {
    return unauthenticated("this is not a session; log in");
  }
  return by_session(context_.key.hash(cookie));
}

answer<domain::principal> sign_in::authenticate_again(const domain::principal& who) {
  if (!who.session) return unauthenticated("this is not a session; log in");
  return by_session(*who.session);
}

answer<domain::principal> sign_in::by_session(const crypto::token_digest& digest) {
  const std::string place = crypto::to_hex(digest);
  std::optional<system_time> used;
  {
    const std::lock_guard guard{mutex_};
    if (const auto found = sessions_used_.find(place); found != sessions_used_.end()) used = found->second.second;
  }
  const system_time now = context_.now();
  auto who = context_.database.read([&](store::transaction& within) -> answer<domain::principal> {
    const auto session = store::session_store{within}.find(digest);
    const system_time last = session ? std::max(session->last_used_at, used.value_or(system_time{})) : system_time{};
    if (!session || !session->digest.equal(digest) || session->expires_at <= now
        || last + settings_().session_idle <= now) {
      return unauthenticated("the session is over; log in again");
    }
    auto user = store::user_store{within}.principal_of(session->user);
    if (!user) return unauthenticated("the session's user is gone or disabled");
    if (session->token) {
      const auto token = store::access_token_store{within}.find(*session->token);
      if (!token || (token->expires_at && *token->expires_at <= now)) {
        return unauthenticated("the API token of this session has ended; log in again");
      }
      *user = domain::within_bounds(std::move(*user), *token);
    }
    return std::move(*user);
  });
  if (!who) return who;
  who->credential = "session";
  who->session = digest;
  const std::lock_guard guard{mutex_};
  sessions_used_.insert_or_assign(place, std::pair{digest, now});
  return who;
}

answer<opened_session> sign_in::log_in(const boost::json::value& document, domain::audit_event& event) {
  const auto asked = domain::read_login(document);
  if (!asked.ok()) return invalid(asked.mistakes);
  return asked.value.token ? log_in_by_token(asked.value, event) : log_in_by_password(asked.value, event);
}

answer<opened_session> sign_in::log_in_by_token(const domain::login& asked, domain::audit_event& event) {
  const auto known = find_token(context_, domain::trimmed(asked.token->reveal()));
  if (!known) return service_error{failure::wrong_login, known.error().detail};
  domain::session session;
  session.user = known->who.user;
  session.token = known->record.id;
  event.user = known->who.user;
  event.credential = "token:" + known->record.id;
  return open(std::move(session), event, std::nullopt, std::nullopt);
}

answer<opened_session> sign_in::log_in_by_password(const domain::login& asked, domain::audit_event& event) {
  event.credential = "password";
  auto hash = context_.database.read([&](store::transaction& within) -> answer<std::optional<std::string>> {
    const store::user_store users{within};
    const auto user = users.find(asked.name);
    if (user) event.user = user->name;
    return user && !user->disabled ? users.password_hash(asked.name) : std::nullopt;
  });
  if (!hash) return hash.error();
  const auto fits = knows_password(asked.name, *hash, *asked.password, event.peer);
  if (!fits) return fits.error();
  if (!*fits) {
    log::warning("login", "a wrong name or password", {{"peer", std::string_view{event.peer}}});
    return service_error{failure::wrong_login, "the name or the password is wrong"};
  }
  std::optional<std::string> new_hash;
  if (passwords_.is_outdated(**hash)) {
    if (auto made = passwords_.hash(*asked.password)) new_hash = std::move(*made);  // else the next login does it
  }
  domain::session session;
  session.user = asked.name;
  return open(std::move(session), event, *hash, new_hash);
}

answer<bool> sign_in::knows_password(const std::string& user, const std::optional<std::string>& hash,
                                     const crypto::secret& password, const std::string& address) {
  const auto wait = guard_.begin(user, address, steady_clock::now(), settings_());
  if (wait.count() > 0) {
    service_error error{failure::locked_out, "too many wrong passwords; wait before you try again"};
    error.retry_after = std::chrono::ceil<std::chrono::seconds>(wait);
    return error;
  }
  auto fits = passwords_.fits(hash, password);
  if (!fits) {
    guard_.withdrawn(user, address);
  } else if (*fits) {
    guard_.succeeded(user, address);
  }
  return fits;
}

answer<opened_session> sign_in::open(domain::session session, domain::audit_event& event,
                                     const std::optional<std::string>& proven_hash,
                                     const std::optional<std::string>& new_hash) const {
  const config::people_settings settings = settings_();
  opened_session opened{{}, crypto::generate_token(crypto::token_kind::session)};
  session.digest = context_.key.hash(opened.cookie.reveal());
  session.created_at = session.last_used_at = event.at = context_.now();
  session.expires_at = session.created_at + settings.session_life;
  const auto done = context_.database.write([&](store::transaction& within) -> answer<void> {
    store::user_store users{within};
    // What was proven must still hold: the user may have been disabled meanwhile, the password or token changed.
    const auto user = users.find(session.user);
    bool holds = user && !user->disabled && users.password_hash(session.user).has_value();
    if (session.token) {
      const auto token = store::access_token_store{within}.find(*session.token);
      holds = user && !user->disabled && token;
      if (token && token->expires_at) session.expires_at = std::min(session.expires_at, *token->expires_at);
    } else if (holds) {
      holds = users.password_hash(session.user) == proven_hash;
    }
    if (!holds) return service_error{failure::wrong_login, "the name or the password is wrong"};
    if (new_hash) users.set_password_hash(session.user, *new_hash);
    store::session_store sessions{within};
    sessions.insert(session);
    sessions.bound(session.user, settings.sessions);
    event.user = session.user;
    store::audit_store{within}.add(event);
    return {};
  });
  if (!done) return done.error();
  opened.session = std::move(session);
  return opened;
}

answer<void> sign_in::log_out(const domain::principal& who) const {
  if (!who.session) return {};
  return context_.database.write([&](store::transaction& within) -> answer<void> {
    store::session_store{within}.erase(*who.session);
    return {};
  });
}

std::optional<system_time> sign_in::last_use_of_token(const std::string& id) const {
  const std::lock_guard guard{mutex_};
  const auto found = tokens_used_.find(id);
  if (found == tokens_used_.end()) return std::nullopt;
  return found->second;
}

void sign_in::store_last_use() {
  decltype(tokens_used_) tokens;
  decltype(sessions_used_) sessions;
  {
    const std::lock_guard guard{mutex_};
    tokens = tokens_used_;
    sessions = sessions_used_;
  }
  if (tokens.empty() && sessions.empty()) return;
  const auto stored = context_.database.write([&](store::transaction& within) -> answer<void> {
    store::access_token_store all_tokens{within};
    for (const auto& [id, at] : tokens) all_tokens.note_use(id, at);
    store::session_store all_sessions{within};
    for (const auto& [place, use] : sessions) all_sessions.note_use(use.first, use.second);
    return {};
  });
  if (!stored) return;  // the store has said so itself; the next call tries again
  const std::lock_guard guard{mutex_};
  std::erase_if(tokens_used_, [&](const auto& each) {
    const auto found = tokens.find(each.first);
    return found != tokens.end() && found->second == each.second;
  });
  std::erase_if(sessions_used_, [&](const auto& each) {
    const auto found = sessions.find(each.first);
    return found != sessions.end() && found->second.second == each.second.second;
  });
}

void sign_in::forget_ended() const {
  const auto gone = context_.database.write([&](store::transaction& within) -> answer<std::size_t> {
    return store::session_store{within}.erase_ended(context_.now(), settings_().session_idle);
  });
  if (gone && *gone > 0) log::debug("login", "sessions have ended", {{"count", std::uint64_t{*gone}}});
}

}  // namespace modelgate::control::service
