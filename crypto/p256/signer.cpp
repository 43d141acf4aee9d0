// OpenSSL 3.0 deprecates the only function that returns a point's Jacobian coordinates.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/p256/signer.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>

#include "crypto/jws.hpp"
#include "crypto/openssl.hpp"

namespace mintage::crypto {

namespace {

using field = montgomery<p256_prime>;
using scalars = montgomery<p256_order>;

using group_ptr = std::unique_ptr<EC_GROUP, freed_by<EC_GROUP_free>>;
using point_ptr = std::unique_ptr<EC_POINT, freed_by<EC_POINT_clear_free>>;
using secret_bignum_ptr = std::unique_ptr<BIGNUM, freed_by<BN_clear_free>>;
using bn_ctx_ptr = std::unique_ptr<BN_CTX, freed_by<BN_CTX_free>>;

/// A value that is wiped when its scope ends, by return or by exception.
template <class T>
struct wiped {
  T value{};
  wiped() = default;
  wiped(const wiped&) = delete;
  wiped& operator=(const wiped&) = delete;
  ~wiped() { OPENSSL_cleanse(&value, sizeof(value)); }
};

/// Throws when `n` is zero: a chance of 2^-256, or a nonce rule that is wrong. Does not use `==`,
/// which may stop at the first word that differs.
void require_not_zero(const number256& n) {
  if ((n.words[0] | n.words[1] | n.words[2] | n.words[3]) == 0)
    throw std::runtime_error{"a number of an ECDSA signature is zero"};
}

/// Writes the private key, big-endian.
void write_private_key(const signing_key& key, bytes<32>& out) {
  BIGNUM* number = nullptr;
  require(EVP_PKEY_get_bn_param(key.native(), OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1,
          "EVP_PKEY_get_bn_param");
  const auto owner = secret_bignum_ptr{number};
  require(BN_bn2binpad(number, out.data(), static_cast<int>(out.size())) == 32, "BN_bn2binpad");
}

}  // namespace

struct hedged_nonces::impl {
  explicit impl(random_source& r) : random{r}, context{EVP_MD_CTX_new()} {
    require(context != nullptr, "EVP_MD_CTX_new");
    require(EVP_DigestInit_ex(context.get(), sha2_method(sha2::sha512), nullptr) == 1,
            "EVP_DigestInit_ex");
  }

  random_source& random;
  md_ctx_ptr context;
  wiped<std::array<bytes<32>, 3>> input;  // key, digest, random octets
};

hedged_nonces::hedged_nonces(const bytes<32>& private_key, random_source& random)
    : impl_{std::make_unique<impl>(random)} {
  impl_->input.value[0] = private_key;
}
hedged_nonces::~hedged_nonces() = default;

number256 hedged_nonces::operator()(const digest& of) {
  auto* const context = impl_->context.get();
  auto& input = impl_->input.value;
  auto hash = wiped<bytes<64>>{};
  input[1] = of;
  impl_->random.fill(input[2]);
  // Without a method, OpenSSL restarts the context with the method it has.
  require(EVP_DigestInit_ex(context, nullptr, nullptr) == 1 &&
              EVP_DigestUpdate(context, input.data(), sizeof(input)) == 1 &&
              EVP_DigestFinal_ex(context, hash.value.data(), nullptr) == 1,
          "SHA-512");
  const auto octets = std::span<const std::uint8_t, 64>{hash.value};
  // 512 bits: the remainder is as good as uniform.
  auto high = wiped<number256>{};
  auto low = wiped<number256>{};
  high.value = scalars::enter(scalars::enter(from_big_endian(octets.first<32>())));
  low.value = scalars::enter(from_big_endian(octets.last<32>()));
  const auto nonce = scalars::leave(scalars::add(high.value, low.value));
  require_not_zero(nonce);
  return nonce;
}

struct p256_signer::impl {
  static constexpr auto batch_max = std::size_t{32};

  impl(const signing_key& key, nonce_rule given)
      : group{EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)},
        multiplied{EC_POINT_new(group.get())},
        nonce{BN_new()},
        x{BN_new()},
        z{BN_new()},
        context{BN_CTX_secure_new()},
        rule{std::move(given)} {
    require(group && multiplied && nonce && x && z && context, "the curve P-256");
    if (key.alg() != jws_alg::es256) throw std::runtime_error{"not a key for ES256"};
    auto octets = wiped<bytes<32>>{};
    write_private_key(key, octets.value);
    private_key.value = scalars::enter(from_big_endian(octets.value));
    if (!rule)
      rule = [nonces = std::make_shared<hedged_nonces>(octets.value, random)](const digest& d) {
        return (*nonces)(d);
      };
  }

  void sign(std::span<const digest> digests, std::span<bytes<64>> signatures);
  void multiply_base_point(const number256& by, number256& to_x, number256& to_z);
  /// Wipes what OpenSSL's objects hold of the last nonce and of its product.
  void forget_last() noexcept;

  group_ptr group;
  point_ptr multiplied;
  secret_bignum_ptr nonce;
  secret_bignum_ptr x;
  secret_bignum_ptr z;
  bn_ctx_ptr context;
  buffered_random random;
  nonce_rule rule;
  wiped<number256> private_key;  // in Montgomery form
};

/// Multiplies the base point. Sets `to_x` and `to_z`, in Montgomery form, to two of the product's
/// Jacobian coordinates, as OpenSSL computes them. The affine coordinate is X / Z²; the caller
/// makes that inversion.
void p256_signer::impl::multiply_base_point(const number256& by, number256& to_x, number256& to_z) {
  // BN_bin2bn skips leading zeros in a time that depends on their number. An octet in front,
  // cleared afterwards, prevents that.
  auto octets = wiped<bytes<33>>{};
  octets.value[0] = 1;
  write_big_endian(by, std::span{octets.value}.last<32>());
  require(BN_bin2bn(octets.value.data(), static_cast<int>(octets.value.size()), nonce.get()) !=
                  nullptr &&
              BN_clear_bit(nonce.get(), 256) == 1,
          "BN_bin2bn");
  BN_set_flags(nonce.get(), BN_FLG_CONSTTIME);
  require(EC_POINT_mul(group.get(), multiplied.get(), nonce.get(), nullptr, nullptr,
                       context.get()) == 1 &&
              EC_POINT_get_Jprojective_coordinates_GFp(group.get(), multiplied.get(), x.get(),
                                                       nullptr, z.get(), context.get()) == 1,
          "EC_POINT_mul");
  const auto entered = [&octets](const BIGNUM* n) {
    const auto out = std::span{octets.value}.last<32>();
    require(BN_bn2binpad(n, out.data(), 32) == 32, "BN_bn2binpad");
    return field::enter(from_big_endian(out));
  };
  to_x = entered(x.get());
  to_z = entered(z.get());
}

void p256_signer::impl::forget_last() noexcept {
  BN_clear(nonce.get());
  BN_clear(x.get());
  BN_clear(z.get());
  EC_POINT_copy(multiplied.get(), EC_GROUP_get0_generator(group.get()));
}

void p256_signer::impl::sign(std::span<const digest> digests, std::span<bytes<64>> signatures) {
  struct numbers {
    std::array<number256, batch_max> nonces, xs, zs, room;
  };
  struct on_leaving {
    impl& self;
    ~on_leaving() { self.forget_last(); }
  };
  const auto guard = on_leaving{*this};
  auto all = wiped<numbers>{};
  auto& [nonces, xs, zs, room] = all.value;
  const auto count = digests.size();
  for (auto i = std::size_t{0}; i < count; ++i) {
    nonces[i] = rule(digests[i]);
    multiply_base_point(nonces[i], xs[i], zs[i]);
    nonces[i] = scalars::enter(nonces[i]);
  }
  field::invert(std::span{zs}.first(count), room);
  scalars::invert(std::span{nonces}.first(count), room);
  for (auto i = std::size_t{0}; i < count; ++i) {
    const auto x_affine = field::leave(field::multiply(xs[i], field::multiply(zs[i], zs[i])));
    const auto r = scalars::reduce(x_affine);
    const auto e = scalars::reduce(from_big_endian(digests[i]));
    // As secret as the key. Wiped with the rest of `room`.
    room[0] = scalars::add(e, scalars::multiply(r, private_key.value));
    const auto s = scalars::multiply(nonces[i], room[0]);
    require_not_zero(r);
    require_not_zero(s);
    const auto out = std::span{signatures[i]};
    write_big_endian(r, out.first<32>());
    write_big_endian(s, out.last<32>());
  }
}

p256_signer::p256_signer(const signing_key& key, nonce_rule rule)
    : impl_{std::make_unique<impl>(key, std::move(rule))} {
  // A processor or compiler that gets the arithmetic wrong must not issue a token.
  const auto texts = std::array{std::string_view{"first"}, std::string_view{"second"}};
  const auto digests = std::array{sha256(texts[0]), sha256(texts[1])};
  auto signatures = std::array<bytes<64>, 2>{};
  sign(digests, signatures);
  for (auto i = std::size_t{0}; i < texts.size(); ++i)
    if (!verify_signature(key.public_part(), texts[i], as_chars(signatures[i])))
      throw std::runtime_error{"this machine makes wrong ES256 signatures"};
}
p256_signer::~p256_signer() = default;

void p256_signer::sign(std::span<const digest> digests, std::span<bytes<64>> signatures) {
  while (!digests.empty()) {
    const auto some = std::min(digests.size(), impl::batch_max);
    impl_->sign(digests.first(some), signatures.first(some));
    digests = digests.subspan(some);
    signatures = signatures.subspan(some);
  }
}

}  // namespace mintage::crypto
