#include "control/store/stored_state.hpp"

#include "control/store/client_store.hpp"
#include "control/store/deployment_store.hpp"

namespace modelgate::control::store {

result<std::vector<desired_deployment>> stored_state::load_desired() {
  return from_.read([](transaction& within) -> result<std::vector<desired_deployment>> {
    auto clients = client_store{within}.list_all();
    std::vector<desired_deployment> desired;
    for (stored_deployment& stored : deployment_store{within}.list_all()) {
      auto of_this = clients.find(stored.deployment.id);
      desired_deployment each{
          std::move(stored.deployment), {}, stored.per_replica, std::move(stored.refusal), stored.group_limit};
      if (of_this != clients.end()) each.clients = std::move(of_this->second);
      desired.push_back(std::move(each));
    }
    return desired;
  });
}

result<void> stored_state::erase_deleted(const std::string& deployment) {
  return from_.write([&](transaction& within) -> result<void> {
    deployment_store{within}.erase_deleted(deployment);
    return {};
  });
}

}  // namespace modelgate::control::store
