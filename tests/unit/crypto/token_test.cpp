#include "modelgate/crypto/token.hpp"

#include "modelgate/base/errc.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

namespace modelgate::crypto {
namespace {

BOOST_AUTO_TEST_SUITE(token)

BOOST_AUTO_TEST_CASE(has_prefix_body_and_checksum) {
  const secret client = generate_token(token_kind::client);
  const secret api = generate_token(token_kind::api);
  BOOST_TEST(client.reveal().size() == 53U);
  BOOST_TEST(client.reveal().starts_with("mgc_"));
  BOOST_TEST(api.reveal().starts_with("mga_"));
  const std::string_view base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  BOOST_TEST(client.reveal().find_first_not_of(base62, 4) == std::string_view::npos);
}

BOOST_AUTO_TEST_CASE(is_never_the_same_twice) {
  std::set<std::string, std::less<>> seen;
  for (int i = 0; i < 200; ++i) BOOST_REQUIRE(seen.emplace(generate_token(token_kind::client).reveal()).second);
}

BOOST_AUTO_TEST_CASE(is_recognised_by_its_kind) {
  const secret made = generate_token(token_kind::client);
  BOOST_CHECK(inspect_token(token_kind::client, made.reveal()) == token_form::well_formed);
  BOOST_CHECK(inspect_token(token_kind::api, made.reveal()) == token_form::foreign);
}

BOOST_AUTO_TEST_CASE(one_wrong_character_anywhere_is_a_typo) {
  const secret made = generate_token(token_kind::api);
  for (std::size_t i = 4; i < made.reveal().size(); ++i) {
    std::string wrong{made.reveal()};
    wrong[i] = wrong[i] == 'x' ? 'y' : 'x';
    BOOST_CHECK(inspect_token(token_kind::api, wrong) == token_form::mistyped);
  }
}

BOOST_AUTO_TEST_CASE(a_missing_or_extra_character_is_a_typo) {
  const secret made = generate_token(token_kind::api);
  BOOST_CHECK(inspect_token(token_kind::api, made.reveal().substr(0, 52)) == token_form::mistyped);
  BOOST_CHECK(inspect_token(token_kind::api, std::string{made.reveal()} + "x") == token_form::mistyped);
  BOOST_CHECK(inspect_token(token_kind::api, "mga_") == token_form::mistyped);
}

BOOST_AUTO_TEST_CASE(anything_else_is_foreign) {
  for (const char* text : {"", "mga", "MGA_", "Bearer x", "hunter2"}) {
    BOOST_CHECK(inspect_token(token_kind::api, text) == token_form::foreign);
  }
}

BOOST_AUTO_TEST_CASE(the_checksum_is_crc_32_in_base62) {
  // CRC-32 of "mgc_" and 43 zeros, computed with zlib.
  const std::string body = "mgc_" + std::string(43, '0');
  BOOST_CHECK(inspect_token(token_kind::client, body + "2bKx94") == token_form::well_formed);
}

BOOST_AUTO_TEST_CASE(shows_no_more_than_its_first_characters) {
  BOOST_TEST(display_prefix("mgc_4mXoSECRET") == "mgc_4mXo");
  BOOST_TEST(display_prefix("mgc") == "mgc");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(digest)

BOOST_AUTO_TEST_CASE(round_trips_through_hexadecimal) {
  const token_digest made = token_key::generate().hash("token");
  const std::string text = to_hex(made);
  BOOST_TEST(text.size() == 64U);
  BOOST_TEST(digest_from_hex(text)->equal(made));
}

BOOST_AUTO_TEST_CASE(other_texts_are_refused) {
  const std::string most(62, '0');
  for (const std::string& text : {std::string{}, most, most + "0", most + "0g", most + "0A", most + "000"}) {
    BOOST_CHECK(digest_from_hex(text).error() == errc::invalid_argument);
  }
}

BOOST_AUTO_TEST_CASE(differs_in_any_bit) {
  const token_digest made = token_key::generate().hash("token");
  BOOST_TEST(made.equal(made));
  for (std::size_t i = 0; i < made.bytes.size(); ++i) {
    token_digest other = made;
    other.bytes[i] ^= 1;
    BOOST_TEST(!made.equal(other));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::crypto
