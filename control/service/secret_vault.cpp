#include "control/service/secret_vault.hpp"

#include "control/store/pull_secret_store.hpp"

#include "modelgate/base/log.hpp"

#include <stdexcept>

namespace modelgate::control::service {
namespace {

crypto::key_ring load(const std::filesystem::path& file) {
  auto ring = crypto::key_ring::load_or_create(file);
  if (!ring) {
    throw std::runtime_error{"the key of pull secrets " + file.string() + " cannot be used: " + ring.error().message()};
  }
  return std::move(*ring);
}

/// What is sealed: the name, and behind it the credentials.
crypto::secret with_name(std::string_view name, std::string_view credentials) {
  std::string text{name};
  text.push_back('\n');
  text.append(credentials);
  return crypto::secret{std::move(text)};
}

}  // namespace

secret_vault::secret_vault(std::filesystem::path file) : file_{std::move(file)}, ring_{load(file_)} {}

crypto::key_ring secret_vault::ring() const {
  const std::lock_guard guard{mutex_};
  return ring_;
}

std::string secret_vault::seal(std::string_view name, std::string_view credentials) const {
  return ring().seal(with_name(name, credentials).reveal());
}

result<crypto::secret, std::string> secret_vault::reveal(store::database& database, const std::string& name) const {
  auto sealed = database.read([&](store::transaction& within) -> answer<std::string> {
    for (store::sealed_pull_secret& each : store::pull_secret_store{within}.list_sealed()) {
      if (each.record.name == name) return std::move(each.sealed);
    }
    return service_error{failure::not_found, "there is no image pull secret \"" + name + "\""};
  });
  if (!sealed) return {boost::system::in_place_error, sealed.error().detail};
  const auto text = ring().open(*sealed);
  if (!text || !text->reveal().starts_with(name + "\n")) {
    return {boost::system::in_place_error,
            "the image pull secret \"" + name
                + "\" cannot be opened with the keys that there are; give its credentials again"};
  }
  std::string credentials{text->reveal().substr(name.size() + 1)};
  return {boost::system::in_place_value, crypto::secret{std::move(credentials)}};
}

answer<void> secret_vault::keep(crypto::key_ring ring) {
  const std::lock_guard guard{mutex_};
  if (const error_code problem = ring.save(file_)) {
    log::error("secrets", "the key of pull secrets cannot be written", {{"why", problem.message()}});
    return service_error{failure::storage_unavailable, "the key file cannot be written; the keys are as they were"};
  }
  ring_ = std::move(ring);
  return {};
}

answer<std::size_t> secret_vault::seal_anew(store::database& database) const {
  const crypto::key_ring keys = ring();
  return database.write([&](store::transaction& within) -> answer<std::size_t> {
    store::pull_secret_store secrets{within};
    auto all = secrets.list_sealed();
    for (store::sealed_pull_secret& each : all) {
      if (keys.is_current(each.sealed)) continue;
      const auto text = keys.open(each.sealed);
      if (!text || !text->reveal().starts_with(each.record.name + "\n")) {
        return service_error{failure::conflict, "the pull secret \"" + each.record.name
                                                    + "\" cannot be opened with the keys that there are; give its "
                                                      "credentials again, or delete it"};
      }
      each.sealed = keys.seal(text->reveal());
      secrets.update(each);
    }
    return all.size();
  });
}

answer<std::size_t> secret_vault::change_key(store::database& database) {
  const std::unique_lock changing{changing_, std::try_to_lock};
  if (!changing.owns_lock()) return service_error{failure::conflict, "the key is being changed already"};
  if (ring().size() > 1) {  // an earlier change did not come to its end
    if (auto done = seal_anew(database); !done) return done;
    if (auto kept = keep(ring().only_current()); !kept) return kept.error();
  }
  if (auto kept = keep(ring().with_new_key()); !kept) return kept.error();
  auto done = seal_anew(database);
  if (!done) return done;
  if (auto kept = keep(ring().only_current()); !kept) return kept.error();
  log::info("secrets", "pull secrets are sealed under a new key", {{"count", std::uint64_t{*done}}});
  return done;
}

}  // namespace modelgate::control::service
