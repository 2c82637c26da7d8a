#include "control/domain/rollback.hpp"

namespace modelgate::control::domain {

deployment_spec taken_back(const deployment_spec& failed, const deployment_spec& good) {
  deployment_spec spec = failed;
  spec.model_image = good.model_image;
  spec.external = good.external;
  spec.model_uri = good.model_uri;
  spec.image_pull_secret = good.image_pull_secret;
  spec.instance_type = good.instance_type;
  spec.replicas = good.replicas;
  spec.env = good.env;
  // What a model bears belongs to it: another one's word for that does not hold.
  spec.serving.protocol = good.serving.protocol;
  spec.serving.concurrency = good.serving.concurrency;
  spec.serving.idempotent = good.serving.idempotent;
  spec.serving.hedge = good.serving.hedge;
  spec.serving.example_request = good.serving.example_request;
  return spec;
}

}  // namespace modelgate::control::domain
