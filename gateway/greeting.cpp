#include "gateway/greeting.hpp"

#include <iostream>
#include <string>

namespace modelgate {
namespace {

/// From this machine.
std::string url_of(const net::endpoint& address, bool uses_tls) {
  net::endpoint reachable = address;
  if (reachable.host == "0.0.0.0") reachable.host = "127.0.0.1";
  if (reachable.host == "::") reachable.host = "::1";
  return (uses_tls ? "https://" : "http://") + net::to_string(reachable);
}

}  // namespace

void greet(const config::settings& settings, const net::endpoint& control,
           const std::optional<std::filesystem::path>& new_token) {
  const std::string url = url_of(control, settings.tls.control.enabled());
  std::cout << "modelgate serves.\n"
            << "  console     " << url << "/\n"
            << "  control     " << url << "/api/v1\n";
  const std::filesystem::path file = settings.data_folder / "initial-admin-token";
  if (new_token || std::filesystem::exists(file)) {
    std::cout << "  admin token " << std::filesystem::absolute(file).string() << (new_token ? " (new)" : "") << "\n";
  }
  std::cout << std::flush;
}

void print_demo(const control::service::demo_state& demo, const config::settings& settings,
                const net::endpoint& prediction, const net::endpoint& control) {
  const auto line = [&](const std::string& id, const std::string& more) {
    return "  curl " + more + "-H 'Content-Type: application/json' -d "
           + R"('{"data":{"names":["sl","sw","pl","pw"],"tensor":{"shape":[2,4],"values":[5.1,3.5,1.4,0.2,6.7,3.0,5.2,2.3]}}}' )"
           + url_of(prediction, settings.tls.prediction.enabled()) + "/deployment/" + id + "/api/v1.0/predictions\n";
  };
  std::cout << "\nTwo demo deployments are up, two replicas each. Look at them in the console:\n\n  "
            << url_of(control, settings.tls.control.enabled()) << "/\n\nand sign in as \"" << demo.user << "\" with ";
  if (demo.password_file)
    std::cout << "the password that this shows:\n\n  cat '" << std::filesystem::absolute(*demo.password_file).string()
              << "'\n";
  else
    std::cout << "your password.\n";
  std::cout << "\nA prediction from the public one:\n\n"
            << line(demo.public_deployment, "") << "\nand from the private one, as its client \"" << demo.client
            << "\":\n\n"
            << line(demo.private_deployment,
                    "-u \"" + demo.client + ":$(cat '" + std::filesystem::absolute(demo.token_file).string() + "')\" ")
            << "\nCtrl-C ends modelgate and every replica.\n"
            << std::flush;
}

}  // namespace modelgate
