#pragma once

#include "control/runtime/external/resolver.hpp"
#include "control/runtime/runtime_counts.hpp"
#include "control/runtime/runtime_driver.hpp"

#include "modelgate/config/settings.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace modelgate::control::runtime::external {

/// Replicas that somebody else runs: modelgate finds them, probes them, and sends them requests.
///
/// It starts and ends nothing. `start` takes an address of the replica's source into use, `stop` forgets it. Nothing is
/// kept over a restart of modelgate: the sources are in the store, and what they have is asked again.
///
/// Shape: any-thread; a thread of its own for probes, from the first `follow` on, and a few that block for names and
///        files.
class external_driver final : public runtime_driver {
 public:
  /// `own_addresses`: where this modelgate listens; asked whenever addresses are judged. `probes` counts them; null:
  /// nobody does.
  external_driver(const config::external_runtime_settings& settings, const config::health_settings& health,
                  std::function<std::vector<net::endpoint>()> own_addresses,
                  resolve_function resolve = resolve_with_ttl, runtime_counts* counts = nullptr);
  ~external_driver() override;
  external_driver(const external_driver&) = delete;
  external_driver& operator=(const external_driver&) = delete;

  /// Takes over intervals and timeouts; networks and folder stay.
  void reconfigure(const config::external_runtime_settings& settings);
  /// From the next probe on, replicas that speak TLS are verified against these authorities; an empty name means those
  /// that this system trusts. Errors: a sentence; then everything stays as it was.
  [[nodiscard]] result<void, std::string> reload_authorities(const std::filesystem::path& ca_file);

  /// Ends probing and looking. What is being resolved is waited for by the destructor, a few seconds at most.
  void shutdown();

  [[nodiscard]] std::string_view name() const noexcept override { return "external"; }
  [[nodiscard]] result<image_description, std::string> describe_image(std::string_view image,
                                                                      const placement& where) const override;
  [[nodiscard]] std::vector<image_description> list_images() const override { return {}; }
  [[nodiscard]] diagnostics check_source(const domain::external_source& source) const override;
  void follow(const std::vector<replica_source>& sources) override;
  [[nodiscard]] std::optional<source_state> source(const std::string& deployment,
                                                   std::uint64_t revision) const override;
  [[nodiscard]] std::vector<observed_replica> observe() const override;
  [[nodiscard]] result<void, std::string> start(const replica_spec& spec) override;
  void drain(const std::string& name) override;
  void stop(const std::string& name) override;
  void remove(const std::string& name) override;
  [[nodiscard]] result<std::unique_ptr<log_reader>> open_log(const std::string& name,
                                                             const log_query& query) const override;
  void set_change_listener(std::function<void()> listener) override;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace modelgate::control::runtime::external
