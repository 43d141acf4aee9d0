/// @file
/// A certificate authority for tests and measurements.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mintage::loopback {

template <auto Free>
struct freed {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
using x509_ptr = std::unique_ptr<X509, freed<X509_free>>;
using evp_key_ptr = std::unique_ptr<EVP_PKEY, freed<EVP_PKEY_free>>;

enum class key_kind { p256, rsa_2048, rsa_1024 };

struct pem_pair {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

/// A certificate that an authority is asked for.
struct certificate_wish {
  key_kind kind = key_kind::p256;
  /// Types and values of the subject in the order of the certificate, as {"O", "Example"}.
  std::vector<std::pair<std::string, std::string>> subject{};
  /// Subject alternative names in the syntax of OpenSSL's config; empty = none.
  std::string alternatives{};
  /// Extended key usage; empty = none.
  std::string usage = "clientAuth";
  std::chrono::seconds begins{-60};
  std::chrono::seconds ends{86400};
};

/// Issues certificates that are valid for a day by default. Its key is generated on construction.
class certificate_authority {
 public:
  certificate_authority();

  /// Writes FOLDER/NAME.pem, the certificate followed by the authority's, and FOLDER/NAME.key,
  /// which only its owner may read. Replaces both by renaming, as operators should.
  /// @param name also the common name. @param alternatives in the syntax of OpenSSL's config.
  /// @param life from now on; an expired certificate has less than none.
  pem_pair issue(const std::filesystem::path& folder, const std::string& name, key_kind kind,
                 const std::string& alternatives = "IP:127.0.0.1,DNS:localhost",
                 std::chrono::seconds life = std::chrono::hours{24}) const;
  /// The same for a certificate of any kind.
  pem_pair issue(const std::filesystem::path& folder, const std::string& name,
                 const certificate_wish& wish) const;
  /// Writes FOLDER/NAME.pem and FOLDER/NAME.key, signed by its own key alone.
  static pem_pair write_self_signed(const std::filesystem::path& folder, const std::string& name,
                                    const certificate_wish& wish);
  /// Writes FOLDER/crl.pem, a revocation list with these certificates.
  std::filesystem::path write_revocations(const std::filesystem::path& folder,
                                          const std::vector<std::filesystem::path>& revoked,
                                          std::chrono::seconds ends = std::chrono::seconds{
                                              86400}) const;
  /// Writes FOLDER/ca.pem.
  std::filesystem::path write(const std::filesystem::path& folder) const;
  [[nodiscard]] X509* get() const noexcept { return certificate_.get(); }

 private:
  evp_key_ptr key_;
  x509_ptr certificate_;
};

/// Writes FOLDER/tls.pem, a self-signed P-256 certificate for 127.0.0.1, and FOLDER/tls.key, which
/// only its owner may read. The certificate is valid for a day.
/// @throws std::runtime_error when they cannot be written.
[[nodiscard]] pem_pair write_self_signed(const std::filesystem::path& folder);

}  // namespace mintage::loopback
