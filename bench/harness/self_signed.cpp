#include "bench/harness/self_signed.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace mintage::bench {
namespace {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* p) const noexcept {
    Free(p);
  }
};
template <class T, auto Free>
using owned = std::unique_ptr<T, freed_by<Free>>;
using key_ptr = owned<EVP_PKEY, EVP_PKEY_free>;
using certificate_ptr = owned<X509, X509_free>;

void add_extension(X509* to, int nid, const char* value) {
  auto context = X509V3_CTX{};
  X509V3_set_ctx(&context, to, to, nullptr, nullptr, 0);
  const auto extension = owned<X509_EXTENSION, X509_EXTENSION_free>{
      X509V3_EXT_conf_nid(nullptr, &context, nid, value)};
  X509_add_ext(to, extension.get(), -1);
}

certificate_ptr certify(EVP_PKEY* key) {
  constexpr auto day = 24L * 60 * 60;
  auto out = certificate_ptr{X509_new()};
  X509_set_version(out.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(out.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(out.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(out.get()), day);
  auto* name = X509_get_subject_name(out.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("mintage-bench"), -1, -1, 0);
  X509_set_issuer_name(out.get(), name);
  X509_set_pubkey(out.get(), key);
  add_extension(out.get(), NID_subject_alt_name, "IP:127.0.0.1");
  if (X509_sign(out.get(), key, EVP_sha256()) == 0) return {};
  return out;
}

/// Writes by `print(FILE*)` what its owner alone may read.
template <class Print>
void write_private(const std::filesystem::path& file, Print print) {
  const auto before = ::umask(077);
  const auto out = owned<std::FILE, std::fclose>{std::fopen(file.c_str(), "we")};
  ::umask(before);
  if (out == nullptr || print(out.get()) != 1 || std::fflush(out.get()) != 0)
    throw std::runtime_error{file.string() + ": cannot be written"};
}

}  // namespace

certificate_files write_self_signed(const std::filesystem::path& folder) {
  const auto key = key_ptr{EVP_EC_gen("P-256")};
  const auto certificate = key == nullptr ? certificate_ptr{} : certify(key.get());
  if (certificate == nullptr) throw std::runtime_error{"no certificate could be made"};
  auto out = certificate_files{folder / "tls.pem", folder / "tls.key"};
  write_private(out.certificate,
                [&](std::FILE* to) { return PEM_write_X509(to, certificate.get()); });
  write_private(out.key, [&](std::FILE* to) {
    return PEM_write_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  return out;
}

}  // namespace mintage::bench
