#include "control/domain/deployment_document.hpp"
#include "control/domain/names.hpp"
#include "control/domain/serving_document.hpp"
#include "control/service/admission.hpp"
#include "control/service/deployment_service.hpp"
#include "control/service/visible_deployment.hpp"

#include "modelgate/base/ids.hpp"
#include "modelgate/base/log.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace modelgate::control::service {
namespace {

constexpr std::size_t id_suffix_length = 5;
constexpr int id_attempts = 16;  ///< five characters of 36: even one collision is rare

std::optional<std::string> free_id(store::deployment_store& deployments, const std::string& name) {
  for (int attempt = 0; attempt < id_attempts; ++attempt) {
    std::string id = domain::deployment_id_from(name, random_name_suffix(id_suffix_length));
    if (!deployments.exists(id)) return id;
  }
  return std::nullopt;
}

/// Runs a body that writes nothing in a dry run.
template <class Body>
std::invoke_result_t<Body&, store::transaction&> run(store::database& database, dry_run dry, Body body) {
  return dry == dry_run::yes ? database.read(body) : database.write(body);
}

/// What a document asks for in one member, if it asks for anything there.
std::optional<std::string> asked_text(const boost::json::value& document, std::string_view member) {
  const auto* members = document.if_object();
  const auto* value = members == nullptr ? nullptr : members->if_contains(member);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  const auto& text = value->get_string();
  return std::string{domain::trimmed({text.data(), text.size()})};
}

/// What the runtime says against a source, located in the deployment's document.
void add_below_external(diagnostics& mistakes, diagnostics of_source) {
  for (diagnostic& mistake : of_source) {
    mistake.where.insert(0, "/external");
    mistakes.push_back(std::move(mistake));
  }
}

/// Nothing of it can run before its creation has been committed, so nobody has to be asked.
domain::deployment_status first_status(const domain::deployment_spec& spec, dry_run dry) {
  domain::deployment_status status;
  status.phase = spec.stop ? domain::deployment_phase::stopped : domain::deployment_phase::deploying;
  status.message = spec.stop ? domain::has_stopped : domain::not_available_yet;
  if (dry == dry_run::yes) status.message = "dry run: nothing was changed";
  return status;
}

struct stored_outcome {
  store::stored_deployment stored;
  std::vector<domain::quota_line> quota;
  std::optional<domain::deployment_spec> before;
  bool changed = false;
};

}  // namespace

void deployment_service::announce(const domain::deployment_spec& before, const domain::deployment_spec& after) const {
  const bool stops = after.stop && !before.stop;
  if (!stops && before.access == after.access && before.serving == after.serving) return context_.reconciler.wake();
  if (!context_.reconciler.publish_and_wait(steady_clock::now() + context_.publish_timeout))
    log::warning("service", "a change of a deployment is stored but not live on every worker yet");
}

/// Asked outside of any transaction: what a driver takes long over must not keep other changes waiting.
std::optional<std::string> deployment_service::image_mistake(const std::string& image,
                                                             const runtime::placement& where) const {
  const auto description = context_.runtime.describe_image(image, where);
  if (description) return std::nullopt;
  return description.error();
}

answer<change_outcome> deployment_service::create(const domain::principal& who, const boost::json::value& document,
                                                  dry_run dry, const remember<change_outcome>& remember_it) const {
  auto read = domain::read_deployment(document);
  const domain::deployment_draft& draft = read.value;
  diagnostics& mistakes = read.mistakes;
  // Whether there is such a group is not for those to know who are not in it.
  if (!domain::concerns(mistakes, "/group") && !who.may_act_on_group(draft.group)) return not_authorised();
  if (draft.spec.external) {
    if (!domain::concerns(mistakes, "/external")) {
      add_below_external(mistakes, context_.runtime.check_source(*draft.spec.external));
    }
  } else if (!domain::concerns(mistakes, "/modelImage")) {
    if (auto mistake = image_mistake(draft.spec.model_image, {draft.group, draft.spec.instance_type})) {
      mistakes.push_back({"/modelImage", std::string{domain::mistake_code::unknown_image}, std::move(*mistake)});
    }
  }

  domain::deployment deployment;
  deployment.id = draft.id.value_or("");
  deployment.name = draft.name;
  deployment.group = draft.group;
  deployment.created_at = context_.now();
  deployment.created_by = who.user;
  deployment.current = {1, 1, draft.spec, draft.update_message, deployment.created_at, who.user};

  auto done = run(context_.database, dry, [&](store::transaction& within) -> answer<change_outcome> {
    const requested_change change{nullptr, draft.spec, draft.group, deployment.id};
    check_references(within, change, mistakes);
    if (!mistakes.empty()) return invalid(mistakes);

    store::deployment_store deployments{within};
    if (!draft.id) {
      auto id = free_id(deployments, draft.name);
      if (!id) return service_error{failure::conflict, "no free id was found for this name; give one yourself"};
      deployment.id = std::move(*id);
    } else if (deployments.exists(*draft.id)) {
      return service_error{failure::conflict, "Resource name already exist: there is a deployment \"" + *draft.id
                                                  + "\"; choose another id"};
    }
    auto quota = check_quota(within, change);
    if (!quota) return quota.error();
    change_outcome made{{deployment, first_status(draft.spec, dry)}, std::move(*quota), {}};
    if (dry == dry_run::yes) return made;
    deployments.insert(deployment);
    if (remember_it) remember_it(within, made);
    return made;
  });
  if (done && dry == dry_run::no) context_.reconciler.wake();
  return done;
}

answer<change_outcome> deployment_service::patch(const domain::principal& who, const std::string& id,
                                                 const boost::json::value& patch,
                                                 const std::optional<revision_condition>& condition, dry_run dry,
                                                 const domain::serving_defaults* shown) const {
  return change(who, id, patch, domain::read_deployment_patch, condition, dry, shown);
}

answer<change_outcome> deployment_service::put(const domain::principal& who, const std::string& id,
                                               const boost::json::value& document,
                                               const std::optional<revision_condition>& condition, dry_run dry,
                                               const domain::serving_defaults* shown) const {
  const auto found = context_.database.read([&](store::transaction& within) { return find_visible(within, who, id); });
  if (!found && found.error().kind != failure::not_found) return found.error();
  if (found || condition) return change(who, id, document, domain::read_deployment_replacement, condition, dry, shown);
  boost::json::value draft = document;
  if (auto* members = draft.if_object()) {
    const auto [given, absent] = members->emplace("id", id);
    if (!absent && given->value() != boost::json::value(id)) {
      return invalid({{"/id", std::string{domain::mistake_code::immutable_member}, "must be that of the path: " + id}});
    }
  }
  return create(who, draft, dry);
}

answer<change_outcome> deployment_service::change(const domain::principal& who, const std::string& id,
                                                  const boost::json::value& document, read_change reading,
                                                  const std::optional<revision_condition>& condition, dry_run dry,
                                                  const domain::serving_defaults* shown) const {
  const auto image = asked_text(document, "modelImage");
  std::optional<std::string> wrong_image;
  if (image && !image->empty()) {
    const auto found =
        context_.database.read([&](store::transaction& within) { return find_visible(within, who, id); });
    if (!found) return found.error();
    const domain::deployment& now = found->deployment;
    wrong_image = image_mistake(
        *image, {now.group, asked_text(document, "instanceType").value_or(now.current.spec.instance_type)});
  }

  auto done = run(context_.database, dry, [&](store::transaction& within) -> answer<stored_outcome> {
    auto stored = find_changeable(within, who, id);
    if (!stored) return stored.error();
    domain::deployment& deployment = stored->deployment;
    if (auto holds = check_condition(within, deployment, condition, condition_rule::required); !holds)
      return holds.error();

    auto read = reading(deployment, document);
    domain::deployment_change& asked = read.value;
    diagnostics& mistakes = read.mistakes;
    const domain::deployment_spec before = deployment.current.spec;
    if (shown != nullptr) domain::leave_open(asked.spec.serving, before.serving, *shown);
    if (wrong_image && asked.spec.model_image != before.model_image) {
      mistakes.push_back({"/modelImage", std::string{domain::mistake_code::unknown_image}, *wrong_image});
    }
    // Cheap, unlike asking for an image: a source is judged by what stands in it.
    if (asked.spec.external && asked.spec.external != before.external && !domain::concerns(mistakes, "/external")) {
      add_below_external(mistakes, context_.runtime.check_source(*asked.spec.external));
    }
    const requested_change requested{&before, asked.spec, deployment.group, deployment.id};
    check_references(within, requested, mistakes);
    if (!mistakes.empty()) return invalid(mistakes);
    auto quota = check_quota(within, requested);
    if (!quota) return quota.error();

    const bool other_message = asked.update_message && *asked.update_message != deployment.current.update_message;
    const bool changed = asked.spec != before || other_message;
    if (changed) {
      deployment.current = domain::next_revision(deployment.current, asked.spec);
      deployment.current.update_message = asked.update_message.value_or("");
      deployment.current.created_at = context_.now();
      deployment.current.created_by = who.user;
      if (dry == dry_run::no) {
        store::deployment_store deployments{within};
        deployments.add_revision(id, deployment.current);
        stored = find_visible(within, who, id);
        if (!stored) return stored.error();
      }
    }
    return stored_outcome{std::move(*stored), std::move(*quota), before, changed};
  });
  if (!done) return done.error();
  if (done->changed && dry == dry_run::no) announce(*done->before, done->stored.deployment.current.spec);
  return change_outcome{view_of(std::move(done->stored)), std::move(done->quota), std::move(done->before)};
}

answer<deletion> deployment_service::remove(const domain::principal& who, const std::string& id,
                                            const std::optional<revision_condition>& condition) const {
  auto stored = context_.database.write([&](store::transaction& within) -> answer<store::stored_deployment> {
    auto found = find_visible(within, who, id);
    if (!found || found->deployment.deleting) return found;
    if (auto holds = check_condition(within, found->deployment, condition, condition_rule::required); !holds) {
      return holds.error();
    }
    store::deployment_store{within}.mark_deleting(id);
    return find_visible(within, who, id);
  });
  if (!stored) return stored.error();
  context_.reconciler.wake();
  if (!view_of(std::move(*stored)).status.replicas.empty()) return deletion::draining;

  // Nothing of it runs, so there is nothing to wait for.
  context_.runtime.forget_deployment(id);
  const auto erased = context_.database.write([&](store::transaction& within) -> answer<void> {
    store::deployment_store{within}.erase_deleted(id);
    return {};
  });
  return erased ? deletion::done : deletion::draining;
}

}  // namespace modelgate::control::service
