#include "modelgate/crypto/key_ring.hpp"

#include "modelgate/base/errc.hpp"
#include "modelgate/base/private_file.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>

namespace modelgate::crypto {
namespace {

constexpr std::size_t name_size = 11;  // 8 bytes in base64 without padding
constexpr int base64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

std::string to_base64(const std::uint8_t* bytes, std::size_t size) {
  std::string text(sodium_base64_encoded_len(size, base64), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes, size, base64);
  text.pop_back();  // the terminating zero
  return text;
}

std::vector<std::uint8_t> from_base64(std::string_view text) {
  if (text.empty()) return {};
  std::vector<std::uint8_t> bytes(text.size());
  std::size_t size = 0;
  const char* end = nullptr;
  const bool good =
      sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, &end, base64) == 0
      && end == text.data() + text.size();
  bytes.resize(good ? size : 0);
  return bytes;
}

/// As many bytes as there are, up to one more than `most`. Errors: what the file system says.
result<std::string> read_up_to(const std::filesystem::path& file, std::size_t most) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return error_code{errno, boost::system::system_category()};
  std::string bytes(most + 1, '\0');
  const ssize_t count = ::read(fd, bytes.data(), bytes.size());
  const int problem = errno;
  ::close(fd);
  if (count < 0) return error_code{problem, boost::system::system_category()};
  bytes.resize(static_cast<std::size_t>(count));
  return bytes;
}

}  // namespace

key_ring::key::~key() {
  sodium_memzero(bytes.data(), bytes.size());
}

std::string key_ring::key::name() const {
  std::array<std::uint8_t, crypto_generichash_BYTES_MIN> digest{};
  crypto_generichash(digest.data(), digest.size(), bytes.data(), bytes.size(), nullptr, 0);
  return to_base64(digest.data(), 8);
}

key_ring key_ring::generate() {
  std::vector<key> keys(1);
  crypto_secretbox_keygen(keys.front().bytes.data());
  return key_ring{std::move(keys)};
}

result<key_ring> key_ring::load_or_create(const std::filesystem::path& file) {
  auto bytes = read_up_to(file, most_keys * key_size);
  if (!bytes) {
    if (bytes.error() != boost::system::errc::no_such_file_or_directory) return bytes.error();
    key_ring made = generate();
    if (const error_code problem = made.save(file)) return problem;
    return made;
  }
  const secret read{std::move(*bytes)};
  const std::string_view text = read.reveal();
  if (text.empty() || text.size() % key_size != 0 || text.size() > most_keys * key_size) {
    return make_error_code(errc::invalid_argument);
  }
  std::vector<key> keys(text.size() / key_size);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    std::memcpy(keys[i].bytes.data(), text.data() + i * key_size, key_size);
  }
  return key_ring{std::move(keys)};
}

error_code key_ring::save(const std::filesystem::path& file) const {
  std::string bytes;
  bytes.reserve(keys_.size() * key_size);
  for (const key& each : keys_) bytes.append(reinterpret_cast<const char*>(each.bytes.data()), key_size);
  const secret written{std::move(bytes)};
  return write_private_file(file, written.reveal());
}

std::string key_ring::seal(std::string_view text) const {
  const key& with = keys_.front();
  std::vector<std::uint8_t> box(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + text.size());
  randombytes_buf(box.data(), crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(box.data() + crypto_secretbox_NONCEBYTES, reinterpret_cast<const unsigned char*>(text.data()),
                        text.size(), box.data(), with.bytes.data());
  return with.name() + "." + to_base64(box.data(), box.size());
}

result<secret> key_ring::open(std::string_view sealed) const {
  constexpr std::size_t overhead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  if (sealed.size() <= name_size || sealed[name_size] != '.') return make_error_code(errc::invalid_argument);
  const auto found = std::find_if(keys_.begin(), keys_.end(),
                                  [&](const key& each) { return each.name() == sealed.substr(0, name_size); });
  const std::vector<std::uint8_t> box = from_base64(sealed.substr(name_size + 1));
  if (found == keys_.end() || box.size() < overhead) return make_error_code(errc::invalid_argument);
  std::string text(box.size() - overhead, '\0');
  if (crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(text.data()),
                                 box.data() + crypto_secretbox_NONCEBYTES, box.size() - crypto_secretbox_NONCEBYTES,
                                 box.data(), found->bytes.data())
      != 0) {
    return make_error_code(errc::invalid_argument);
  }
  return secret{std::move(text)};
}

bool key_ring::is_current(std::string_view sealed) const noexcept {
  return sealed.substr(0, name_size) == keys_.front().name();
}

key_ring key_ring::with_new_key() const {
  assert(keys_.size() == 1);
  key_ring next = generate();
  next.keys_.push_back(keys_.front());
  return next;
}

key_ring key_ring::only_current() const {
  return key_ring{{keys_.front()}};
}

}  // namespace modelgate::crypto
