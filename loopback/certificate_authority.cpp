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

using revocations_ptr = std::unique_ptr<X509_CRL, freed<X509_CRL_free>>;
using time_ptr = std::unique_ptr<ASN1_TIME, freed<ASN1_TIME_free>>;
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

void set_subject(X509* c, const std::vector<std::pair<std::string, std::string>>& subject) {
  for (const auto& [type, value] : subject) {
    demand(X509_NAME_add_entry_by_txt(X509_get_subject_name(c), type.c_str(), MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char*>(value.c_str()), -1, -1,
                                      0) == 1);
  }
}

x509_ptr make_certificate(const certificate_wish& wish, EVP_PKEY* key, X509* issuer) {
  static auto serial = 0L;
  auto made = x509_ptr{X509_new()};
  auto* c = made.get();
  demand(c != nullptr && X509_set_version(c, X509_VERSION_3) == 1);
  ASN1_INTEGER_set(X509_get_serialNumber(c), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(c), wish.begins.count());
  X509_gmtime_adj(X509_getm_notAfter(c), wish.ends.count());
  set_subject(c, wish.subject);
  X509_set_issuer_name(c, X509_get_subject_name(issuer == nullptr ? c : issuer));
  demand(X509_set_pubkey(c, key) == 1);
  auto* signer = issuer == nullptr ? c : issuer;
  if (!wish.alternatives.empty()) extend(c, signer, NID_subject_alt_name, wish.alternatives);
  if (!wish.usage.empty()) extend(c, signer, NID_ext_key_usage, wish.usage);
  return made;
}

x509_ptr make_certificate(const std::string& name, EVP_PKEY* key, X509* issuer) {
  return make_certificate(certificate_wish{.subject = {{"CN", name}}, .usage = {}}, key, issuer);
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

pem_pair write_pair(const std::filesystem::path& folder, const std::string& name,
                    std::string_view certificates, EVP_PKEY* key) {
  const auto out = pem_pair{folder / (name + ".pem"), folder / (name + ".key")};
  replace(out.certificate, certificates);
  replace(out.key, pem_of(key));
  return out;
}

x509_ptr read_certificate(const std::filesystem::path& file) {
  const auto in = bio_ptr{BIO_new_file(file.c_str(), "r")};
  demand(in != nullptr);
  auto read = x509_ptr{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)};
  demand(read != nullptr);
  return read;
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
  return write_pair(folder, name, pem_of(made.get()) + pem_of(get()), key.get());
}

pem_pair certificate_authority::issue(const std::filesystem::path& folder, const std::string& name,
                                      const certificate_wish& wish) const {
  const auto key = make_key(wish.kind);
  const auto made = make_certificate(wish, key.get(), get());
  demand(X509_sign(made.get(), key_.get(), EVP_sha256()) > 0);
  return write_pair(folder, name, pem_of(made.get()) + pem_of(get()), key.get());
}

pem_pair certificate_authority::write_self_signed(const std::filesystem::path& folder,
                                                  const std::string& name,
                                                  const certificate_wish& wish) {
  const auto key = make_key(wish.kind);
  const auto made = make_certificate(wish, key.get(), nullptr);
  demand(X509_sign(made.get(), key.get(), EVP_sha256()) > 0);
  return write_pair(folder, name, pem_of(made.get()), key.get());
}

std::filesystem::path certificate_authority::write_revocations(
    const std::filesystem::path& folder, const std::vector<std::filesystem::path>& revoked,
    std::chrono::seconds ends) const {
  const auto list = revocations_ptr{X509_CRL_new()};
  X509_CRL_set_version(list.get(), 1);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(get()));
  const auto now = time_ptr{X509_gmtime_adj(nullptr, -60)};
  const auto then = time_ptr{X509_gmtime_adj(nullptr, ends.count())};
  demand(X509_CRL_set1_lastUpdate(list.get(), now.get()) == 1 &&
         X509_CRL_set1_nextUpdate(list.get(), then.get()) == 1);
  for (const auto& file : revoked) {
    const auto one = read_certificate(file);
    auto* entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(one.get()));
    X509_REVOKED_set_revocationDate(entry, now.get());
    demand(X509_CRL_add0_revoked(list.get(), entry) == 1);
  }
  demand(X509_CRL_sign(list.get(), key_.get(), EVP_sha256()) > 0);
  const auto out = bio_ptr{BIO_new(BIO_s_mem())};
  demand(PEM_write_bio_X509_CRL(out.get(), list.get()) == 1);
  replace(folder / "crl.pem", text_in(out.get()));
  return folder / "crl.pem";
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
  return write_pair(folder, "tls", pem_of(made.get()), key.get());
}

}  // namespace mintage::loopback
