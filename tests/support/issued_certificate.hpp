/// @file
/// Certificates that an authority of tests issues, as values.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "crypto/certificate.hpp"
#include "loopback/certificate_authority.hpp"

namespace mintage::test {

/// The DER of the first certificate in a PEM file.
[[nodiscard]] inline std::string first_der_in(const std::filesystem::path& file) {
  constexpr auto end = std::string_view{"-----END CERTIFICATE-----"};
  auto in = std::ifstream{file, std::ios::binary};
  const auto pem = std::string{std::istreambuf_iterator<char>{in}, {}};
  return crypto::der_of_pem(pem.substr(0, pem.find(end) + end.size())).value_or("");
}

/// An authority with a folder of its own.
class issuer_of_certificates {
 public:
  issuer_of_certificates() {
    auto pattern = (std::filesystem::temp_directory_path() / "mintage-crt-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~issuer_of_certificates() { std::filesystem::remove_all(folder_); }
  issuer_of_certificates(const issuer_of_certificates&) = delete;
  issuer_of_certificates& operator=(const issuer_of_certificates&) = delete;

  [[nodiscard]] std::string der(const loopback::certificate_wish& wish) const {
    return first_der_in(authority_.issue(folder_, "one", wish).certificate);
  }
  [[nodiscard]] crypto::certificate read(
      const loopback::certificate_wish& wish,
      crypto::chain_verdict chain = crypto::chain_verdict::verified) const {
    return crypto::certificate::read(der(wish), chain).value();
  }

 private:
  loopback::certificate_authority authority_;
  std::filesystem::path folder_;
};

}  // namespace mintage::test
