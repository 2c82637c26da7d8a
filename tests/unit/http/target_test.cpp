#include "modelgate/http/target.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::http {

BOOST_AUTO_TEST_SUITE(target)

BOOST_AUTO_TEST_CASE(has_one_normal_form) {
  std::string storage;
  const auto plain = normalise_target("/deployment/a-b/v1/models/m:predict?x=%20&y", storage);
  BOOST_REQUIRE(plain.has_value());
  BOOST_TEST(plain->path == "/deployment/a-b/v1/models/m:predict");
  BOOST_TEST(plain->query == "x=%20&y");
  BOOST_TEST(plain->has_query);
  BOOST_TEST(storage.empty());
  BOOST_TEST(normalise_target("/%70riv/%7e%c3%a9", storage)->path == "/priv/~%C3%A9");
  BOOST_TEST(!normalise_target("/a", storage)->has_query);
  BOOST_TEST(normalise_target("/a?", storage)->has_query);
  BOOST_TEST(normalise_target("/a/", storage)->path == "/a/");
}

BOOST_AUTO_TEST_CASE(refuses_what_a_second_decoder_could_read_differently) {
  std::string storage;
  for (const char* doubtful : {"/a/../b",  "/a/./b", "/a/..", "/.",     "/%2e%2e/b", "/a/%2E/b", "/a//b",     "//a",
                               "/a/..;/b", "/a;b",   "/a\\b", "/a%2fb", "/a%5cb",    "/a%00b",   "/a%0d%0ab", "/a%25b",
                               "/%252e",   "/a%",    "/a%2",  "/a%zz",  "/a\"b",     "/a<b",     "/a{b",      "/a^b",
                               "/a|b",     "/a`b",   "/a[b",  "/a?b#c", "/a?b\"c",   "/a?%z",    "a",         ""}) {
    BOOST_TEST(!normalise_target(doubtful, storage).has_value(), doubtful);
  }
}

BOOST_AUTO_TEST_CASE(escaped_bytes_are_utf8_in_its_one_form) {
  std::string storage;
  for (const char* text : {"/%c3%a9", "/%e2%82%ac", "/%f0%9f%98%80", "/%ed%9f%bf", "/%ee%80%80", "/%f4%8f%bf%bf"}) {
    BOOST_TEST(normalise_target(text, storage).has_value(), text);
  }
  for (const char* text : {"/%c0%ae", "/%c1%bf", "/%e0%80%ae", "/%e0%9f%bf", "/%f0%80%80%ae", "/%f0%8f%bf%bf",
                           "/%ed%a0%80", "/%f4%90%80%80", "/%f5%80%80%80", "/%ff", "/%80", "/%c3", "/%c3a", "/%c3/x",
                           "/%c3%c3%a9", "/%c3%41", "/%e2%82", "/%e2%82x"}) {
    BOOST_TEST(!normalise_target(text, storage).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(is_its_own_normal_form) {
  std::string once;
  std::string twice;
  for (const char* text : {"/%41%7a/%c3%a9", "/x%20y", "/a:b@c!$&'()*+,="}) {
    const std::string first{normalise_target(text, once)->path};
    BOOST_TEST(normalise_target(first, twice)->path == first);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::http
