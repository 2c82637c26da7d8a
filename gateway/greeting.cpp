#include "gateway/greeting.hpp"

#include <iostream>
#include <string>

namespace modelgate {

void greet(const config::settings& settings, const net::endpoint& control,
           const std::optional<std::filesystem::path>& new_token) {
  std::cout << "modelgate serves.\n"
            << "  control     " << (settings.tls.control.enabled() ? "https://" : "http://") << net::to_string(control)
            << "/api/v1\n";
  const std::filesystem::path file = settings.data_folder / "initial-admin-token";
  if (new_token || std::filesystem::exists(file)) {
    std::cout << "  admin token " << std::filesystem::absolute(file).string() << (new_token ? " (new)" : "") << "\n";
  }
  std::cout << std::flush;
}

void print_demo(const control::service::demo_state& demo, const net::endpoint& prediction, bool uses_tls) {
  const net::endpoint reachable{prediction.host == "0.0.0.0" ? "127.0.0.1" : prediction.host, prediction.port};
  const auto line = [&](const std::string& id, const std::string& more) {
    return "  curl " + more + "-H 'Content-Type: application/json' -d "
           + R"('{"data":{"names":["sl","sw","pl","pw"],"tensor":{"shape":[2,4],"values":[5.1,3.5,1.4,0.2,6.7,3.0,5.2,2.3]}}}' )"
           + (uses_tls ? "https://" : "http://") + net::to_string(reachable) + "/deployment/" + id
           + "/api/v1.0/predictions\n";
  };
  std::cout << "\nTwo demo deployments are up, two replicas each. A prediction from the public one:\n\n"
            << line(demo.public_deployment, "") << "\nand from the private one, as its client \"" << demo.client
            << "\":\n\n"
            << line(demo.private_deployment,
                    "-u \"" + demo.client + ":$(cat '" + std::filesystem::absolute(demo.token_file).string() + "')\" ")
            << "\nCtrl-C ends modelgate and every replica.\n"
            << std::flush;
}

}  // namespace modelgate
