// The driver with real sockets and files, and a name server of the test's own.
#include "control/runtime/external/external_driver.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/scripted_upstream.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>

namespace modelgate::control::runtime::external {
namespace {

using domain::replica_phase;
using modelgate::test::raw_socket;
using modelgate::test::scripted_upstream;
using std::chrono::milliseconds;

constexpr auto patience = std::chrono::seconds{30};

/// A driver, and a test's way to wait for what it sees.
class running_driver {
 public:
  explicit running_driver(milliseconds interval = milliseconds{10})
      : driver_{make_settings(interval), make_health(), [this] { return own_; },
                [this](const auto& host) { return ask(host); }} {
    driver_.set_change_listener([this] {
      const std::lock_guard lock{mutex_};
      ++changes_;
      changed_.notify_all();
    });
  }
  ~running_driver() { driver_.set_change_listener({}); }

  external_driver& driver() { return driver_; }

  void follow(const domain::external_source& from) { driver_.follow({{"d", 1, from}}); }
  void start(std::uint32_t index) {
    replica_spec spec;
    spec.deployment = "d";
    spec.revision = 1;
    spec.index = index;
    spec.name = "deploy-d-r1-" + std::to_string(index);
    BOOST_TEST(driver_.start(spec).has_value());
  }
  void point(const std::string& host, std::vector<std::string> addresses) {
    const std::lock_guard lock{mutex_};
    names_[host] = std::move(addresses);
  }
  void write(const std::string& text) const {
    const auto draft = folder.path() / "draft";
    std::ofstream{draft} << text;
    std::filesystem::rename(draft, folder.path() / "iris.txt");
  }
  template <class Check>
  bool wait_for(Check check) {
    const auto deadline = steady_clock::now() + patience;
    std::unique_lock lock{mutex_};
    for (;;) {
      const int seen = changes_;
      lock.unlock();
      if (check()) return true;
      lock.lock();
      if (!changed_.wait_until(lock, deadline, [&] { return changes_ != seen; })) return false;
    }
  }
  bool wait_for_phase(std::size_t index, replica_phase phase) {
    return wait_for([&] {
      const auto seen = driver_.observe();
      return seen.size() > index && seen[index].phase == phase;
    });
  }
  config::external_runtime_settings make_settings(milliseconds interval) const {
    config::external_runtime_settings settings;
    settings.folder = folder.path();
    settings.resolve_interval = settings.poll_interval = settings.probe_interval = interval;
    return settings;
  }
  std::uint32_t count() const { return driver_.source("d", 1).value().replicas; }

  tests::temporary_folder folder;

 private:
  static config::health_settings make_health() {
    config::health_settings health;
    health.warm_up_interval = milliseconds{10};
    return health;
  }
  resolution_result ask(const std::string& host) {
    const std::lock_guard lock{mutex_};
    const auto found = names_.find(host);
    if (found == names_.end()) return {boost::system::in_place_error, "no such name"};
    return resolution{found->second, {}};
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int changes_ = 0;
  std::map<std::string, std::vector<std::string>> names_;
  std::vector<net::endpoint> own_{{"127.0.0.1", 1}};
  external_driver driver_;
};

std::string url_of(const scripted_upstream& replica) {
  return "http://" + net::to_string(replica.address());
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(external_driver_suite, running_driver)

BOOST_AUTO_TEST_CASE(a_replica_that_takes_connections_is_ready_until_it_is_gone) {
  scripted_upstream replica;
  follow({{url_of(replica)}, {}, {}});
  BOOST_TEST(count() == 1);
  start(0);
  BOOST_TEST_REQUIRE(wait_for_phase(0, replica_phase::ready));
  BOOST_TEST((driver().observe()[0].address == replica.address()));
  replica.stop();
  BOOST_TEST_REQUIRE(wait_for_phase(0, replica_phase::unready));
}

BOOST_AUTO_TEST_CASE(other_intervals_hold_for_waits_that_begin_afterwards) {
  running_driver slow{milliseconds{3'600'000}};
  slow.driver().reconfigure(slow.make_settings(milliseconds{10}));
  scripted_upstream replica;
  slow.follow({{url_of(replica)}, {}, {}});
  slow.start(0);
  BOOST_TEST_REQUIRE(slow.wait_for_phase(0, replica_phase::ready));
  replica.stop();
  BOOST_TEST(slow.wait_for_phase(0, replica_phase::unready));
}

BOOST_AUTO_TEST_CASE(a_health_path_must_answer_200) {
  std::atomic<bool> healthy{false};
  scripted_upstream replica{[&](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    connection.send(healthy ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                            : "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
  }};
  follow({{url_of(replica)}, {}, "/health?deep=1"});
  start(0);
  BOOST_TEST_REQUIRE(wait_for([&] {
    const auto seen = driver().observe();
    return seen[0].reason.ends_with("GET /health?deep=1 answered 503");
  }));
  BOOST_TEST(replica.await_requests(1)[0].starts_with("GET /health?deep=1 HTTP/1.1\r\n"));
  healthy = true;
  BOOST_TEST_REQUIRE(wait_for_phase(0, replica_phase::ready));
}

BOOST_AUTO_TEST_CASE(an_example_request_must_be_answered_before_it_is_ready) {
  std::atomic<int> examples{0};
  scripted_upstream replica{[&](raw_socket& connection, scripted_upstream& self) {
    const std::string request = connection.receive_message();
    self.note(request);
    const bool refused = request.starts_with("POST /predict ") && ++examples < 3;
    connection.send(refused ? "HTTP/1.1 500 Oh\r\nContent-Length: 12\r\n\r\nno weights\n\xff"
                            : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  }};
  follow({{url_of(replica)}, {}, "/health"});
  replica_spec spec;
  spec.deployment = "d";
  spec.revision = 1;
  spec.name = "deploy-d-r1-0";
  spec.protocol = config::upstream_protocol::seldon;
  spec.example_request = R"({"data":1})";
  std::atomic<bool> said_why{false};
  BOOST_TEST(driver().start(spec).has_value());
  BOOST_TEST_REQUIRE(wait_for([&] {
    const auto seen = driver().observe();
    said_why = said_why || seen[0].reason.ends_with("POST /predict, was answered 500: no weights ?");
    return seen[0].phase == replica_phase::ready;
  }));
  BOOST_TEST(said_why);
  std::vector<std::string> asked = replica.requests();
  BOOST_TEST_REQUIRE(asked.size() >= 6U);  // health, example, health, example, health, example
  for (std::size_t i = 0; i < 6; ++i) {
    BOOST_TEST(asked[i].starts_with(i % 2 == 0 ? "GET /health " : "POST /predict "), asked[i]);
  }
  BOOST_TEST(asked[1].ends_with("\r\n\r\n{\"data\":1}"));
  BOOST_TEST(asked[1].find("application/json") != std::string::npos);
  static_cast<void>(replica.await_requests(asked.size() + 3));
  asked = replica.requests();
  for (std::size_t i = 6; i < asked.size(); ++i) BOOST_TEST(asked[i].starts_with("GET /health "), asked[i]);
}

BOOST_AUTO_TEST_CASE(a_name_is_followed_wherever_it_points) {
  scripted_upstream replica;
  point("models.lan", {"127.0.0.1"});
  follow({{"http://models.lan:" + std::to_string(replica.address().port)}, {}, {}});
  BOOST_TEST_REQUIRE(wait_for([&] { return count() == 1; }));
  start(0);
  BOOST_TEST_REQUIRE(wait_for_phase(0, replica_phase::ready));
  point("models.lan", {"127.0.0.1", "127.0.0.2"});
  BOOST_TEST_REQUIRE(wait_for([&] { return count() == 2; }));
  point("models.lan", {"127.0.0.2"});
  BOOST_TEST_REQUIRE(wait_for_phase(0, replica_phase::draining));
  driver().stop("deploy-d-r1-0");
  BOOST_TEST(driver().observe().empty());
}

BOOST_AUTO_TEST_CASE(a_file_is_read_again_when_it_changes) {
  scripted_upstream first;
  scripted_upstream second;
  follow({{}, "iris.txt", {}});
  BOOST_TEST_REQUIRE(wait_for([&] { return !driver().source("d", 1)->trouble.empty(); }));
  write(url_of(first) + "\n");
  BOOST_TEST_REQUIRE(wait_for([&] { return count() == 1; }));
  start(0);
  BOOST_TEST_REQUIRE(wait_for_phase(0, replica_phase::ready));
  write("broken\n");
  BOOST_TEST_REQUIRE(wait_for([&] { return driver().source("d", 1)->trouble.find("line 1") != std::string::npos; }));
  BOOST_TEST(count() == 1);
  write(url_of(first) + "\n" + url_of(second) + "\n");
  BOOST_TEST_REQUIRE(wait_for([&] { return count() == 2; }));
  start(1);
  BOOST_TEST_REQUIRE(wait_for_phase(1, replica_phase::ready));
  write(url_of(second) + "\n");
  BOOST_TEST_REQUIRE(wait_for_phase(0, replica_phase::draining));
}

BOOST_AUTO_TEST_CASE(a_replica_that_speaks_tls_has_to_prove_its_name) {
  const test::certificate_authority authority{folder.path()};
  const test::certificate_files files = authority.issue_for("model", "models.lan");
  scripted_upstream replica{[&](raw_socket& connection, scripted_upstream& self) {
    connection.secure_as_server(files);
    self.note(connection.receive_message());
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  }};
  const std::string port = ":" + std::to_string(replica.address().port);
  const auto is_distrusted = [&] {
    return wait_for([&] {
      const auto seen = driver().observe();
      return !seen.empty() && seen[0].reason.ends_with("TLS certificate not accepted");
    });
  };
  point("models.lan", {"127.0.0.1"});
  point("others.lan", {"127.0.0.1"});
  follow({{"https://models.lan" + port}, {}, "/health"});
  BOOST_TEST_REQUIRE(wait_for([&] { return count() == 1; }));
  start(0);
  BOOST_TEST_REQUIRE(is_distrusted());  // the system's authorities do not know it
  BOOST_TEST_REQUIRE(driver().reload_authorities(authority.file()).has_value());
  BOOST_TEST_REQUIRE(wait_for_phase(0, replica_phase::ready));
  BOOST_TEST(driver().observe()[0].tls_server_name == "models.lan");
  BOOST_TEST(test::field_of(replica.await_requests(1)[0], "Host") == "models.lan" + port);

  driver().stop("deploy-d-r1-0");
  follow({{"https://others.lan" + port}, {}, {}});
  BOOST_TEST_REQUIRE(wait_for([&] { return count() == 1; }));
  start(0);
  BOOST_TEST_REQUIRE(is_distrusted());  // a trusted certificate, for another name
}

BOOST_AUTO_TEST_CASE(a_source_is_checked_before_it_is_taken) {
  const auto mistakes =
      driver().check_source({{"http://10.1.1.1", "http://8.8.8.8", "http://127.0.0.1:1", "http://x.lan"}, {}, {}});
  BOOST_TEST_REQUIRE(mistakes.size() == 2);
  BOOST_TEST(mistakes[0].where == "/urls/1");
  BOOST_TEST(mistakes[1].where == "/urls/2");
  BOOST_TEST(driver().check_source({{}, "iris.txt", {}}).empty());
  external_driver without_folder{{}, {}, [] { return std::vector<net::endpoint>{}; }};
  BOOST_TEST_REQUIRE(without_folder.check_source({{}, "iris.txt", {}}).size() == 1);
  BOOST_TEST(without_folder.check_source({{}, "iris.txt", {}})[0].where == "/file");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime::external
