// An engine that says what a script says, over a real Unix socket: what no real engine does when it is asked to.
#include "control/runtime/container/container_log.hpp"
#include "control/runtime/container/engine_api.hpp"
#include "tests/support/temporary_folder.hpp"

#include "modelgate/base/errc.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace modelgate::control::runtime::container {
namespace {

using std::chrono::milliseconds;

/// Takes one connection after the other, reads a request, and sends the next text of its script; one that ends with "..."
/// is not closed before the script's end.
class scripted_engine {
 public:
  explicit scripted_engine(std::vector<std::string> script) : script_{std::move(script)} {
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path().c_str(), sizeof address.sun_path - 1);
    BOOST_TEST_REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    BOOST_TEST_REQUIRE(::listen(listener_, 8) == 0);
    thread_ = std::thread{[this] { serve(); }};
  }
  ~scripted_engine() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    for (const int each : held_) ::close(each);
    ::close(listener_);
  }

  [[nodiscard]] std::string path() const { return (folder_.path() / "engine.sock").native(); }
  /// The requests that came; when the script is over.
  [[nodiscard]] const std::string& heard() {
    ::shutdown(listener_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    thread_ = std::thread{[] {}};
    return heard_;
  }

 private:
  void serve() {
    for (const std::string& text : script_) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      if (connection < 0) return;
      std::array<char, 65'536> block{};
      const ssize_t got = ::read(connection, block.data(), block.size());
      if (got > 0) heard_.append(block.data(), static_cast<std::size_t>(got));
      const bool stays = text.ends_with("...");
      const std::string said = stays ? text.substr(0, text.size() - 3) : text;
      static_cast<void>(::send(connection, said.data(), said.size(), MSG_NOSIGNAL));
      if (stays)
        held_.push_back(connection);
      else
        ::close(connection);
    }
  }

  tests::temporary_folder folder_;
  std::vector<std::string> script_;
  int listener_ = -1;
  std::string heard_;
  std::vector<int> held_;
  std::thread thread_;
};

std::string answer(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string chunk(const std::string& text) {
  std::array<char, 16> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", text.size());
  return size.data() + text + "\r\n";
}

const std::string hello = answer("200 OK", R"({"Version":"1","ApiVersion":"1.41","MinAPIVersion":"1.12"})");
const std::string streaming = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// Runs one coroutine to its end.
template <class Value>
Value wait_for(boost::asio::io_context& loop, boost::asio::awaitable<Value> work) {
  std::optional<Value> value;
  boost::asio::co_spawn(loop, std::move(work), [&](const std::exception_ptr& problem, Value got) {
    if (problem) std::rethrow_exception(problem);
    value.emplace(std::move(got));
  });
  loop.restart();
  loop.run();
  return std::move(*value);
}

struct asked {
  explicit asked(std::vector<std::string> script)
      : engine{std::move(script)}, api{loop.get_executor(), "docker", engine.path()} {
    api.set_limits({milliseconds{300}, milliseconds{300}});
  }
  scripted_engine engine;
  boost::asio::io_context loop{1};
  engine_api api;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(container_engine)

BOOST_AUTO_TEST_CASE(an_engine_that_is_not_there_or_says_nothing_is_told_as_such_in_time) {
  boost::asio::io_context loop{1};
  engine_api nobody{loop.get_executor(), "docker", "/nowhere/docker.sock"};
  const auto refused = wait_for(loop, nobody.greet());
  BOOST_TEST_REQUIRE(!refused.has_value());
  BOOST_TEST(refused.error().status == 0U);
  BOOST_TEST(refused.error().message.find("the container engine at /nowhere/docker.sock does not answer") == 0U);

  asked silent{{"..."}};
  BOOST_TEST(!wait_for(silent.loop, silent.api.greet()).has_value());
  asked halfway{{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{..."}};
  BOOST_TEST(!wait_for(halfway.loop, halfway.api.greet()).has_value());
}

BOOST_AUTO_TEST_CASE(an_engine_that_talks_nonsense_is_told_as_such) {
  for (const char* text : {"", "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"}) {
    asked wrong{{text}};
    BOOST_TEST(!wait_for(wrong.loop, wrong.api.greet()).has_value(), text);
  }
  asked html{{answer("200 OK", "<html>")}};
  BOOST_TEST(wait_for(html.loop, html.api.greet()).error().message
             == "the container engine gave an answer that cannot be understood");
}

BOOST_AUTO_TEST_CASE(calls_speak_the_version_that_both_know) {
  asked engine{{hello, answer("200 OK", "[]")}};
  BOOST_TEST_REQUIRE(wait_for(engine.loop, engine.api.greet()).has_value());
  BOOST_TEST_REQUIRE(wait_for(engine.loop, engine.api.list("modelgate.instance=here")).has_value());
  BOOST_TEST(engine.engine.heard().find(
                 "GET /v1.41/containers/json?all=1&filters=%7B%22label%22%3A%5B%22modelgate.instance%3Dhere")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_so_already_is_success) {
  asked engine{{answer("304 Not Modified", ""), answer("404 Not Found", R"({"message":"no"})"),
                answer("404 Not Found", R"({"message":"no"})")}};
  BOOST_TEST(wait_for(engine.loop, engine.api.stop("a", milliseconds{0})).has_value());
  BOOST_TEST(wait_for(engine.loop, engine.api.stop("a", milliseconds{0})).has_value());
  BOOST_TEST(wait_for(engine.loop, engine.api.remove("a")).has_value());
}

BOOST_AUTO_TEST_CASE(a_pull_is_read_to_its_end_and_an_error_in_it_is_one) {
  const auto pull = [](asked& engine, const std::string& auth) {
    return wait_for(engine.loop,
                    engine.api.pull(engine.api.connect(), "r:5000/a", "v1", auth, [](const pull_progress&) {}));
  };
  asked good{{streaming + chunk("{\"status\":\"Pulling\"}\n") + chunk("{\"status\":\"done\"}\n") + "0\r\n\r\n"}};
  BOOST_TEST(pull(good, "c2VjcmV0").has_value());
  BOOST_TEST(good.engine.heard().find("POST /images/create?fromImage=r%3A5000%2Fa&tag=v1") != std::string::npos);
  BOOST_TEST(good.engine.heard().find("X-Registry-Auth: c2VjcmV0\r\n") != std::string::npos);

  asked late{
      {streaming + chunk("{\"status\":\"Pulling\"}\n") + chunk("{\"error\":\"manifest unknown\"}\n") + "0\r\n\r\n"}};
  BOOST_TEST(pull(late, "").error().message == "manifest unknown");
  asked refused{{answer("500 Internal Server Error", R"({"message":"unauthorized: authentication required"})")}};
  BOOST_TEST(pull(refused, "").error().message == "unauthorized: authentication required");
  asked stuck{{streaming + chunk("{\"status\":\"Pulling\"}\n") + "..."}};
  BOOST_TEST(pull(stuck, "").error().status == 0U);
  BOOST_TEST(!pull(stuck, "").error().is_of_registry);  // it says nothing else either
  for (const std::string& begun : {std::string{}, streaming + chunk("{\"status\":\"Pulling\"}\n")}) {
    asked waiting{{begun + "...", hello}};
    const auto of_registry = pull(waiting, "");
    BOOST_TEST_REQUIRE(!of_registry.has_value());
    BOOST_TEST(of_registry.error().is_of_registry, of_registry.error().message);
  }
  asked cut{{streaming + chunk("{\"status\":\"Pulling\"}\n")}};
  BOOST_TEST(!pull(cut, "").has_value());
}

BOOST_AUTO_TEST_CASE(an_answer_is_bounded_and_a_wait_can_be_cancelled) {
  scripted_engine engine{{answer("200 OK", std::string(100'000, 'x')), "..."}};
  boost::asio::io_context loop{1};
  engine_connection first{loop.get_executor(), engine.path()};
  engine_call call;
  call.target = "/x";
  const steady_time patience = steady_clock::now() + std::chrono::seconds{60};
  BOOST_TEST((wait_for(loop, exchange(first, call, 50'000, patience)).error() == errc::body_too_large));

  engine_connection second{loop.get_executor(), engine.path()};
  boost::asio::co_spawn(
      loop,
      [](engine_connection& over) -> boost::asio::awaitable<void> {
        over.cancel();
        co_return;
      }(second),
      [](const std::exception_ptr&) {});
  BOOST_TEST((wait_for(loop, exchange(second, call, 50'000, patience)).error() == errc::cancelled));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(container_logs)

namespace {

std::string frame(char stream, const std::string& text) {
  return std::string{stream, '\0', '\0', '\0', '\0', '\0', '\0', static_cast<char>(text.size())} + text;
}

/// What stands in the file: streams and texts.
std::string kept(const std::filesystem::path& folder) {
  std::string all;
  std::ifstream file{folder / "log"};
  for (std::string line; std::getline(file, line);) all += line.substr(line.find(' ') + 1) + "\n";
  return all;
}

void follow(asked& engine, const std::shared_ptr<container_log>& log) {
  boost::asio::co_spawn(engine.loop, log->follow("c"), [](const std::exception_ptr& problem) {
    if (problem) std::rethrow_exception(problem);
  });
  engine.loop.restart();
  engine.loop.run();
}

const std::string gone = answer("404 Not Found", R"({"message":"no"})");
const container_log::bounds ample{1'000'000, 1'000'000};

}  // namespace

BOOST_AUTO_TEST_CASE(lose_nothing_and_repeat_nothing_when_the_connection_breaks_within_a_line) {
  const std::string begin = frame(1, "2026-01-01T00:01:00.1Z one\n") + frame(1, "2026-01-01T00:01:00.2Z half")
                            + frame(2, "2026-01-01T00:01:00.3Z between\n");
  const std::string late = frame(2, "2026-01-01T00:00:59Z set back\n");
  asked engine{{streaming + chunk(begin + late),
                streaming + chunk(begin + late + frame(1, "2026-01-01T00:01:00.25Z  a line\n")) + "0\r\n\r\n", gone}};
  const tests::temporary_folder folder;
  follow(engine, std::make_shared<container_log>(engine.loop, engine.api, folder.path(), ample, [] {}));
  BOOST_TEST(kept(folder.path()) == "stdout F one\nstderr F between\nstderr F set back\nstdout F half a line\n");
}

BOOST_AUTO_TEST_CASE(go_on_where_an_earlier_modelgate_stopped_reading) {
  const std::string begin = frame(1, "2026-01-01T00:01:00.1Z half") + frame(1, "2026-01-01T00:01:00.3Z  a line\n")
                            + frame(2, "2026-01-01T00:01:00.2Z other\n");
  const std::string half = frame(1, "2026-01-01T00:01:00.4Z ha");
  const tests::temporary_folder folder;
  {
    asked engine{{streaming + chunk(begin + half) + "..."}};
    const auto log = std::make_shared<container_log>(engine.loop, engine.api, folder.path(), ample, [] {});
    boost::asio::co_spawn(engine.loop, log->follow("c"), [](const std::exception_ptr&) {});
    while (kept(folder.path()).find("other") == std::string::npos) engine.loop.run_one();
    log->stop();
    engine.loop.run();
  }
  asked engine{{streaming + chunk(begin + half + frame(1, "2026-01-01T00:01:00.5Z lf\n")) + "0\r\n\r\n", gone}};
  const auto log = std::make_shared<container_log>(engine.loop, engine.api, folder.path(), ample, [] {});
  log->resume();
  follow(engine, log);
  BOOST_TEST(kept(folder.path()) == "stdout F half a line\nstderr F other\nstdout F half\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime::container
