#include "crypto/openssl.hpp"

#include <array>
#include <stdexcept>
#include <string>

namespace mintage::crypto {

void throw_openssl_failure(const char* what) {
  auto reason = std::array<char, 256>{};
  ERR_error_string_n(ERR_peek_last_error(), reason.data(), reason.size());
  ERR_clear_error();
  throw std::runtime_error{std::string{what} + ": " + reason.data()};
}

const EVP_MD* sha256_method() {
  static const EVP_MD* const method = [] {
    auto* fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    require(fetched != nullptr, "EVP_MD_fetch");
    return fetched;
  }();
  return method;
}

}  // namespace mintage::crypto
