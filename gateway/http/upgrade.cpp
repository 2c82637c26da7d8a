#include "modelgate/http/upgrade.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <vector>

namespace modelgate::http {
namespace {

constexpr std::string_view key_name = "Sec-WebSocket-Key";
constexpr std::string_view version_name = "Sec-WebSocket-Version";
constexpr std::string_view accept_name = "Sec-WebSocket-Accept";

/// The only field of that name; none when there is no such field or more than one.
const field* only(const std::vector<field>& fields, std::string_view name) noexcept {
  const field* found = nullptr;
  for (const field& f : fields) {
    if (!equals_ignoring_case(f.name, name)) continue;
    if (found != nullptr) return nullptr;
    found = &f;
  }
  return found;
}

bool connection_names(const std::vector<field>& fields, std::string_view token) noexcept {
  return std::any_of(fields.begin(), fields.end(), [token](const field& f) {
    return f.id == field_id::connection && !f.alias && list_has_token(f.value, token);
  });
}

bool names_websocket_alone(const std::vector<field>& fields) noexcept {
  const field* upgrade = only(fields, "Upgrade");
  return upgrade != nullptr && equals_ignoring_case(upgrade->value, "websocket") && connection_names(fields, "Upgrade");
}

/// 16 bytes in base64: 22 characters, of which the last carries four bits only, and two of padding.
bool is_key(std::string_view text) noexcept {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.size() != 24 || !text.ends_with("==")) return false;
  text.remove_suffix(2);
  if (text.find_first_not_of(alphabet) != std::string_view::npos) return false;
  return alphabet.find(text.back()) % 16 == 0;
}

}  // namespace

websocket_accept accept_of(std::string_view key) noexcept {
  constexpr std::string_view suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  constexpr std::size_t sha1_size = 20;
  std::array<char, 64> text{};
  const std::size_t key_size = std::min(key.size(), text.size() - suffix.size());
  std::copy_n(key.begin(), key_size, text.begin());
  std::copy(suffix.begin(), suffix.end(), text.begin() + static_cast<std::ptrdiff_t>(key_size));
  std::array<unsigned char, sha1_size> digest{};
  websocket_accept accept{};
  if (EVP_Digest(text.data(), key_size + suffix.size(), digest.data(), nullptr, EVP_sha1(), nullptr) != 1)
    return accept;
  std::array<unsigned char, std::tuple_size_v<websocket_accept> + 1> encoded{};  // OpenSSL ends it with a zero
  EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
  std::copy_n(encoded.begin(), accept.size(), accept.begin());
  return accept;
}

std::optional<websocket_accept> asks_for_websocket(const request_head& head, const request_framing& framing) noexcept {
  if (head.verb != method::get || head.minor_version != 1 || framing.body.kind != body_kind::none) return std::nullopt;
  if (!names_websocket_alone(head.fields)) return std::nullopt;
  const field* key = only(head.fields, key_name);
  const field* version = only(head.fields, version_name);
  if (key == nullptr || version == nullptr || !is_key(key->value) || version->value != "13") return std::nullopt;
  if (connection_names(head.fields, key_name) || connection_names(head.fields, version_name)) return std::nullopt;
  return accept_of(key->value);
}

bool switches_to_websocket(const response_head& head, const websocket_accept& expected) noexcept {
  if (head.status != 101 || head.minor_version != 1 || !names_websocket_alone(head.fields)) return false;
  if (head.find(field_id::transfer_encoding) != nullptr || head.find(field_id::content_length) != nullptr) return false;
  const field* accept = only(head.fields, accept_name);
  return accept != nullptr && accept->value == std::string_view{expected.data(), expected.size()}
         && !connection_names(head.fields, accept_name);
}

}  // namespace modelgate::http
