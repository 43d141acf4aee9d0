#include "tests/http/mtls/certificate_stage.hpp"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>

#include <stdexcept>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"

namespace mintage::test {
namespace {

loopback::x509_ptr read_certificate(const std::filesystem::path& file) {
  auto* in = BIO_new_file(file.c_str(), "r");
  if (in == nullptr) throw std::runtime_error{"no certificate at " + file.string()};
  auto read = loopback::x509_ptr{PEM_read_bio_X509(in, nullptr, nullptr, nullptr)};
  BIO_free(in);
  if (read == nullptr) throw std::runtime_error{"no certificate in " + file.string()};
  return read;
}

std::string coordinate(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) throw std::runtime_error{"no EC key"};
  auto octets = crypto::bytes<32>{};
  BN_bn2binpad(number, octets.data(), static_cast<int>(octets.size()));
  BN_free(number);
  return crypto::base64url(octets);
}

}  // namespace

settings certificate_settings(const std::filesystem::path& folder,
                              const certificate_authority& clients) {
  const auto server = test_authority().issue(folder, "server", key_kind::p256);
  return {{"http.tls.certificate", toml_string(server.certificate.string())},
          {"http.tls.key", toml_string(server.key.string())},
          {"http.tls.client_certificates", toml_string("optional")},
          {"http.tls.client_ca", toml_string(clients.write(folder).string())}};
}

tls_side presenting(const pem_pair& own, int version) {
  auto options = tls_client_options{};
  options.trusted = &test_authority();
  options.own = own;
  if (version != 0) options.min_version = options.max_version = version;
  return tls_side{options};
}

http_answer send_over(const tls_side* side, std::uint16_t port, const token_call& call) {
  auto c = loopback::connection{port, {.side = side}};
  c.send(call.render());
  return c.receive();
}

boost::json::object jwks_of(const std::filesystem::path& certificate) {
  const auto read = read_certificate(certificate);
  const auto* key = X509_get0_pubkey(read.get());
  return {{"keys",
           {{{"kty", "EC"},
             {"crv", "P-256"},
             {"x", coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X)},
             {"y", coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y)}}}}};
}

std::string der_of(const std::filesystem::path& certificate) {
  const auto read = read_certificate(certificate);
  unsigned char* octets = nullptr;
  const auto size = i2d_X509(read.get(), &octets);
  auto der = std::string{reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size)};
  OPENSSL_free(octets);
  return der;
}

std::string thumbprint_of(const std::filesystem::path& certificate) {
  return crypto::base64url(crypto::sha256(der_of(certificate)));
}

boost::json::object tls_client(std::string_view subject) {
  return {{"token_endpoint_auth_method", "tls_client_auth"},
          {"tls_client_auth_subject_dn", subject}};
}

certificate_stage::certificate_stage(const settings& with)
    : stage{[&] {
        auto all = certificate_settings(folder.path(), authority);
        for (const auto& [key, value] : with) all[key] = value;
        return all;
      }()} {}

party certificate_stage::add(const boost::json::object& metadata) {
  auto made = make_party(admin, metadata);
  made.how = party::way::none;
  return made;
}

http_answer certificate_stage::redeem_with(const pem_pair* own, const party& who,
                                           std::string_view code) const {
  if (own == nullptr) return send_over(&test_side(), server.port(), redemption(who, code));
  const auto side = presenting(*own);
  return send_over(&side, server.port(), redemption(who, code));
}

void certificate_stage::expect_refused(const party& who, const pem_pair* presented,
                                       const pem_pair& right, const expected& want) {
  const auto code = mint(who);
  check_answer(redeem_with(presented, who, code), redemption(who, code), want);
  EXPECT_EQ(redeem_with(&right, who, code).status, 200U);
}

}  // namespace mintage::test
