#include "control/service/primehub_import.hpp"

#include "control/domain/names.hpp"
#include "control/service/admission.hpp"
#include "control/store/client_store.hpp"
#include "control/store/deployment_store.hpp"
#include "control/store/group_store.hpp"
#include "control/store/instance_type_store.hpp"

#include <boost/json/value.hpp>
#include <sodium.h>

#include <algorithm>

namespace modelgate::control::service {
namespace {

std::string said(const diagnostics& mistakes) {
  std::string text;
  for (const diagnostic& each : mistakes) {
    text += (text.empty() ? "" : "; ") + (each.where.empty() ? "" : each.where.substr(1) + " ") + each.detail;
  }
  return text;
}

domain::client client_of(const domain::htpasswd_entry& entry, system_time now, const std::string& by) {
  domain::client made;
  made.name = entry.name;
  made.created_at = now;
  made.created_by = by;
  randombytes_buf(made.digest.bytes.data(), made.digest.bytes.size());  // nobody's, until the password is shown
  made.is_password = true;
  made.foreign_hash = entry.hash;
  return made;
}

/// Nothing that is asked for now is lost by it: whoever mends what is missing starts it.
void stop(domain::primehub_deployment& read, imported_object& told, std::string why) {
  read.revisions.back().spec.stop = true;
  told.notes.push_back({"running", std::move(why) + "; it is stopped: start it when that is mended"});
}

}  // namespace

answer<imported_object> primehub_import::import(const domain::principal& who, const boost::json::value& document,
                                                dry_run dry) const {
  if (!who.is_platform_admin() || !who.has_full_rights()) return not_authorised();
  diagnostics mistakes;
  domain::document_reader reader{document, "", mistakes};
  const auto* object = reader.raw("object");
  if (object == nullptr) reader.require("object", "one object as kubectl writes it");
  reader.refuse_others();
  if (!mistakes.empty()) return invalid(std::move(mistakes));
  const auto* members = object->if_object();
  const auto* kind = members == nullptr ? nullptr : members->if_contains("kind");
  if (kind != nullptr && kind->is_string() && kind->get_string() == "PhDeployment") {
    return import_deployment(who, *object, dry);
  }
  if (kind != nullptr && kind->is_string() && kind->get_string() == "InstanceType") {
    return import_instance_type(*object, dry);
  }
  return invalid({{"/object/kind", std::string{domain::mistake_code::malformed},
                   "must be PhDeployment or InstanceType; a list is sent item by item"}});
}

answer<imported_object> primehub_import::import_instance_type(const boost::json::value& object, dry_run dry) const {
  auto read = domain::read_primehub_instance_type(object);
  imported_object told;
  told.kind = "InstanceType";
  told.name = read.value.type.name;
  told.notes = std::move(read.value.notes);
  told.skipped = said(read.mistakes);
  if (!told.skipped.empty()) return told;
  const auto body = [&](store::transaction& within) -> answer<imported_object> {
    store::instance_type_store types{within};
    if (types.find(told.name))
      told.skipped = "there is one of this name; it stays as it is";
    else if (dry == dry_run::no)
      types.insert(read.value.type);
    return told;
  };
  auto done = dry == dry_run::yes ? context_.database.read(body) : context_.database.write(body);
  if (done && dry == dry_run::no) context_.reconciler.wake();
  return done;
}

answer<imported_object> primehub_import::import_deployment(const domain::principal& who,
                                                           const boost::json::value& object, dry_run dry) const {
  const system_time now = context_.now();
  auto read = domain::read_primehub_deployment(object, now);
  imported_object as_read;
  as_read.kind = "PhDeployment";
  as_read.name = read.value.id;
  as_read.notes = std::move(read.value.notes);
  as_read.skipped = said(read.mistakes);
  if (!as_read.skipped.empty()) return as_read;
  // Asked outside of any transaction, as ever.
  const domain::deployment_spec& last = read.value.revisions.back().spec;
  const auto image = context_.runtime.describe_image(last.model_image, {read.value.group, last.instance_type});

  const auto body = [&](store::transaction& within) -> answer<imported_object> {
    imported_object told = as_read;
    domain::primehub_deployment taken = read.value;
    store::deployment_store deployments{within};
    if (deployments.exists(taken.id)) {
      told.skipped = "there is a deployment with this id; it stays as it is";
      return told;
    }
    store::group_store groups{within};
    if (const auto alike = groups.name_alike(taken.group)) {
      taken.group = *alike;
    } else if (!domain::is_group_name(taken.group)) {
      told.skipped = "its group has a name that none can have here: " + taken.group;
      return told;
    } else {
      told.group_made = true;
      told.notes.push_back({"group " + taken.group, "was not there and has no members, administrators or bounds yet"});
    }
    domain::deployment_spec& wanted = taken.revisions.back().spec;
    if (!image && !wanted.stop) stop(taken, told, image.error());

    // As if somebody made it now: whatever has no place is told, and not stored.
    if (told.group_made) {
      domain::group made;
      made.name = taken.group;
      made.display_name = taken.group;
      made.enabled_deployment = true;
      if (dry == dry_run::no) groups.insert(made);
    }
    const requested_change change{nullptr, wanted, taken.group, taken.id};
    diagnostics mistakes;
    check_references(within, change, mistakes);
    std::erase_if(mistakes, [&](const diagnostic& each) {
      // In a dry run the group is not there, either.
      if (each.where == "/group" && told.group_made) return true;
      if (each.where == "/imagePullSecret") {
        told.notes.push_back({"imagePullSecret", each.detail + "; make it and set it"});
        wanted.image_pull_secret.reset();
        return true;
      }
      if (each.code == domain::mistake_code::deployment_not_enabled) {
        stop(taken, told, each.detail);
        return true;
      }
      return false;
    });
    if (!mistakes.empty()) {
      told.skipped = said(mistakes) + "; bring it along first, in the same way";
      if (told.group_made && dry == dry_run::no) groups.erase(taken.group);
      told.group_made = false;
      return told;
    }
    if (!wanted.stop && !told.group_made) {
      if (const auto quota = check_quota(within, change); !quota) stop(taken, told, quota.error().detail);
    }
    told.revisions = taken.revisions.size();
    told.clients = taken.clients.size();
    if (dry == dry_run::yes) return told;

    domain::deployment made;
    made.id = taken.id;
    made.name = taken.name;
    made.group = taken.group;
    made.created_at = taken.created_at;
    made.created_by = taken.revisions.front().created_by;
    made.current = taken.revisions.front();
    deployments.insert(made);
    store::client_store clients{within};
    for (const domain::htpasswd_entry& each : taken.clients) clients.insert(taken.id, client_of(each, now, who.user));
    for (const domain::primehub_revision& each : taken.revisions) {
      if (each.number > 1) deployments.add_revision(taken.id, each);
      deployments.tell_clients(taken.id, each.number, each.clients);
    }
    return told;
  };
  auto done = dry == dry_run::yes ? context_.database.read(body) : context_.database.write(body);
  if (done && dry == dry_run::no) context_.reconciler.wake();
  return done;
}

}  // namespace modelgate::control::service
