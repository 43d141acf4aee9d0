#include "crypto/signatures/choice.hpp"

#include <cassert>
#include <utility>

#include "crypto/openssl.hpp"
#include "crypto/signatures/crypto_mb_backend.hpp"
#include "crypto/signatures/openssl_backend.hpp"

namespace mintage::crypto {

tl::expected<signature_backends, std::string> signature_backends::choose(
    backend_wish wish, const crypto_mb::search& where) {
  auto chosen = signature_backends{};
  if (wish == backend_wish::openssl) return chosen;
  auto found = EVP_default_properties_is_fips_enabled(nullptr) == 1
                   ? tl::unexpected{std::string{"OpenSSL is in FIPS mode"}}
                   : crypto_mb::load(where);
  if (found) {
    chosen.library_ = std::move(*found);
    chosen.reason_ = chosen.library_->name();
    return chosen;
  }
  if (wish == backend_wish::crypto_mb) return tl::unexpected{std::move(found.error())};
  chosen.reason_ = std::move(found.error());
  return chosen;
}

std::unique_ptr<signature_backend> signature_backends::make(backend_kind kind) const {
  switch (kind) {
    case backend_kind::openssl:
      return std::make_unique<openssl_backend>();
    case backend_kind::crypto_mb:
      break;
  }
  assert(library_ != nullptr);
  return std::make_unique<crypto_mb_backend>(library_);
}

}  // namespace mintage::crypto
