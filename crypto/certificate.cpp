#include "crypto/certificate.hpp"

#include <openssl/core_names.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "crypto/key.hpp"
#include "crypto/openssl.hpp"

namespace mintage::crypto {
namespace {

constexpr auto largest_der = std::size_t{16} * 1024;
constexpr auto least_strength = 112;

using alternatives_ptr = std::unique_ptr<GENERAL_NAMES, freed_by<GENERAL_NAMES_free>>;
using octet_string_ptr = std::unique_ptr<ASN1_OCTET_STRING, freed_by<ASN1_OCTET_STRING_free>>;

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_same_host(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

/// All octets, so that a zero octet does not end a name early.
std::string_view octets_of(const ASN1_STRING* s) noexcept {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(s)),
          static_cast<std::size_t>(ASN1_STRING_length(s))};
}

/// Whether a subject alternative name of a type passes a test of its octets.
template <class Test>
bool any_alternative(const X509* of, int type, Test passes) {
  const auto all = alternatives_ptr{
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(of, NID_subject_alt_name, nullptr, nullptr))};
  ERR_clear_error();
  if (!all) return false;
  for (auto i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
    auto found = 0;
    const auto* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(all.get(), i), &found);
    if (found == type && passes(octets_of(static_cast<const ASN1_STRING*>(value)))) return true;
  }
  return false;
}

std::optional<std::string> encoded_number(const EVP_PKEY* key, const char* parameter,
                                          std::size_t width = 0) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, parameter, &raw) != 1) return std::nullopt;
  const auto number = bignum_ptr{raw};
  const auto size = width != 0 ? width : static_cast<std::size_t>(BN_num_bytes(raw));
  auto octets = std::vector<std::uint8_t>(size);
  if (BN_bn2binpad(raw, octets.data(), static_cast<int>(size)) < 0) return std::nullopt;
  return base64url(octets);
}

struct curve {
  std::string_view group;
  std::string_view crv;
  std::size_t coordinate_size;
};
constexpr auto curves =
    std::array{curve{"prime256v1", "P-256", 32}, curve{"secp384r1", "P-384", 48},
               curve{"secp521r1", "P-521", 66}};

std::optional<std::string> ec_key_thumbprint(const EVP_PKEY* key) {
  auto name = std::array<char, 64>{};
  auto size = std::size_t{0};
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) return std::nullopt;
  const auto group = std::string_view{name.data(), size};
  const auto* c = std::find_if(curves.begin(), curves.end(),
                               [group](const curve& one) { return one.group == group; });
  if (c == curves.end()) return std::nullopt;
  const auto x = encoded_number(key, OSSL_PKEY_PARAM_EC_PUB_X, c->coordinate_size);
  const auto y = encoded_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, c->coordinate_size);
  if (!x || !y) return std::nullopt;
  return ec_thumbprint(c->crv, *x, *y);
}

std::optional<std::string> rsa_key_thumbprint(const EVP_PKEY* key) {
  const auto n = encoded_number(key, OSSL_PKEY_PARAM_RSA_N);
  const auto e = encoded_number(key, OSSL_PKEY_PARAM_RSA_E);
  if (!n || !e) return std::nullopt;
  return rsa_thumbprint(*n, *e);
}

std::optional<std::string> ed25519_key_thumbprint(const EVP_PKEY* key) {
  auto octets = bytes<32>{};
  auto size = octets.size();
  if (EVP_PKEY_get_raw_public_key(key, octets.data(), &size) != 1) return std::nullopt;
  return ed25519_thumbprint(base64url(octets));
}

/// In base64url.
std::optional<std::string> thumbprint_of(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "EC") == 1) return ec_key_thumbprint(key);
  if (EVP_PKEY_is_a(key, "RSA") == 1) return rsa_key_thumbprint(key);
  if (EVP_PKEY_is_a(key, "ED25519") == 1) return ed25519_key_thumbprint(key);
  return std::nullopt;
}

/// OpenSSL's reader accepts more: what follows an IPv4 address, and single colons at the ends.
bool looks_like_address(std::string_view text) noexcept {
  if (text.find(':') == std::string_view::npos) {
    return std::ranges::count(text, '.') == 3 &&
           text.find_first_not_of("0123456789.") == std::string_view::npos && !text.ends_with('.');
  }
  return text.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos &&
         (!text.starts_with(':') || text.starts_with("::")) &&
         (!text.ends_with(':') || text.ends_with("::"));
}

}  // namespace

std::optional<certificate> certificate::read(std::string_view der, chain_verdict chain) {
  if (der.empty() || der.size() > largest_der) return std::nullopt;
  const auto octets = as_bytes(der);
  const auto* at = octets.data();
  auto made = certificate{};
  made.native_.reset(d2i_X509(nullptr, &at, static_cast<long>(octets.size())), X509_free);
  const auto is_whole = made.native_ && at == octets.data() + octets.size();
  const auto* key = is_whole ? X509_get0_pubkey(made.native_.get()) : nullptr;
  const auto is_strong = key != nullptr && EVP_PKEY_get_security_bits(key) >= least_strength;
  ERR_clear_error();
  if (!is_strong) return std::nullopt;
  made.thumbprint_ = sha256(octets);
  made.chain_ = chain;
  return made;
}

distinguished_name certificate::subject() const {
  return distinguished_name::of(X509_get_subject_name(native_.get()));
}

bool certificate::has_dns_name(std::string_view name) const {
  return any_alternative(native_.get(), GEN_DNS,
                         [name](std::string_view found) { return is_same_host(found, name); });
}

bool certificate::has_uri(std::string_view uri) const {
  return any_alternative(native_.get(), GEN_URI,
                         [uri](std::string_view found) { return found == uri; });
}

bool certificate::has_ip_address(bytes_view octets) const {
  return any_alternative(native_.get(), GEN_IPADD,
                         [octets](std::string_view found) { return found == as_chars(octets); });
}

bool certificate::has_email(std::string_view address) const {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos) return false;
  return any_alternative(native_.get(), GEN_EMAIL, [address, at](std::string_view found) {
    return found.substr(0, at + 1) == address.substr(0, at + 1) &&
           is_same_host(found.substr(std::min(at, found.size())), address.substr(at));
  });
}

std::optional<digest> certificate::key_thumbprint() const {
  const auto text = thumbprint_of(X509_get0_pubkey(native_.get()));
  ERR_clear_error();
  const auto octets = text ? base64url_decode(*text) : std::nullopt;
  auto out = digest{};
  if (!octets || octets->size() != out.size()) return std::nullopt;
  std::ranges::copy(as_bytes(*octets), out.begin());
  return out;
}

std::optional<std::string> ip_octets(std::string_view text) {
  if (!looks_like_address(text)) return std::nullopt;
  const auto parsed = octet_string_ptr{a2i_IPADDRESS(std::string{text}.c_str())};
  ERR_clear_error();
  if (!parsed) return std::nullopt;
  return std::string{octets_of(parsed.get())};
}

std::optional<std::string> der_of_pem(std::string_view pem) {
  constexpr auto begin = std::string_view{"-----BEGIN CERTIFICATE-----"};
  constexpr auto end = std::string_view{"-----END CERTIFICATE-----"};
  constexpr auto space = std::string_view{" \t\r\n"};
  const auto first = std::min(pem.find_first_not_of(space), pem.size());
  const auto last = pem.find_last_not_of(space);
  if (last == std::string_view::npos) return std::nullopt;
  pem = pem.substr(first, last + 1 - first);
  if (pem.size() < begin.size() + end.size() || !pem.starts_with(begin) || !pem.ends_with(end))
    return std::nullopt;
  pem.remove_prefix(begin.size());
  pem.remove_suffix(end.size());
  auto text = std::string{pem};
  std::erase_if(text, [space](char c) { return space.find(c) != std::string_view::npos; });
  return base64_decode(text);
}

}  // namespace mintage::crypto
