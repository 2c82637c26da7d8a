// The gateway as a library: a program of twenty lines that serves a snapshot given as JSON on standard input.
#include <csignal>
#include <iostream>
#include <iterator>
#include <string>

#include "modelgate/gateway.hpp"

int main() {
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &end, nullptr);
  modelgate::crypto::initialise();
  const std::string json{std::istreambuf_iterator<char>{std::cin}, {}};
  const auto snapshot = modelgate::config::parse_snapshot(json);
  if (!snapshot) return 1;
  modelgate::config::settings settings;
  settings.listen.prediction = {"127.0.0.1", 0};
  modelgate::gateway gateway{settings, modelgate::crypto::token_key::generate()};
  gateway.start();
  gateway.publish(std::make_shared<const modelgate::config::snapshot>(*snapshot));
  std::cout << modelgate::net::to_string(gateway.address()) << std::endl;
  int received = 0;
  sigwait(&end, &received);
}
