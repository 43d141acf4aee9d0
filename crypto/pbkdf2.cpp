#include "crypto/pbkdf2.hpp"

#include <array>
#include <new>
#include <string>
#include <tl/expected.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "crypto/digest.hpp"
#include "crypto/phc.hpp"

namespace mintage::crypto {
namespace {

constexpr auto most_rounds = std::uint32_t{2'000'000};
constexpr auto least_salt = std::size_t{4};
constexpr auto most_salt = std::size_t{64};
constexpr auto least_hash = std::size_t{16};
constexpr auto most_hash = std::size_t{64};

struct variant {
  std::string_view prefix;
  std::uint32_t digest_size;
  const EVP_MD* (*digest)();
  hash_fault form;
};
constexpr auto with_sha256 =
    variant{"$pbkdf2-sha256$", 32, EVP_sha256,
            "must have the form $pbkdf2-sha256$i=ROUNDS,l=SIZE$SALT$HASH or "
            "$pbkdf2-sha256$ROUNDS$SALT$HASH"};
constexpr auto with_sha512 =
    variant{"$pbkdf2-sha512$", 64, EVP_sha512,
            "must have the form $pbkdf2-sha512$i=ROUNDS,l=SIZE$SALT$HASH or "
            "$pbkdf2-sha512$ROUNDS$SALT$HASH"};

struct parts {
  std::uint32_t rounds = 0;
  std::string salt;
  std::string hash;
};

tl::expected<parts, hash_fault> parse(std::string_view encoded, const variant& v) {
  const auto malformed = tl::unexpected{v.form};
  auto in = phc_reader{encoded};
  if (!in.take(v.prefix)) return malformed;
  const auto is_phc = in.take("i=");
  const auto rounds = in.take_number();
  if (!rounds) return malformed;
  const auto names_size = is_phc && in.take(",l=");
  const auto named_size = names_size ? in.take_number() : v.digest_size;
  if (!named_size) return malformed;
  if (!in.take("$")) return malformed;
  auto salt = in.take_base64();
  if (!salt || !in.take("$")) return malformed;
  auto hash = in.take_base64();
  if (!hash || !in.is_at_end()) return malformed;

  if (*rounds < 1 || *rounds > most_rounds)
    return tl::unexpected{hash_fault{"must have 1 to 2000000 rounds of PBKDF2"}};
  if (salt->size() < least_salt || salt->size() > most_salt)
    return tl::unexpected{hash_fault{"must have a PBKDF2 salt of 4 to 64 octets"}};
  if ((names_size || !is_phc) && *named_size != hash->size())
    return tl::unexpected{
        hash_fault{"must have a PBKDF2 hash of the size that it names, or of its "
                   "digest: this one may be truncated"}};
  if (hash->size() < least_hash || hash->size() > most_hash)
    return tl::unexpected{hash_fault{"must have a PBKDF2 hash of 16 to 64 octets"}};
  return parts{*rounds, std::move(*salt), std::move(*hash)};
}

hash_fault fault_of(std::string_view encoded, const variant& v) {
  const auto parsed = parse(encoded, v);
  return parsed ? hash_fault{} : parsed.error();
}

bool verify(std::string_view encoded, std::string_view password, const variant& v) {
  const auto parsed = parse(encoded, v);
  // HMAC fills its key with zeros, so that NULs at the end of a password would not count.
  if (!parsed || password.find('\0') != password.npos) return false;
  auto made = std::array<std::uint8_t, most_hash>{};
  const auto size = parsed->hash.size();
  const auto salt = as_bytes(parsed->salt);
  if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt.data(),
                        static_cast<int>(salt.size()), static_cast<int>(parsed->rounds), v.digest(),
                        static_cast<int>(size), made.data()) != 1) {
    throw std::bad_alloc{};  // says nothing about the password
  }
  const auto equal = constant_time_equal(as_bytes(parsed->hash), bytes_view{made}.first(size));
  OPENSSL_cleanse(made.data(), made.size());
  return equal;
}

}  // namespace

hash_fault pbkdf2_sha256_fault(std::string_view encoded) {
  return fault_of(encoded, with_sha256);
}
hash_fault pbkdf2_sha512_fault(std::string_view encoded) {
  return fault_of(encoded, with_sha512);
}
bool pbkdf2_sha256_verify(std::string_view encoded, std::string_view password) {
  return verify(encoded, password, with_sha256);
}
bool pbkdf2_sha512_verify(std::string_view encoded, std::string_view password) {
  return verify(encoded, password, with_sha512);
}

}  // namespace mintage::crypto
