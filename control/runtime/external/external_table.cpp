#include "control/runtime/external/external_table.hpp"

#include "control/runtime/external/replica_file.hpp"

#include <algorithm>
#include <set>

namespace modelgate::control::runtime::external {
namespace {

using domain::replica_phase;

/// More would be a mistake in the name servers rather than a pool of replicas.
constexpr std::size_t most_addresses = 256;

/// URLs that were read once and are well formed; what is not is left out.
std::vector<domain::replica_url> parse_all(const std::vector<std::string>& texts) {
  std::vector<domain::replica_url> urls;
  for (const std::string& text : texts) {
    if (auto url = domain::parse_replica_url(text)) urls.push_back(std::move(*url));
  }
  return urls;
}

void add_line(std::string& to, const std::string& line) {
  if (line.empty() || to.find(line) != std::string::npos) return;
  to.append(to.empty() ? "" : "\n").append(line);
}

bool is_leaving(const observed_replica& seen) {
  return seen.phase == replica_phase::draining;
}

/// The addresses of a list of URLs, as far as they are known.
class address_search {
 public:
  explicit address_search(const name_cache& names, const external_table::own_test& is_own)
      : names_{names}, is_own_{is_own} {}

  void look_at(const domain::replica_url& url) {
    const std::string name = url.uses_tls ? url.host : std::string{};
    if (url.is_literal) return add({{url.host, url.port}, name});
    const name_cache::known* known = names_.find(url.host);
    if (known == nullptr || !known->tried) {
      complete = false;
      return;
    }
    add_line(trouble, known->trouble);
    for (const std::string& address : known->addresses) add({{address, url.port}, name});
  }

  std::vector<external_table::place> found;
  std::string trouble;
  bool complete = true;  ///< every name was tried at least once

 private:
  void add(external_table::place where) {
    if (std::find(found.begin(), found.end(), where) != found.end()) return;
    if (is_own_(where.address)) {
      return add_line(trouble, net::to_string(where.address) + " is an address of this modelgate itself");
    }
    if (found.size() == most_addresses) {
      return add_line(trouble, "only the first " + std::to_string(most_addresses) + " addresses are used");
    }
    found.push_back(std::move(where));
  }

  const name_cache& names_;
  const external_table::own_test& is_own_;
};

}  // namespace

external_table::external_table(name_settings settings, network_list networks, const config::health_settings& health)
    : names_{settings, std::move(networks)}, rules_{rules_of(health)}, warms_up_{health.warm_up} {}

void external_table::follow(const std::vector<replica_source>& sources, system_time now) {
  std::set<key> wanted;
  std::set<std::string> files;
  for (const replica_source& each : sources) {
    const key name{each.deployment, each.revision};
    wanted.insert(name);
    if (each.from.file) files.insert(*each.from.file);
    const auto found = sources_.find(name);
    if (found != sources_.end() && found->second.from == each.from) continue;
    sources_[name] = {each.from, parse_all(each.from.urls), {}, {}, now};
    changed_ = true;
  }
  changed_ = std::erase_if(sources_, [&](const auto& each) { return !wanted.contains(each.first); }) > 0 || changed_;
  std::erase_if(files_, [&](const auto& each) { return !files.contains(each.first); });
  for (const std::string& file : files) files_.try_emplace(file);
}

std::optional<source_state> external_table::source(const std::string& deployment, std::uint64_t revision) const {
  const auto found = sources_.find({deployment, revision});
  if (found == sources_.end()) return std::nullopt;
  const followed& of = found->second;
  return source_state{static_cast<std::uint32_t>(of.places.size()), of.trouble, of.since};
}

external_table::things_to_do external_table::due(bool read_files, steady_time now) {
  things_to_do answer;
  for (auto& [name, file] : files_) {
    const bool is_new = file.urls.empty() && file.trouble.empty();
    if (file.being_read || !(read_files || is_new)) continue;
    file.being_read = true;
    answer.files.push_back(name);
  }
  std::set<std::string> hosts;
  for (auto& [name, source] : sources_) {
    if (source.from.file) source.urls = files_[*source.from.file].urls;
    for (const domain::replica_url& url : source.urls) {
      if (!url.is_literal) hosts.insert(url.host);
    }
  }
  names_.keep_only(hosts);
  answer.hosts = names_.due(now);
  return answer;
}

void external_table::on_file(const std::string& name, const result<std::string, std::string>& text) {
  const auto found = files_.find(name);
  if (found == files_.end()) return;
  listed_file& file = found->second;
  file.being_read = false;
  const auto urls = text ? parse_replica_file(*text)
                         : result<std::vector<std::string>, std::string>{boost::system::in_place_error, text.error()};
  if (urls) {
    file.urls = parse_all(*urls);
    file.trouble.clear();
    return;
  }
  file.trouble = "the file " + name + ": " + urls.error();
  if (!file.urls.empty()) file.trouble += "; the last good list is kept";
}

void external_table::on_resolved(const std::string& host, const resolution_result& answer, steady_time now) {
  names_.on_answer(host, answer, now);
}

void external_table::update(const own_test& is_own, system_time now) {
  for (auto& [name, source] : sources_) update_source(name, source, is_own, now);
}

void external_table::update_source(const key& of, followed& source, const own_test& is_own, system_time now) {
  address_search search{names_, is_own};
  if (source.from.file) {
    const listed_file& file = files_[*source.from.file];
    source.urls = file.urls;
    search.trouble = file.trouble;
  }
  for (const domain::replica_url& url : source.urls) search.look_at(url);
  if (search.trouble != source.trouble) {
    source.trouble = search.trouble;
    changed_ = true;
  }
  // A list with a name that nobody has looked up yet is not the whole list, and an empty one is no list.
  if (!search.complete || search.found.empty() || search.found == source.places) return;
  source.places = std::move(search.found);
  changed_ = true;
  for (auto& [name, each] : replicas_) {
    const bool is_of_this = each.seen.deployment == of.first && each.seen.revision == of.second;
    if (!is_of_this || is_leaving(each.seen)) continue;
    const bool stays = std::find(source.places.begin(), source.places.end(), each.target.where) != source.places.end();
    if (!stays) set_phase(each, replica_phase::draining, "its address has left the list", now);
  }
}

bool external_table::holds(const key& of, const place& where) const {
  return std::any_of(replicas_.begin(), replicas_.end(), [&](const auto& entry) {
    const observed_replica& seen = entry.second.seen;
    return seen.deployment == of.first && seen.revision == of.second && entry.second.target.where == where
           && !is_leaving(seen);
  });
}

bool external_table::start(const replica_spec& spec, system_time now) {
  const key of{spec.deployment, spec.revision};
  const auto found = sources_.find(of);
  if (found == sources_.end() || replicas_.contains(spec.name)) return false;
  const auto& places = found->second.places;
  const auto free = std::find_if(places.begin(), places.end(), [&](const place& where) { return !holds(of, where); });
  if (free == places.end()) return false;
  replica begun;
  begun.seen.name = spec.name;
  begun.seen.deployment = spec.deployment;
  begun.seen.revision = spec.revision;
  begun.seen.index = spec.index;
  begun.seen.phase = replica_phase::starting;
  begun.seen.reason = "it has not answered a probe yet";
  begun.seen.since = begun.seen.unready_since = now;
  begun.seen.address = free->address;
  begun.seen.tls_server_name = free->tls_server_name;
  begun.seen.model_image = domain::external_image;
  begun.seen.limits = begun.seen.limits_by = "none";
  begun.target = {*free, found->second.from.health_path, {}, next_ticket_++};
  if (warms_up_) {
    const auto protocol = spec.protocol.value_or(config::upstream_protocol::passthrough);
    begun.target.warm_up = find_warm_up(spec.example_request, protocol, {});
  }
  begun.state = readiness{false, rules_};
  replicas_.emplace(spec.name, std::move(begun));
  changed_ = true;
  return true;
}

void external_table::drain(const std::string& name, system_time now) {
  const auto found = replicas_.find(name);
  if (found == replicas_.end() || is_leaving(found->second.seen)) return;
  set_phase(found->second, replica_phase::draining, "it gets no new requests", now);
}

void external_table::stop(const std::string& name) {
  changed_ = replicas_.erase(name) > 0 || changed_;
}

std::vector<observed_replica> external_table::observe() const {
  std::vector<observed_replica> all;
  all.reserve(replicas_.size());
  for (const auto& [name, each] : replicas_) all.push_back(each.seen);
  return all;
}

std::optional<external_table::probe_target> external_table::target_of(const std::string& name) const {
  const auto found = replicas_.find(name);
  if (found == replicas_.end() || is_leaving(found->second.seen)) return std::nullopt;
  return found->second.target;
}

void external_table::on_probe(const std::string& name, std::uint64_t ticket,
                              const std::optional<std::string>& complaint, system_time now) {
  const auto found = replicas_.find(name);
  if (found == replicas_.end() || found->second.target.ticket != ticket || is_leaving(found->second.seen)) return;
  replica& of = found->second;
  of.state.on_probe(!complaint);
  if (!complaint) of.target.warm_up.reset();
  const std::string where = net::to_string(of.target.where.address) + ": ";
  if (of.state.ready()) {
    set_phase(of, replica_phase::ready, "", now);
  } else if (of.seen.phase == replica_phase::starting) {
    set_phase(of, replica_phase::starting, where + complaint.value_or("too few good answers so far"), now);
  } else {
    set_phase(of, replica_phase::unready, where + complaint.value_or("it does not answer well"), now);
  }
}

void external_table::set_phase(replica& of, domain::replica_phase phase, std::string reason, system_time now) {
  if (of.seen.phase == phase && of.seen.reason == reason) return;
  if (of.seen.phase != phase) {
    if (of.seen.phase == replica_phase::ready) of.seen.unready_since = now;
    of.seen.since = now;
  }
  of.seen.phase = phase;
  of.seen.reason = std::move(reason);
  changed_ = true;
}

}  // namespace modelgate::control::runtime::external
