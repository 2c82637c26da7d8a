// How a container comes to run: the other half of container_replica.cpp.
#include "control/runtime/container/container_image.hpp"
#include "control/runtime/container/container_replica.hpp"
#include "control/runtime/container/container_request.hpp"
#include "control/runtime/container/engine_fault.hpp"
#include "control/runtime/container/registry_access.hpp"

#include "modelgate/base/log.hpp"

#include <boost/asio/steady_timer.hpp>

#include <utility>

namespace modelgate::control::runtime::container {
namespace {

using domain::replica_phase;

constexpr std::chrono::milliseconds time_between_news{500};

}  // namespace

void container_replica::launch(const replica_spec& spec) {
  if (record_.begin(spec, system_clock::now())) ++record_.restarts;
  ++instance_;
  inherited_.reset();
  has_answered_ = true;
  asked_to_stop_ = false;
  hurried_ = false;
  up_ = false;
  looking_ = false;
  finishing_ = false;
  was_ready_ = false;
  asked_at_ = steady_clock::now();
  usage_.begin_instance(asked_at_);
  readiness_ = readiness{false, rules_of(context_.health)};
  record_.container.clear();
  record_.port = 0;
  record_.may_use_socket = false;
  record_.listens_on_socket = false;
  record_.phase = replica_phase::starting;
  record_.reason = "it is about to be started";
  record_.since = system_clock::now();
  save();
  context_.changed(*this);
  spawn(bring_up(instance_));
}

boost::asio::awaitable<void> container_replica::bring_up(std::uint32_t instance) {
  const auto self = shared_from_this();
  const attempt tried = co_await try_to_bring_up(instance);
  if (instance != instance_) co_return;  // let go: whoever resumes it decides
  if (tried.how == outcome::up && !asked_to_stop_) {
    if (record_.port != 0) spawn(probe(instance));
    co_return;
  }
  log_->stop();
  // What was made of it is taken away, so that it holds no port and no memory; what is left if that fails goes with the
  // next start or the removal.
  const auto gone = co_await context_.engine.remove(container_name(record_.spec, context_.instance));
  static_cast<void>(gone);
  if (instance != instance_) co_return;
  record_.container.clear();
  if (asked_to_stop_) {
    become_exited("it was ended before it had begun", false);
  } else {
    last_failure_ = {tried.cause, {}};
    become_exited("could not be started: " + tried.why, true);
  }
}

boost::asio::awaitable<container_replica::attempt> container_replica::try_to_bring_up(std::uint32_t instance) {
  const auto known = co_await context_.greet();
  if (!goes_on(instance)) co_return attempt{outcome::abandoned};
  if (!known) co_return attempt{outcome::failed, known.error().message};
  attempt image = co_await get_image(instance);
  image.cause = domain::failure_cause::image;
  if (image.how != outcome::up) co_return image;
  attempt model = co_await get_model(instance);
  model.cause = domain::failure_cause::model;
  if (model.how != outcome::up) co_return model;
  co_return co_await make_container(instance);
}

boost::asio::awaitable<container_replica::attempt> container_replica::get_image(std::uint32_t instance) {
  const auto named = parse_container_image(record_.spec.model_image);
  if (!named) co_return attempt{outcome::failed, named.error()};
  const config::image_pull policy = context_.settings.pull;
  const std::string pinned = context_.pinned_image(record_.spec.deployment, record_.spec.revision);
  // The engine may have lost the image of the revision: then it is pulled, as for the first replica.
  std::string wanted = pinned.empty() ? to_string(*named) : pinned;
  bool pulls = pinned.empty() && policy == config::image_pull::always;
  for (;;) {
    if (pulls) {
      wanted = to_string(*named);
      const attempt pulled = co_await pull_image(instance, wanted);
      if (pulled.how != outcome::up) co_return pulled;
    }
    const auto found = co_await context_.engine.find_image(wanted);
    if (!goes_on(instance)) co_return attempt{outcome::abandoned};
    if (found) {
      const labelled_image read = read_image_labels(record_.spec.model_image, found->labels);
      context_.images.note(read.description);
      record_.image_id = found->id;
      record_.health_path = read.description.health_path;
      record_.labels = own_labels(found->labels);
      record_.warm_up.reset();
      if (context_.health.warm_up) {
        record_.warm_up =
            find_warm_up(record_.spec.example_request ? record_.spec.example_request : read.description.example_request,
                         record_.spec.protocol.value_or(read.description.protocol), read.example_path);
      }
      save();
      co_return attempt{};
    }
    if (!found.error().is_absent() || pulls) co_return attempt{outcome::failed, found.error().message};
    if (policy == config::image_pull::never) {
      std::string why = "the container engine has no image \"" + to_string(*named) + "\", and is not to pull any";
      co_return attempt{outcome::failed, std::move(why)};
    }
    pulls = true;
  }
}

boost::asio::awaitable<container_replica::attempt> container_replica::pull_image(std::uint32_t instance,
                                                                                 std::string name) {
  const auto named = parse_container_image(record_.spec.model_image);
  const std::string& secret_name = record_.spec.image_pull_secret;
  pull_access access{secret_name, false};
  crypto::secret auth;
  if (!secret_name.empty()) {
    auto config = context_.find_secret(secret_name);
    if (!config) {
      std::string why = "the image \"" + name + "\" cannot be pulled: " + config.error();
      co_return attempt{outcome::failed, std::move(why)};
    }
    auth = registry_auth(config->reveal(), named->registry, named->repository);
    access.has_credentials = !auth.empty();
  }
  const auto begun = steady_clock::now();
  set_phase(replica_phase::starting, "pulling the image \"" + name + "\"");
  pulling_ = context_.engine.connect();
  // News come many times a second, and each change of a status wakes who looks at it.
  const std::function<void(const pull_progress&)> news = [this, instance, &name,
                                                          told = begun](const pull_progress& progress) mutable {
    if (!goes_on(instance) || steady_clock::now() - told < time_between_news) return;
    told = steady_clock::now();
    const std::string text = progress.text();
    set_phase(replica_phase::starting, "pulling the image \"" + name + "\"" + (text.empty() ? "" : ": " + text));
  };
  std::string repository = named->repository;
  std::string tag = named->digest.empty() ? named->tag : named->digest;
  std::string header{auth.reveal()};
  const auto over = pulling_;
  auto pulled = co_await context_.engine.pull(over, std::move(repository), std::move(tag), header, news);
  if (pulling_ == over) pulling_.reset();
  if (pulled && !named->digest.empty() && !context_.engine.is_podman()) {
    auto allowed = co_await context_.engine.may_pull(name, std::move(header));
    if (!allowed) pulled = std::move(allowed);
  }
  if (!goes_on(instance)) co_return attempt{outcome::abandoned};
  if (!pulled) {
    std::string why;
    if (pulled.error().is_of_registry) {
      why = explain_silent_pull(name, named->registry, context_.settings.pull_timeout,
                                "runtime." + context_.engine.display() + ".pull_timeout");
    } else if (pulled.error().status == 0) {
      // The engine itself did not answer, and has said nothing of the registry.
      why = "the image \"" + name + "\" cannot be pulled: " + pulled.error().message;
    } else {
      why = explain_pull(name, named->registry, access, pulled.error().message);
    }
    co_return attempt{outcome::failed, std::move(why)};
  }
  if (context_.counts != nullptr) context_.counts->on_pull(steady_clock::now() - begun);
  co_return attempt{};
}

boost::asio::awaitable<container_replica::attempt> container_replica::get_model(std::uint32_t instance) {
  model_.clear();
  if (!record_.spec.model_uri || context_.models == nullptr) co_return attempt{};
  set_phase(replica_phase::starting, "fetching the model \"" + *record_.spec.model_uri + "\"");
  const auto patience = std::make_shared<boost::asio::steady_timer>(context_.loop, steady_time::max());
  fetching_ = patience;
  const auto model =
      co_await context_.fetches.get(*context_.models, record_.spec.name, *record_.spec.model_uri, patience);
  if (fetching_ == patience) fetching_.reset();
  if (!goes_on(instance)) co_return attempt{outcome::abandoned};
  if (!model) co_return attempt{outcome::failed, model.error()};
  model_ = *model;
  co_return attempt{};
}

boost::asio::awaitable<container_replica::attempt> container_replica::make_container(std::uint32_t instance) {
  engine_api& engine = context_.engine;
  const attempt made = co_await create_container(instance);
  if (made.how != outcome::up) co_return made;
  log_->begin_instance();
  const auto started = co_await engine.start(record_.container);
  if (!goes_on(instance)) co_return attempt{outcome::abandoned};
  if (!started) {
    std::string why = "the container engine did not start its container: " + started.error().message;
    co_return attempt{outcome::failed, std::move(why)};
  }
  const auto found = co_await engine.inspect(record_.container);
  if (!goes_on(instance)) co_return attempt{outcome::abandoned};
  if (!found) co_return attempt{outcome::failed, found.error().message};
  up_ = true;
  up_since_ = steady_clock::now();
  follow_log();
  record_.port = found->published_port;
  if (!found->running) {
    spawn(finish(instance));
    co_return attempt{};
  }
  if (record_.port == 0) co_return attempt{outcome::failed, "the container engine published no port of its container"};
  save();
  set_phase(replica_phase::starting, "its program is starting");
  co_return attempt{};
}

boost::asio::awaitable<container_replica::attempt> container_replica::create_container(std::uint32_t instance) {
  engine_api& engine = context_.engine;
  const std::string name = container_name(record_.spec, context_.instance);
  set_phase(replica_phase::starting, "its container is being made");
  // Of an earlier instance, or of an attempt that nobody saw the end of.
  const auto gone = co_await engine.remove(name);
  if (!goes_on(instance)) co_return attempt{outcome::abandoned};
  if (!gone) co_return attempt{outcome::failed, gone.error().message};

  std::filesystem::path shared;
  if (context_.settings.unix_sockets && read_image_labels(record_.spec.model_image, record_.labels).can_use_socket)
    shared = socket_.offer();
  record_.may_use_socket = !shared.empty();
  const container_order order{.spec = record_.spec,
                              .settings = context_.settings,
                              .image_id = record_.image_id,
                              .instance = context_.instance,
                              .cpus = context_.cpus,
                              .stop_grace = context_.timing.stop_grace,
                              .log_bytes = context_.log.file_bytes,
                              .models = model_,
                              .shared_folder = std::move(shared)};
  auto body = make_container_request(order);
  if (!body) co_return attempt{outcome::failed, body.error()};
  std::string request = std::move(*body);
  auto created = co_await engine.create(name, std::move(request));
  if (!goes_on(instance)) co_return attempt{outcome::abandoned};
  if (!created) {
    std::string why = "the container engine made no container: " + created.error().message;
    co_return attempt{outcome::failed, std::move(why)};
  }
  record_.container = *created;
  save();
  if (record_.spec.limits.gpu == 0) co_return attempt{};
  // Asked before it is started: a model that was promised GPUs never runs without.
  const auto found = co_await engine.inspect(record_.container);
  if (!goes_on(instance)) co_return attempt{outcome::abandoned};
  if (!found) co_return attempt{outcome::failed, found.error().message};
  if (found->has_devices) co_return attempt{};
  std::string why = "the container engine took the request for " + std::to_string(record_.spec.limits.gpu)
                    + " GPU and gave none: it does not know such requests";
  co_return attempt{outcome::failed, std::move(why)};
}

}  // namespace modelgate::control::runtime::container
