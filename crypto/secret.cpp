#include "crypto/secret.hpp"

#include <openssl/crypto.h>

namespace mintage::crypto {

secret_string& secret_string::operator=(const secret_string& other) {
  return *this = secret_string{other};
}

secret_string& secret_string::operator=(secret_string&& other) noexcept {
  if (this != &other) {
    wipe(text_);
    text_ = std::move(other.text_);
    wipe(other.text_);
  }
  return *this;
}

void secret_string::wipe(std::string& text) noexcept {
  // The buffer may hold octets of longer, former content beyond the end. Resizing to the capacity
  // does not allocate.
  text.resize(text.capacity());
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

}  // namespace mintage::crypto
