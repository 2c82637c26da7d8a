#include "modelgate/crypto/base64.hpp"

#include <boost/test/unit_test.hpp>
#include <sodium.h>

#include <array>
#include <random>
#include <string>

namespace modelgate::crypto {
namespace {

std::optional<std::string> decode(std::string_view text) {
  std::array<char, 1'024> room{};
  const auto size = decode_base64(text, room);
  if (!size) return std::nullopt;
  return std::string{room.data(), *size};
}

/// What libsodium makes of it, which takes bytes over 0x7f for digits.
std::optional<std::string> decode_by_libsodium(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return std::nullopt;
  }
  std::array<unsigned char, 1'024> room{};
  std::size_t size = 0;
  if (sodium_base642bin(room.data(), room.size(), text.data(), text.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_ORIGINAL)
      != 0) {
    return std::nullopt;
  }
  return std::string{room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size)};
}

std::string encode(std::string_view bytes) {
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // its terminator
  return text;
}

BOOST_AUTO_TEST_SUITE(base64_suite)

BOOST_AUTO_TEST_CASE(decodes_the_examples_of_its_standard) {
  BOOST_TEST((decode("") == ""));
  BOOST_TEST((decode("Zg==") == "f"));
  BOOST_TEST((decode("Zm8=") == "fo"));
  BOOST_TEST((decode("Zm9v") == "foo"));
  BOOST_TEST((decode("Zm9vYg==") == "foob"));
  BOOST_TEST((decode("Zm9vYmE=") == "fooba"));
  BOOST_TEST((decode("Zm9vYmFy") == "foobar"));
}

BOOST_AUTO_TEST_CASE(refuses_what_no_encoder_makes) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zh==", "Zm9=", "Zm8=Zm8=", "Zm 8", "Zm8\n",
                           "Zm-v", "Zm_v", "=m8=", "Z=8=", "Zm8v====", "\x80m8v"}) {
    BOOST_TEST_CONTEXT(text) BOOST_TEST(!decode(text));
  }
}

BOOST_AUTO_TEST_CASE(says_when_there_is_no_room) {
  std::array<char, 2> room{};
  BOOST_TEST(!decode_base64("Zm9v", room));
  BOOST_TEST((decode_base64("Zm8=", room) == 2U));
}

BOOST_AUTO_TEST_CASE(agrees_with_libsodium_on_every_character_at_every_place) {
  for (int c = 0; c < 256; ++c) {
    for (std::size_t at = 0; at < 8; ++at) {
      std::string text = "Zm9vYmFy";
      text[at] = static_cast<char>(c);
      BOOST_TEST_CONTEXT(c << " at " << at) BOOST_TEST((decode(text) == decode_by_libsodium(text)));
    }
  }
}

BOOST_AUTO_TEST_CASE(agrees_with_libsodium_on_whatever_was_encoded_and_what_was_changed_in_it) {
  std::mt19937 chance{20'260'101};
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(chance() % 200, '\0');
    for (char& each : bytes) each = static_cast<char>(chance());
    std::string text = encode(bytes);
    BOOST_REQUIRE((decode(text) == bytes));
    if (text.empty()) continue;
    text[chance() % text.size()] = static_cast<char>(chance() % 128);
    if (chance() % 4 == 0) text.resize(chance() % text.size());
    BOOST_REQUIRE((decode(text) == decode_by_libsodium(text)));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::crypto
