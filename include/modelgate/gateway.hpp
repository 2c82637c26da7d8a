#pragma once

#include "modelgate/base/result.hpp"
#include "modelgate/config/gateway_link.hpp"
#include "modelgate/config/inside_call.hpp"
#include "modelgate/config/settings.hpp"
#include "modelgate/crypto/token.hpp"
#include "modelgate/metrics/exposition_format.hpp"
#include "modelgate/metrics/gauge_reading.hpp"
#include "modelgate/net/endpoint.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate {

/// The data plane, ready to embed: listens on the prediction port and serves the snapshots it is given.
///
///     modelgate::crypto::initialise();
///     modelgate::config::settings settings;               // the defaults
///     settings.listen.prediction = {"127.0.0.1", 8080};
///     modelgate::gateway gateway{settings, modelgate::crypto::token_key::generate()};
///     gateway.start();
///     gateway.publish(std::make_shared<modelgate::config::snapshot>(...));
///
/// Shape:  any-thread. Destruction ends every connection.
/// Errors: the constructor throws boost::system::system_error when the address cannot be had, std::runtime_error when
///         certificates cannot be used.
class gateway final : public config::gateway_link {
 public:
  /// `handed`: listening sockets of this address that the process before this one handed over; they become the
  /// gateway's own. Empty: they are to be opened.
  gateway(const config::settings& settings, crypto::token_key key, std::vector<int> handed = {});
  ~gateway() override;
  gateway(const gateway&) = delete;
  gateway& operator=(const gateway&) = delete;

  /// Starts the workers. Until the first snapshot every deployment is unknown.
  void start();
  /// The same in two steps: workers that serve what is published, but take no connection yet; and from then on they
  /// do. Whoever connects in between waits.
  void prepare();
  void accept();

  /// For the process that takes over; valid until `drain`.
  [[nodiscard]] const std::vector<int>& listening_sockets() const;

  /// Goes on with other settings, without touching a connection: each worker takes them between two turns, for
  /// whatever it begins afterwards; a generation that is published later is live after them. The address, the number of
  /// workers and the deployments' label stay as they were made.
  void reconfigure(const config::settings& settings);

  /// After somebody has renamed the file of the access log.
  void reopen_access_log();

  /// The prediction address in use: port 0 resolved.
  [[nodiscard]] net::endpoint address() const;

  /// Reads the files of `prediction` again, for the connections that come from then on; open ones go on as they are.
  /// Errors: a sentence that says which file is wrong and what to do; then everything stays as it was. TLS itself
  /// cannot be turned on or off this way.
  [[nodiscard]] result<void, std::string> reload_tls(const config::tls_settings& settings);
  /// The same for the authorities that replicas are verified against.
  [[nodiscard]] result<void, std::string> reload_upstream_authorities(const std::filesystem::path& ca_file);

  /// A connection that is served as if a listener had taken it, but speaks no TLS and is the caller's. Answers the other
  /// end, which is to be closed. Errors: what the system says.
  [[nodiscard]] result<int> open_inside(config::inside_caller_ptr caller);

  /// Over all workers: connections open now, and bytes of the requests and answers under way.
  [[nodiscard]] std::size_t connections() const;
  [[nodiscard]] std::size_t buffer_bytes() const;
  /// When the certificates of the prediction port run out, as scrapes show it.
  [[nodiscard]] std::vector<metrics::gauge_reading> certificates() const;

  void publish(config::snapshot_ptr next) override;
  [[nodiscard]] bool wait_until_live(std::uint64_t generation, steady_time deadline) override;
  [[nodiscard]] config::observation observe() const override;
  /// What was seen of one deployment's clients only, however many others there are.
  [[nodiscard]] config::observation observe_clients(std::string_view deployment) const;
  /// `observe` with what was counted for each deployment, which takes longer.
  [[nodiscard]] config::observation observe_with_counts() const;

  /// Stops accepting, lets requests finish, closes idle connections after `timeouts.drain_idle`; when `deadline` has
  /// passed the rest is cut. Returns when every worker has ended; answers whether nothing had to be cut.
  bool drain(steady_time deadline);
  /// Ends every connection at once; a drain that goes on returns.
  void cut();

  /// What a scrape is answered. Any thread but a worker's, which it would keep.
  [[nodiscard]] std::string metrics_text(metrics::exposition_format format = metrics::exposition_format::text) const;

  /// Called on a thread of its own, which must not be kept, when a client has shown the password of which only a foreign
  /// hash was known: `observe` tells which. Set once, before `start`.
  void set_proof_listener(std::function<void()> listener);

  /// One more number for every scrape; called on the scraping thread.
  using reading = metrics::gauge_reading;
  void add_metrics_source(std::function<std::vector<reading>()> source);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace modelgate
