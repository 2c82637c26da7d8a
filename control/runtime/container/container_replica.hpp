#pragma once

#include "control/runtime/container/container_log.hpp"
#include "control/runtime/container/container_record.hpp"
#include "control/runtime/container/engine_api.hpp"
#include "control/runtime/container/image_book.hpp"
#include "control/runtime/container/model_fetches.hpp"
#include "control/runtime/container/shared_socket.hpp"
#include "control/runtime/log_file_reader.hpp"
#include "control/runtime/model_store.hpp"
#include "control/runtime/probe_pace.hpp"
#include "control/runtime/readiness.hpp"
#include "control/runtime/runtime_counts.hpp"
#include "control/runtime/runtime_driver.hpp"
#include "control/runtime/usage_meter.hpp"

#include "modelgate/config/settings.hpp"
#include "modelgate/crypto/secret.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace modelgate::control::runtime::container {

class container_replica;

/// The docker config that a pull secret of this name holds. Errors: a sentence.
using find_pull_secret = std::function<result<crypto::secret, std::string>(const std::string& name)>;

/// What the replicas of one driver share. Outlives them.
struct container_context {
  boost::asio::io_context& loop;
  engine_api& engine;
  const config::container_runtime_settings& settings;
  const config::process_runtime_settings& timing;  ///< probes, grace, back-off: the same for every way of running
  const config::health_settings& health;
  container_log::bounds log;
  std::filesystem::path replicas;  ///< the folder with a folder for each of them
  std::string instance;            ///< of the data folder
  find_pull_secret find_secret;
  image_book& images;
  model_store* models;  ///< null: nothing is fetched
  model_fetches& fetches;
  probe_pace pace;
  limit_report limits;
  std::int64_t cpus = 0;                                               ///< of the machine; 0: not known
  std::function<boost::asio::awaitable<engine_result<void>>()> greet;  ///< asks the engine who it is, once
  std::function<std::string(const std::string& deployment, std::uint64_t revision)> pinned_image;
  std::function<void(const container_replica&)> changed;
  std::function<void(const std::string& deployment)> log_grew;
  runtime_counts* counts = nullptr;  ///< null: nobody counts
  /// The engine does not answer, and with it the ports that it publishes may not: silence tells nothing of a program.
  bool engine_is_away = false;
};

/// One replica: a container that is made, started, probed, logged and ended through the engine.
///
///     launch -> starting (pull, create, start, first answers) -> ready <-> unready -> exited -> launch ...
///                    \_______________________________________|____________|-> draining -> stopping -> exited
///
/// Everything that takes long is a coroutine that belongs to one instance: it looks after each wait whether it still does.
///
/// Shape:  the driver's thread; kept alive by what is under way.
class container_replica : public std::enable_shared_from_this<container_replica> {
 public:
  container_replica(container_context& context, container_record record);

  /// Starts it, or starts it again after it has exited. Returns before anything has been asked of the engine.
  void launch(const replica_spec& spec);
  /// Takes over what the record of an earlier modelgate says; the engine's list says later what is still true of it.
  void resume();

  void drain();
  void stop();
  /// Gives no grace.
  void kill();
  /// Removes its container; `is_removed` says when that is done.
  void remove();
  /// Looks after it no more, and leaves it as it is: another process resumes it. Nothing else may be called then.
  void let_go();

  /// What the engine's list says of its container; null: it is not in the list, which was asked for at `asked_at`.
  void on_listed(const container_entry* entry, steady_time asked_at);
  void look_at_usage();

  [[nodiscard]] bool has_exited() const noexcept { return record_.phase == domain::replica_phase::exited; }
  [[nodiscard]] bool is_removed() const noexcept { return removed_; }
  [[nodiscard]] bool is_being_removed() const noexcept { return removing_; }
  [[nodiscard]] const container_record& record() const noexcept { return record_; }
  [[nodiscard]] observed_replica observe() const;
  [[nodiscard]] log_end end_of_log() const noexcept { return end_of_log_; }
  void set_rotate_bytes(std::size_t bytes) noexcept { log_->set_rotate_bytes(bytes); }

 private:
  enum class outcome { up, failed, abandoned };
  struct attempt {
    outcome how = outcome::up;
    std::string why = {};
    domain::failure_cause cause = domain::failure_cause::program;
  };

  boost::asio::awaitable<void> bring_up(std::uint32_t instance);
  boost::asio::awaitable<attempt> try_to_bring_up(std::uint32_t instance);
  boost::asio::awaitable<attempt> get_image(std::uint32_t instance);
  boost::asio::awaitable<attempt> pull_image(std::uint32_t instance, std::string name);
  boost::asio::awaitable<attempt> get_model(std::uint32_t instance);
  boost::asio::awaitable<attempt> make_container(std::uint32_t instance);
  boost::asio::awaitable<attempt> create_container(std::uint32_t instance);
  boost::asio::awaitable<void> end(std::uint32_t instance);
  boost::asio::awaitable<void> finish(std::uint32_t instance);
  boost::asio::awaitable<void> take_away();
  boost::asio::awaitable<void> read_usage(std::uint32_t instance);
  boost::asio::awaitable<void> probe(std::uint32_t instance);
  void on_probe(const std::optional<std::string>& complaint);
  void spawn(boost::asio::awaitable<void> work);
  void follow_log();
  boost::asio::awaitable<void> wait_for_log();
  boost::asio::awaitable<void> pause(std::chrono::milliseconds time);

  void become_exited(std::string reason, bool is_failure);
  void set_phase(domain::replica_phase phase, std::string reason);
  void save();
  void give_up_waiting();
  [[nodiscard]] bool goes_on(std::uint32_t instance) const noexcept { return instance == instance_ && !asked_to_stop_; }
  [[nodiscard]] bool is_probed() const noexcept;
  [[nodiscard]] net::endpoint address() const;
  void look_for_socket();
  [[nodiscard]] std::filesystem::path folder() const { return context_.replicas / record_.spec.name; }

  container_context& context_;
  container_record record_;
  std::shared_ptr<container_log> log_;
  std::shared_ptr<std::atomic<bool>> end_of_log_;
  boost::asio::steady_timer probe_timer_;
  boost::asio::steady_timer pause_timer_;
  shared_socket socket_;
  std::filesystem::path model_;                          ///< where its model was fetched to; empty: nowhere
  std::shared_ptr<engine_connection> pulling_;           ///< null: no pull is under way
  std::shared_ptr<boost::asio::steady_timer> fetching_;  ///< cancelled when its model has come; null: none is under way

  std::uint32_t instance_ = 0;                     ///< tells late answers to an earlier instance
  std::shared_ptr<const replica_spec> inherited_;  ///< null: this modelgate started the instance
  bool has_answered_ = true;
  std::uint64_t silences_ = 0;  ///< bad probes in a row, since the engine answers
  bool asked_to_stop_ = false;
  bool hurried_ = false;
  bool up_ = false;         ///< the container of this instance was started
  bool looking_ = false;    ///< whether it has ended
  bool finishing_ = false;  ///< it has, and its last lines are being read
  bool removing_ = false;
  bool removed_ = false;
  bool was_ready_ = false;
  /// Where there was one. Of one that an earlier process has seen only that is known.
  domain::replica_failure last_failure_{domain::failure_cause::program, {}};
  bool reads_usage_ = false;
  readiness readiness_;
  usage_meter usage_;
  steady_time asked_at_;  ///< when the start was asked for
  steady_time up_since_;
  steady_time ready_since_;
};

}  // namespace modelgate::control::runtime::container
