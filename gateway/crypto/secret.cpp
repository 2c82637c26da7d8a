#include "modelgate/crypto/secret.hpp"

#include <sodium.h>
#include <utility>

namespace modelgate::crypto {

// A moved-from std::string may keep a short text in place, so moving is a copy followed by a wipe.
secret::secret(secret&& other) noexcept : text_{std::move(other.text_)} { other.wipe(); }

secret& secret::operator=(secret&& other) noexcept {
  if (this != &other) {
    wipe();
    text_ = std::move(other.text_);
    other.wipe();
  }
  return *this;
}

secret::~secret() { wipe(); }

void secret::wipe() noexcept {
  text_.resize(text_.capacity());
  sodium_memzero(text_.data(), text_.size());
  text_.clear();
}

}  // namespace modelgate::crypto
