#include "crypto/openssl.hpp"

#include <array>
#include <bit>
#include <stdexcept>
#include <string>

namespace mintage::crypto {

void throw_openssl_failure(const char* what) {
  auto reason = std::array<char, 256>{};
  ERR_error_string_n(ERR_peek_last_error(), reason.data(), reason.size());
  ERR_clear_error();
  throw std::runtime_error{std::string{what} + ": " + reason.data()};
}

const EVP_MD* sha2_method(sha2 which) {
  static const auto methods = [] {
    auto fetched = std::array<const EVP_MD*, 3>{};
    constexpr auto names = std::array{"SHA256", "SHA384", "SHA512"};
    for (auto i = std::size_t{0}; i < names.size(); ++i) {
      fetched[i] = EVP_MD_fetch(nullptr, names[i], nullptr);
      require(fetched[i] != nullptr, "EVP_MD_fetch");
    }
    return fetched;
  }();
  return methods[static_cast<std::size_t>(which)];
}

void write_words(const BIGNUM* number, std::span<std::uint64_t> out) {
  static_assert(std::endian::native == std::endian::little);
  const auto octets = static_cast<int>(out.size_bytes());
  require(BN_bn2lebinpad(number, reinterpret_cast<unsigned char*>(out.data()), octets) == octets,
          "BN_bn2lebinpad");
}

}  // namespace mintage::crypto
