// Models that come over http and https, from servers that mean well and others.
#include "control/runtime/model_store.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/packed_archive.hpp"
#include "tests/support/scripted_upstream.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>
#include <poll.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace modelgate::control::runtime {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using test::raw_socket;
using test::scripted_upstream;

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream{file, std::ios::binary}.rdbuf();
  return text.str();
}

std::string answer(const std::string& body, const std::string& status = "200 OK") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Answers every request so.
scripted_upstream::script answering(std::string text) {
  return [text = std::move(text)](raw_socket& connection, scripted_upstream& self) {
    for (std::string request = connection.receive_message(); !request.empty(); request = connection.receive_message()) {
      self.note(request);
      if (!connection.try_send(text)) return;
    }
  };
}

struct fetching {
  /// What is said; "" for success. The model is then at `whole`.
  std::string fetch(const std::string& uri, const std::string& replica = "deploy-iris-r1-0") {
    allow(uri);
    const auto fetched = store->ensure(replica, uri);
    if (!fetched) return fetched.error();
    whole = *fetched;
    return "";
  }
  /// Whatever is on that server.
  void allow(const std::string& uri) {
    settings.sources.push_back(uri.substr(0, uri.find('/', uri.find("://") + 3) + 1));
    if (!store) store.emplace(folder.path() / "store", settings, [this](const auto& host) { return resolve(host); });
    store->reconfigure(settings);
  }
  std::string uri(const scripted_upstream& server, const std::string& rest, const std::string& scheme = "http") const {
    return scheme + "://models.test:" + std::to_string(server.address().port) + rest;
  }
  result<std::vector<std::string>, std::string> resolve(const std::string& host) const {
    const auto found = names.find(host);
    if (found == names.end()) return {boost::system::in_place_error, "there is no host \"" + host + "\""};
    return {boost::system::in_place_value, found->second};
  }
  /// A model of one file, as an archive.
  std::string archive(const std::string& weights) const {
    tests::write_archive(folder.path() / "model.tar.gz", {{"deep/weights", weights}});
    return text_of(folder.path() / "model.tar.gz");
  }
  bool nothing_is_kept() const { return fs::is_empty(folder.path() / "store"); }

  tests::temporary_folder folder;
  config::model_settings settings;
  std::map<std::string, std::vector<std::string>> names{{"models.test", {"127.0.0.1"}}};
  std::optional<model_store> store;
  fs::path whole;
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(models_over_http, fetching)

BOOST_AUTO_TEST_CASE(are_fetched_once_and_unpacked) {
  scripted_upstream server{answering(answer(archive("0.5")))};
  BOOST_TEST(fetch(uri(server, "/iris.tar.gz?v=1")) == "");
  BOOST_TEST(text_of(whole / "deep/weights") == "0.5");
  BOOST_TEST(fetch(uri(server, "/iris.tar.gz?v=1"), "deploy-iris-r1-1") == "");
  const auto heard = server.requests();
  BOOST_TEST_REQUIRE(heard.size() == 1U);
  BOOST_TEST(heard[0].starts_with("GET /iris.tar.gz?v=1 HTTP/1.1\r\n"), heard[0]);
  BOOST_TEST(test::field_of(heard[0], "Host") == "models.test:" + std::to_string(server.address().port));
}

BOOST_AUTO_TEST_CASE(of_one_file_keep_its_name) {
  scripted_upstream server{answering(answer("just weights"))};
  BOOST_TEST(fetch(uri(server, "/team/iris.joblib")) == "");
  BOOST_TEST(text_of(whole / "iris.joblib") == "just weights");
}

BOOST_AUTO_TEST_CASE(that_have_another_checksum_are_not_used) {
  scripted_upstream server{answering(answer("abc"))};
  const std::string right = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  BOOST_TEST(
      contains(fetch(uri(server, "/iris.bin#sha256=" + std::string(64, '0'))), "has another checksum: " + right));
  BOOST_TEST(nothing_is_kept());
  BOOST_TEST(fetch(uri(server, "/iris.bin#sha256=" + right)) == "");
  BOOST_TEST(server.requests().back().starts_with("GET /iris.bin HTTP/1.1\r\n"));
}

BOOST_AUTO_TEST_CASE(over_tls_come_from_who_they_should) {
  const test::certificate_authority authority{folder.path()};
  const auto files = authority.issue_for("server", "models.test");
  const auto speaks_tls = [&](raw_socket& connection, scripted_upstream&) {
    connection.secure_as_server(files);
    if (!connection.receive_message().empty()) connection.send(answer("secret weights"));
  };
  settings.ca_file = authority.file();
  names["other.test"] = {"127.0.0.1"};
  scripted_upstream server{speaks_tls};
  BOOST_TEST(fetch(uri(server, "/iris.bin", "https")) == "");
  BOOST_TEST(text_of(whole / "iris.bin") == "secret weights");
  const std::string other = "https://other.test:" + std::to_string(server.address().port) + "/iris.bin";
  BOOST_TEST(contains(fetch(other, "deploy-iris-r2-0"), "TLS certificate not accepted"));
  settings.ca_file = test::certificate_authority{fs::path{folder.path()}, "somebody else"}.file();
  BOOST_TEST(contains(fetch(uri(server, "/iris.bin", "https"), "deploy-iris-r3-0"), "TLS certificate not accepted"));
}

BOOST_AUTO_TEST_CASE(that_are_too_large_are_left) {
  settings.bytes = 10'000;
  const std::string body(10'001, 'x');
  scripted_upstream told{answering(answer(body))};
  BOOST_TEST(contains(fetch(uri(told, "/iris.bin")), "has more than 10000 bytes (runtime.models.bytes)"));
  scripted_upstream untold{[&](raw_socket& connection, scripted_upstream&) {
    static_cast<void>(connection.receive_message());
    if (connection.try_send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"))
      while (connection.try_send("3e8\r\n" + std::string(1'000, 'x') + "\r\n")) {
      }
  }};
  BOOST_TEST(contains(fetch(uri(untold, "/iris.bin")), "has more than 10000 bytes (runtime.models.bytes)"));
  scripted_upstream packed{answering(answer(archive(std::string(1'000'000, '\0'))))};
  BOOST_TEST(contains(fetch(uri(packed, "/iris.tar.gz")), "it has more than 10000 bytes (runtime.models.bytes)"));
  BOOST_TEST(nothing_is_kept());
}

BOOST_AUTO_TEST_CASE(that_are_not_there_or_elsewhere_are_told_so) {
  scripted_upstream missing{answering(answer("no", "404 Not Found"))};
  BOOST_TEST(fetch(uri(missing, "/iris.bin")) == "the model \"" + uri(missing, "/iris.bin") + "\" was answered 404");
  scripted_upstream moved{[](raw_socket& connection, scripted_upstream&) {
    static_cast<void>(connection.receive_message());
    connection.send("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n");
  }};
  BOOST_TEST(contains(fetch(uri(moved, "/iris.bin")), "was answered 302"));
  names.clear();
  BOOST_TEST(contains(fetch(uri(moved, "/iris.bin")), "cannot be fetched: there is no host \"models.test\""));
  BOOST_TEST(nothing_is_kept());
}

BOOST_AUTO_TEST_CASE(that_break_off_are_not_used) {
  scripted_upstream server{[](raw_socket& connection, scripted_upstream&) {
    static_cast<void>(connection.receive_message());
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  }};
  BOOST_TEST(contains(fetch(uri(server, "/iris.bin")), "was not answered: "));
  BOOST_TEST(nothing_is_kept());
}

BOOST_AUTO_TEST_CASE(that_do_not_come_in_time_are_given_up) {
  settings.fetch_timeout = milliseconds{300};
  scripted_upstream silent{
      [](raw_socket& connection, scripted_upstream&) { static_cast<void>(connection.receive_all()); }};
  BOOST_TEST(contains(fetch(uri(silent, "/iris.bin")), "was not answered: "));
  scripted_upstream slow{[](raw_socket& connection, scripted_upstream&) {
    static_cast<void>(connection.receive_message());
    bool sent = connection.try_send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    for (; sent; ::poll(nullptr, 0, 50)) sent = connection.try_send("x");
  }};
  BOOST_TEST(contains(fetch(uri(slow, "/iris.bin")), "did not come within runtime.models.fetch_timeout"));
  BOOST_TEST(nothing_is_kept());
}

BOOST_AUTO_TEST_CASE(come_from_the_address_that_answers) {
  scripted_upstream server{answering(answer("weights"))};
  names["models.test"] = {"127.0.0.2", "127.0.0.1"};
  BOOST_TEST(fetch(uri(server, "/iris.bin")) == "");
  BOOST_TEST(text_of(whole / "iris.bin") == "weights");
}

BOOST_AUTO_TEST_CASE(that_nobody_wants_any_more_are_given_up) {
  std::promise<void> asked;
  std::promise<void> released;
  scripted_upstream server{[&](raw_socket& connection, scripted_upstream&) {
    static_cast<void>(connection.receive_message());
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegins");
    asked.set_value();
    released.get_future().wait();
    static_cast<void>(connection.try_send("goes on"));
    static_cast<void>(connection.receive_all());
  }};
  allow(uri(server, "/i"));
  auto fetched = std::async(std::launch::async, [&] { return store->ensure("deploy-iris-r1-0", uri(server, "/i")); });
  asked.get_future().wait();
  store->release("deploy-iris-r1-0");
  released.set_value();
  const auto given_up = fetched.get();
  BOOST_TEST_REQUIRE(!given_up.has_value());
  BOOST_TEST(contains(given_up.error(), "was given up: nobody wants it any more"), given_up.error());
  BOOST_TEST(nothing_is_kept());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime
