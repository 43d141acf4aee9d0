#include "crypto/signatures/hedged_nonces.hpp"

#include <algorithm>
#include <stdexcept>

#include "crypto/openssl.hpp"
#include "crypto/signatures/wiped.hpp"

namespace mintage::crypto {

struct hedged_nonces::impl {
  explicit impl(random_source& r) : random{r}, context{EVP_MD_CTX_new()} {
    require(context != nullptr, "EVP_MD_CTX_new");
    require(EVP_DigestInit_ex(context.get(), sha2_method(sha2::sha512), nullptr) == 1,
            "EVP_DigestInit_ex");
  }

  random_source& random;
  md_ctx_ptr context;
};

hedged_nonces::hedged_nonces(random_source& random) : impl_{std::make_unique<impl>(random)} {}
hedged_nonces::~hedged_nonces() = default;

void hedged_nonces::draw(const bytes<32>& private_key, const digest& of, number256& out) {
  constexpr auto tries = 16;
  auto* const context = impl_->context.get();
  auto input = wiped<std::array<bytes<32>, 3>>{};
  auto hash = wiped<bytes<64>>{};
  input.value[0] = private_key;
  input.value[1] = of;
  for (auto i = 0; i < tries; ++i) {
    impl_->random.fill(input.value[2]);
    // Without a method, OpenSSL restarts the context with the method it has.
    require(EVP_DigestInit_ex(context, nullptr, nullptr) == 1 &&
                EVP_DigestUpdate(context, input.value.data(), sizeof(input.value)) == 1 &&
                EVP_DigestFinal_ex(context, hash.value.data(), nullptr) == 1,
            "SHA-512");
    out = from_big_endian(std::span{hash.value}.first<32>());
    // What the branch tells, that a number was refused, is independent of the next one.
    if (is_p256_scalar(out)) return;
  }
  throw std::runtime_error{"no nonce is below the order of the curve"};
}

}  // namespace mintage::crypto
