#include "control/runtime/container/engine_fault.hpp"

#include <algorithm>
#include <array>

namespace modelgate::control::runtime::container {
namespace {

bool has_any(std::string_view text, const auto& words) {
  return std::any_of(words.begin(), words.end(),
                     [text](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

constexpr std::array<std::string_view, 10> unreachable{
    "connection refused",         "no such host",           "i/o timeout",      "dial tcp",
    "TLS handshake timeout",      "network is unreachable", "no route to host", "deadline exceeded",
    "pinging container registry", "server misbehaving"};
constexpr std::array<std::string_view, 6> denied{"unauthorized",     "no basic auth credentials",
                                                 "denied",           "status: 401",
                                                 "401 Unauthorized", "authentication required"};
constexpr std::array<std::string_view, 5> unknown{"manifest unknown", "not found", "name unknown", "does not exist",
                                                  "No such image"};

}  // namespace

pull_fault fault_of(std::string_view message) {
  // Podman says "pinging container registry" before whatever went wrong there, a refusal included.
  if (has_any(message, denied)) return pull_fault::access_denied;
  if (has_any(message, unknown)) return pull_fault::no_such_image;
  if (has_any(message, unreachable)) return pull_fault::registry_unreachable;
  return pull_fault::other;
}

std::string explain_pull(std::string_view image, std::string_view registry, const pull_access& access,
                         std::string_view message) {
  const std::string shown = "\"" + std::string{image} + "\"";
  const std::string from{registry};
  std::string sentence;
  switch (fault_of(message)) {
    case pull_fault::access_denied:
      if (access.secret.empty()) {
        sentence = "the registry " + from + " refuses to give the image " + shown
                   + ": it is not there, or needs an image pull secret, and the deployment names none";
      } else if (!access.has_credentials) {
        sentence = "the registry " + from + " refuses to give the image " + shown + ": the image pull secret \""
                   + access.secret + "\" has no credentials for this registry";
      } else {
        sentence = "the registry " + from + " refuses to give the image " + shown
                   + " to the credentials of the image pull secret \"" + access.secret + "\"";
      }
      break;
    case pull_fault::no_such_image:
      sentence = "the registry " + from + " has no image " + shown;
      break;
    case pull_fault::registry_unreachable:
      sentence = "the registry " + from + " of the image " + shown + " cannot be reached";
      break;
    case pull_fault::other:
      sentence = "the image " + shown + " cannot be pulled";
      break;
  }
  return sentence + " (" + std::string{message} + ")";
}

std::string explain_silent_pull(std::string_view image, std::string_view registry, std::chrono::milliseconds silence,
                                std::string_view setting) {
  constexpr std::chrono::milliseconds::rep per_second = 1'000;
  const auto count = silence.count();
  const std::string time =
      count % per_second == 0 ? std::to_string(count / per_second) + " s" : std::to_string(count) + " ms";
  return "the image \"" + std::string{image} + "\" cannot be pulled: no news from the registry " + std::string{registry}
         + " for " + time + " (" + std::string{setting} + ")";
}

}  // namespace modelgate::control::runtime::container
