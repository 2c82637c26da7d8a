#include "control/runtime/container/engine_api.hpp"

#include "modelgate/base/errc.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace modelgate::control::runtime::container {
namespace {

using boost::system::in_place_error;
using std::chrono::milliseconds;

constexpr std::size_t answer_limit = 16'777'216;  ///< the list of some thousand containers
constexpr unsigned not_modified = 304;
constexpr unsigned first_failure = 400;
constexpr unsigned conflict = 409;

template <class Value>
engine_result<Value> understood(result<Value> read) {
  if (read) return std::move(*read);
  return {in_place_error, engine_error{.message = "the container engine gave an answer that cannot be understood"}};
}

std::string filter(const std::string& label, bool containers_only) {
  boost::json::object filters{{"label", boost::json::array{boost::json::value(label)}}};
  if (containers_only) filters["type"] = boost::json::array{"container"};
  return url_encoded(boost::json::serialize(filters));
}

}  // namespace

std::string url_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
                       || c == '.' || c == '_' || c == '~';
    if (plain) {
      encoded.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded.push_back('%');
      encoded.push_back(digits[byte >> 4U]);
      encoded.push_back(digits[byte & 15U]);
    }
  }
  return encoded;
}

engine_api::engine_api(boost::asio::any_io_executor executor, std::string display, std::filesystem::path socket)
    : executor_{std::move(executor)}, display_{std::move(display)}, socket_{std::move(socket)} {}

std::shared_ptr<engine_connection> engine_api::connect() const {
  return std::make_shared<engine_connection>(executor_, socket_);
}

engine_error engine_api::failed(const error_code& problem) const {
  return {.message = "the container engine at " + socket_.native() + " does not answer: " + problem.message()};
}

boost::asio::awaitable<engine_error> engine_api::failed_to_pull(error_code problem) {
  if (problem != errc::http_response_timeout) co_return failed(problem);
  const auto answers = co_await greet();
  if (!answers) co_return failed(problem);
  co_return engine_error{.message = "there was no news of the pull", .is_of_registry = true};
}

boost::asio::awaitable<engine_result<engine_reply>> engine_api::ask(engine_call call, milliseconds extra) {
  engine_connection over{executor_, socket_};
  const steady_time deadline = call_deadline() + extra;
  auto reply = co_await exchange(over, std::move(call), answer_limit, deadline);
  if (!reply) co_return engine_result<engine_reply>{in_place_error, failed(reply.error())};
  if (reply->status >= first_failure)
    co_return engine_result<engine_reply>{in_place_error,
                                          engine_error{.status = reply->status, .message = read_error(reply->body)}};
  co_return std::move(*reply);
}

boost::asio::awaitable<engine_result<engine_version>> engine_api::greet() {
  engine_call call;
  call.target = "/version";
  const auto reply = co_await ask(std::move(call));
  if (!reply) co_return engine_result<engine_version>{in_place_error, reply.error()};
  auto read = understood(read_version(reply->body));
  if (read) {
    version_ = *read;
    prefix_ = "/v" + choose_api(version_);
  }
  co_return read;
}

boost::asio::awaitable<engine_result<engine_machine>> engine_api::machine() {
  engine_call call;
  call.target = path("/info");
  const auto reply = co_await ask(std::move(call));
  if (!reply) co_return engine_result<engine_machine>{in_place_error, reply.error()};
  co_return understood(read_machine(reply->body));
}

boost::asio::awaitable<engine_result<image_details>> engine_api::find_image(std::string name) {
  engine_call call;
  call.target = path("/images/" + name + "/json");
  const auto reply = co_await ask(std::move(call));
  if (!reply) co_return engine_result<image_details>{in_place_error, reply.error()};
  co_return understood(read_image(reply->body));
}

boost::asio::awaitable<engine_result<void>> engine_api::pull(std::shared_ptr<engine_connection> over,
                                                             std::string repository, std::string tag_or_digest,
                                                             std::string auth,
                                                             std::function<void(const pull_progress&)> news) {
  engine_call call;
  call.method = "POST";
  call.target = path("/images/create?fromImage=" + url_encoded(repository) + "&tag=" + url_encoded(tag_or_digest));
  call.registry_auth = std::move(auth);
  // The head comes when the registry has answered the engine.
  const auto status = co_await over->begin(std::move(call), steady_clock::now() + limits_.pull_silence);
  if (!status) {
    auto failure = co_await failed_to_pull(status.error());
    co_return engine_result<void>{in_place_error, std::move(failure)};
  }
  pull_progress progress;
  std::string refusal;
  for (;;) {
    const auto piece = co_await over->read_some(steady_clock::now() + limits_.pull_silence);
    if (!piece) {
      auto failure = co_await failed_to_pull(piece.error());
      co_return engine_result<void>{in_place_error, std::move(failure)};
    }
    if (piece->empty()) break;
    if (*status >= first_failure) {
      constexpr std::size_t most = 65'536;
      if (refusal.size() < most) refusal += *piece;
      continue;
    }
    progress.feed(*piece);
    news(progress);
  }
  if (*status >= first_failure)
    co_return engine_result<void>{in_place_error, engine_error{.status = *status, .message = read_error(refusal)}};
  progress.finish();
  if (!progress.error().empty())
    co_return engine_result<void>{in_place_error, engine_error{.status = *status, .message = progress.error()}};
  co_return engine_result<void>{};
}

boost::asio::awaitable<engine_result<void>> engine_api::may_pull(std::string name, std::string auth) {
  engine_call call;
  call.target = path("/distribution/" + name + "/json");
  call.registry_auth = std::move(auth);
  const auto reply = co_await ask(std::move(call), limits_.pull_silence);
  if (!reply) co_return engine_result<void>{in_place_error, reply.error()};
  co_return engine_result<void>{};
}

boost::asio::awaitable<engine_result<std::vector<container_entry>>> engine_api::list(std::string label) {
  engine_call call;
  call.target = path("/containers/json?all=1&filters=" + filter(label, false));
  const auto reply = co_await ask(std::move(call));
  if (!reply) co_return engine_result<std::vector<container_entry>>{in_place_error, reply.error()};
  co_return understood(read_containers(reply->body));
}

boost::asio::awaitable<engine_result<std::string>> engine_api::create(std::string name, std::string body) {
  engine_call call;
  call.method = "POST";
  call.target = path("/containers/create?name=" + url_encoded(name));
  call.body = std::move(body);
  const auto reply = co_await ask(std::move(call));
  if (!reply) co_return engine_result<std::string>{in_place_error, reply.error()};
  co_return understood(read_created_id(reply->body));
}

boost::asio::awaitable<engine_result<void>> engine_api::start(std::string id) {
  engine_call call;
  call.method = "POST";
  call.target = path("/containers/" + id + "/start");
  const auto reply = co_await ask(std::move(call));
  if (!reply) co_return engine_result<void>{in_place_error, reply.error()};
  co_return engine_result<void>{};
}

boost::asio::awaitable<engine_result<container_details>> engine_api::inspect(std::string id_or_name) {
  engine_call call;
  call.target = path("/containers/" + id_or_name + "/json");
  const auto reply = co_await ask(std::move(call));
  if (!reply) co_return engine_result<container_details>{in_place_error, reply.error()};
  co_return understood(read_container(reply->body));
}

boost::asio::awaitable<engine_result<void>> engine_api::stop(std::string id, milliseconds grace) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(grace);
  engine_call call;
  call.method = "POST";
  call.target = path("/containers/" + id + "/stop?t=" + std::to_string(seconds.count()));
  const auto reply = co_await ask(std::move(call), seconds);
  if (reply || reply.error().status == not_modified || reply.error().is_absent()) co_return engine_result<void>{};
  co_return engine_result<void>{in_place_error, reply.error()};
}

boost::asio::awaitable<engine_result<void>> engine_api::remove(std::string id_or_name) {
  engine_call call;
  call.method = "DELETE";
  call.target = path("/containers/" + id_or_name + "?force=1&v=1");
  const auto reply = co_await ask(std::move(call));
  // 409: it is being removed already, and will be gone.
  if (reply || reply.error().is_absent()) co_return engine_result<void>{};
  if (reply.error().status == conflict && reply.error().message.find("already in progress") != std::string::npos)
    co_return engine_result<void>{};
  co_return engine_result<void>{in_place_error, reply.error()};
}

boost::asio::awaitable<engine_result<container_use>> engine_api::use_of(std::string id) {
  engine_call call;
  call.target = path("/containers/" + id + "/stats?stream=false&one-shot=true");
  const auto reply = co_await ask(std::move(call));
  if (!reply) co_return engine_result<container_use>{in_place_error, reply.error()};
  co_return understood(read_stats(reply->body));
}

engine_call engine_api::logs_call(const std::string& id, std::int64_t since_seconds) const {
  return {.target = path("/containers/" + id
                         + "/logs?follow=1&stdout=1&stderr=1&timestamps=1&since=" + std::to_string(since_seconds))};
}

engine_call engine_api::events_call(const std::string& label) const {
  return {.target = path("/events?filters=" + filter(label, true))};
}

}  // namespace modelgate::control::runtime::container
