// Clients from an htpasswd file, with the passwords that they have there.
#include "control/domain/document_reader.hpp"
#include "control/domain/htpasswd.hpp"
#include "control/domain/limits.hpp"
#include "control/service/client_service.hpp"
#include "control/service/visible_deployment.hpp"
#include "control/store/client_store.hpp"

#include <boost/json/value.hpp>
#include <sodium.h>

#include <algorithm>

namespace modelgate::control::service {
namespace {

constexpr std::size_t most_mistakes_told = 100;

struct import_request {
  domain::htpasswd_file file;
  bool skip_bad = false;
  bool replace = false;
};

domain::parsed<import_request> read_import(const boost::json::value& document) {
  domain::parsed<import_request> read;
  domain::document_reader reader{document, "", read.mistakes};
  const auto text = reader.text("htpasswd", {.most = domain::limits::htpasswd_bytes, .several_lines = true});
  if (!text) reader.require("htpasswd", "the text of the file");
  read.value.skip_bad = reader.boolean("skipBad").value_or(false);
  read.value.replace = reader.boolean("replace").value_or(false);
  reader.refuse_others();
  if (read.ok()) read.value.file = domain::parse_htpasswd(*text);
  return read;
}

/// Nobody's digest.
crypto::token_digest random_digest() {
  crypto::token_digest digest;
  randombytes_buf(digest.bytes.data(), digest.bytes.size());
  return digest;
}

service_error refuse_lines(const std::vector<domain::htpasswd_flaw>& flaws) {
  diagnostics mistakes;
  for (const domain::htpasswd_flaw& flaw : flaws) {
    if (mistakes.size() == most_mistakes_told) break;
    const std::string name = flaw.name.empty() ? std::string{} : " (" + flaw.name + ")";
    mistakes.push_back({"/htpasswd", flaw.code, "line " + std::to_string(flaw.line) + name + " " + flaw.detail});
  }
  service_error error = invalid(std::move(mistakes));
  // Nothing is wrong with such a file: it asks for what is there already.
  const bool all_exist = std::all_of(flaws.begin(), flaws.end(), [](const domain::htpasswd_flaw& each) {
    return each.only_the_name || each.code == domain::mistake_code::client_exists;
  });
  if (all_exist) error.kind = failure::conflict;
  error.detail = std::to_string(flaws.size())
                 + (flaws.size() == 1 ? " line cannot be imported" : " lines cannot be imported")
                 + ", so nothing was; mend the file, or skip bad lines";
  return error;
}

void by_line(std::vector<domain::htpasswd_flaw>& flaws) {
  std::sort(flaws.begin(), flaws.end(), [](const auto& one, const auto& other) { return one.line < other.line; });
}

/// The entry as the client that it becomes, or changes.
void give_password(domain::client& client, const domain::htpasswd_entry& entry) {
  client.digest = random_digest();
  client.prefix.clear();
  client.previous.reset();
  client.is_password = true;
  client.foreign_hash = entry.hash;
}

}  // namespace

answer<import_report> client_service::import_htpasswd(const domain::principal& who, const std::string& deployment,
                                                      const boost::json::value& document, dry_run dry,
                                                      const remember<import_report>& remember_it) const {
  auto read = read_import(document);
  import_request& asked = read.value;
  const system_time now = context_.now();
  import_report report;
  const auto body = [&](store::transaction& within) -> answer<void> {
    if (const auto stored = find_changeable(within, who, deployment); !stored) return stored.error();
    if (!read.ok()) return invalid(read.mistakes);
    store::client_store clients{within};
    std::size_t count = clients.count(deployment);
    for (const domain::htpasswd_entry& entry : asked.file.entries) {
      auto client = clients.find(deployment, entry.name);
      if (client && !asked.replace) {
        asked.file.flaws.push_back({entry.line, entry.name, std::string{domain::mistake_code::client_exists},
                                    "has the name of a client that is there; delete that one, or replace what is there",
                                    false});
      } else if (client) {
        give_password(*client, entry);
        if (client->expires_at && *client->expires_at <= now) client->expires_at.reset();  // that was the token's
        if (dry == dry_run::no) clients.update(deployment, *client);
        report.replaced.push_back(entry.name);
      } else {
        domain::client made;
        made.name = entry.name;
        made.created_at = now;
        made.created_by = who.user;
        give_password(made, entry);
        if (++count > domain::limits::clients_per_deployment) {
          return service_error{failure::conflict, "the deployment would have more than "
                                                      + std::to_string(domain::limits::clients_per_deployment)
                                                      + " clients, which is as many as there may be"};
        }
        if (dry == dry_run::no) clients.insert(deployment, made);
        report.added.push_back(entry.name);
      }
    }
    by_line(asked.file.flaws);
    const bool any_bad = std::any_of(asked.file.flaws.begin(), asked.file.flaws.end(),
                                     [](const domain::htpasswd_flaw& each) { return !each.only_the_name; });
    if (any_bad && !asked.skip_bad) return refuse_lines(asked.file.flaws);
    report.skipped = std::move(asked.file.flaws);
    if (dry == dry_run::no && remember_it) remember_it(within, report);
    return {};
  };
  const auto done = dry == dry_run::yes ? context_.database.read(body) : context_.database.write(body);
  if (!done) return done.error();
  if (dry == dry_run::no) report.live = publish();
  return report;
}

}  // namespace modelgate::control::service
