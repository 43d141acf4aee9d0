#include "loopback/certificate_authority.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <stdexcept>
#include <string_view>

namespace mintage::loopback {
namespace {

using bio_ptr = std::unique_ptr<BIO, freed<BIO_free>>;

void demand(bool held) {
  if (!held) throw std::runtime_error{"OpenSSL made no certificate"};
}

evp_key_ptr make_key(key_kind kind) {
  auto made = evp_key_ptr{kind == key_kind::p256       ? EVP_EC_gen("P-256")
                          : kind == key_kind::rsa_2048 ? EVP_RSA_gen(2048)
                                                       : EVP_RSA_gen(1024)};
  demand(made != nullptr);
  return made;
}

void extend(X509* certificate, X509* issuer, int what, const std::string& value) {
  auto context = X509V3_CTX{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  auto* made = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  demand(made != nullptr && X509_add_ext(certificate, made, -1) == 1);
  X509_EXTENSION_free(made);
}

x509_ptr make_certificate(const std::string& name, EVP_PKEY* key, X509* issuer) {
  static auto serial = 0L;
  auto made = x509_ptr{X509_new()};
  auto* c = made.get();
  demand(c != nullptr && X509_set_version(c, X509_VERSION_3) == 1);
  ASN1_INTEGER_set(X509_get_serialNumber(c), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(c), -60);
  X509_gmtime_adj(X509_getm_notAfter(c), 86400);
  auto* subject = X509_get_subject_name(c);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(c, issuer == nullptr ? subject : X509_get_subject_name(issuer));
  demand(X509_set_pubkey(c, key) == 1);
  return made;
}

void replace(const std::filesystem::path& file, std::string_view text) {
  auto fresh = file;
  fresh += ".new";
  auto out = std::ofstream{fresh, std::ios::binary | std::ios::trunc};
  std::filesystem::permissions(fresh, std::filesystem::perms{0600});
  out << text;
  if (!out.flush()) throw std::runtime_error{"cannot write " + file.string()};
  std::filesystem::rename(fresh, file);
}

std::string text_in(BIO* from) {
  auto* data = static_cast<char*>(nullptr);
  const auto size = BIO_get_mem_data(from, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  const auto out = bio_ptr{BIO_new(BIO_s_mem())};
  demand(PEM_write_bio_X509(out.get(), certificate) == 1);
  return text_in(out.get());
}

std::string pem_of(EVP_PKEY* key) {
  const auto out = bio_ptr{BIO_new(BIO_s_mem())};
  demand(PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_in(out.get());
}

}  // namespace

certificate_authority::certificate_authority() : key_{make_key(key_kind::p256)} {
  certificate_ = make_certificate("test authority", key_.get(), nullptr);
  extend(get(), get(), NID_basic_constraints, "critical,CA:TRUE");
  demand(X509_sign(get(), key_.get(), EVP_sha256()) > 0);
}

pem_pair certificate_authority::issue(const std::filesystem::path& folder, const std::string& name,
                                      key_kind kind, const std::string& alternatives,
                                      std::chrono::seconds life) const {
  const auto key = make_key(kind);
  const auto made = make_certificate(name, key.get(), get());
  if (life < std::chrono::seconds{0})
    X509_gmtime_adj(X509_getm_notBefore(made.get()), life.count() - 60);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), life.count());
  extend(made.get(), get(), NID_subject_alt_name, alternatives);
  demand(X509_sign(made.get(), key_.get(), EVP_sha256()) > 0);
  const auto out = pem_pair{folder / (name + ".pem"), folder / (name + ".key")};
  replace(out.certificate, pem_of(made.get()) + pem_of(get()));
  replace(out.key, pem_of(key.get()));
  return out;
}

std::filesystem::path certificate_authority::write(const std::filesystem::path& folder) const {
  const auto file = folder / "ca.pem";
  replace(file, pem_of(get()));
  return file;
}

pem_pair write_self_signed(const std::filesystem::path& folder) {
  const auto key = make_key(key_kind::p256);
  const auto made = make_certificate("mintage-bench", key.get(), nullptr);
  extend(made.get(), made.get(), NID_subject_alt_name, "IP:127.0.0.1");
  demand(X509_sign(made.get(), key.get(), EVP_sha256()) > 0);
  const auto out = pem_pair{folder / "tls.pem", folder / "tls.key"};
  replace(out.certificate, pem_of(made.get()));
  replace(out.key, pem_of(key.get()));
  return out;
}

}  // namespace mintage::loopback
