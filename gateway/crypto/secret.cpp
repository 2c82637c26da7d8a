#include "modelgate/crypto/secret.hpp"

#include <sodium.h>

#include <utility>

namespace modelgate::crypto {
namespace {

/// A string that was moved from may still hold a short text in place: so the whole capacity is wiped, not the size.
void wipe(std::string& text) noexcept {
  text.resize(text.capacity());
  sodium_memzero(text.data(), text.size());
  text.clear();
}

}  // namespace

secret::secret(std::string text) noexcept : text_{std::move(text)} {
  wipe(text);
}

secret::secret(secret&& other) noexcept : text_{std::move(other.text_)} {
  wipe(other.text_);
}

secret& secret::operator=(secret&& other) noexcept {
  if (this != &other) {
    wipe(text_);
    text_ = std::move(other.text_);
    wipe(other.text_);
  }
  return *this;
}

secret::~secret() {
  wipe(text_);
}

}  // namespace modelgate::crypto
