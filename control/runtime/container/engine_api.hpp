#pragma once

#include "control/runtime/container/engine_answers.hpp"
#include "control/runtime/container/engine_connection.hpp"
#include "control/runtime/container/pull_progress.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/crypto/secret.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace modelgate::control::runtime::container {

/// Why a call did not do what was asked.
struct engine_error {
  unsigned status = 0;          ///< 0: there was no answer, or none that can be understood
  std::string message = {};     ///< one sentence without an end
  bool is_of_registry = false;  ///< of a pull: the engine answers, and the registry has not answered the engine

  [[nodiscard]] bool is_absent() const noexcept { return status == 404; }
};

template <class Value>
using engine_result = result<Value, engine_error>;

/// The calls of the Docker Engine API that modelgate makes, to one engine.
///
/// Where Docker and Podman answer differently to the same situation, what comes out here is the same.
///
/// Shape:  one thread. Each call is a connection of its own, and ends by its deadline.
class engine_api {
 public:
  struct limits {
    std::chrono::milliseconds call_timeout{30'000};
    std::chrono::milliseconds pull_silence{60'000};  ///< between two pieces of news of a pull
  };

  /// `display`: what people know the engine by ("docker").
  engine_api(boost::asio::any_io_executor executor, std::string display, std::filesystem::path socket);

  void set_limits(const limits& next) noexcept { limits_ = next; }
  [[nodiscard]] const std::string& display() const noexcept { return display_; }
  [[nodiscard]] bool is_podman() const noexcept { return version_.is_podman; }

  /// Asks who it is; the first call to it, and after it was away.
  [[nodiscard]] boost::asio::awaitable<engine_result<engine_version>> greet();
  [[nodiscard]] boost::asio::awaitable<engine_result<engine_machine>> machine();

  /// Errors: is_absent.
  [[nodiscard]] boost::asio::awaitable<engine_result<image_details>> find_image(std::string name);
  /// Reads the whole stream; `news` is called now and then. A caller that wants it to end early uses `cancel` of the
  /// connection, which it makes. Errors: is_of_registry.
  [[nodiscard]] boost::asio::awaitable<engine_result<void>> pull(std::shared_ptr<engine_connection> over,
                                                                 std::string repository, std::string tag_or_digest,
                                                                 std::string auth,
                                                                 std::function<void(const pull_progress&)> news);

  /// Whether the registry gives the image to who shows this, for an engine that pulls nothing where it has what a digest
  /// names: then it asks nobody. Not for Podman, which cannot ask, and looks at what it is shown when it pulls.
  [[nodiscard]] boost::asio::awaitable<engine_result<void>> may_pull(std::string name, std::string auth);

  /// Those that bear the label, running or not.
  [[nodiscard]] boost::asio::awaitable<engine_result<std::vector<container_entry>>> list(std::string label);
  [[nodiscard]] boost::asio::awaitable<engine_result<std::string>> create(std::string name, std::string body);
  [[nodiscard]] boost::asio::awaitable<engine_result<void>> start(std::string id);
  /// Errors: is_absent.
  [[nodiscard]] boost::asio::awaitable<engine_result<container_details>> inspect(std::string id_or_name);
  /// SIGTERM, and after the grace SIGKILL. Success too when it runs no more or is not there.
  [[nodiscard]] boost::asio::awaitable<engine_result<void>> stop(std::string id, std::chrono::milliseconds grace);
  /// With its volumes, running or not. Success too when it is not there.
  [[nodiscard]] boost::asio::awaitable<engine_result<void>> remove(std::string id_or_name);
  [[nodiscard]] boost::asio::awaitable<engine_result<container_use>> use_of(std::string id);

  /// A stream that is read by the caller.
  [[nodiscard]] std::shared_ptr<engine_connection> connect() const;
  [[nodiscard]] engine_call logs_call(const std::string& id, std::int64_t since_seconds) const;
  [[nodiscard]] engine_call events_call(const std::string& label) const;
  [[nodiscard]] steady_time call_deadline() const { return steady_clock::now() + limits_.call_timeout; }

 private:
  /// Errors: any status over 399.
  boost::asio::awaitable<engine_result<engine_reply>> ask(engine_call call, std::chrono::milliseconds extra = {});
  [[nodiscard]] std::string path(const std::string& rest) const { return prefix_ + rest; }
  [[nodiscard]] engine_error failed(const error_code& problem) const;
  /// Whose silence it is: the engine is asked something else.
  boost::asio::awaitable<engine_error> failed_to_pull(error_code problem);

  const boost::asio::any_io_executor executor_;
  const std::string display_;
  const std::filesystem::path socket_;
  limits limits_;
  engine_version version_;
  std::string prefix_;  ///< "/v1.41"; empty before it was greeted
};

/// For a query: everything but letters, digits and "-._~" as %XX.
[[nodiscard]] std::string url_encoded(std::string_view text);

}  // namespace modelgate::control::runtime::container
