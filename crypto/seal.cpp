#include "crypto/seal.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include <openssl/rand.h>

#include "crypto/openssl.hpp"

namespace mintage::crypto {

namespace {

constexpr auto nonce_size = std::size_t{12};
constexpr auto tag_size = std::size_t{16};
constexpr auto max_size = static_cast<std::size_t>(std::numeric_limits<int>::max());

const EVP_CIPHER* aes_256_gcm() {
  static const EVP_CIPHER* const method = [] {
    auto* fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    require(fetched != nullptr, "EVP_CIPHER_fetch");
    return fetched;
  }();
  return method;
}

enum class direction : int { decrypt = 0, encrypt = 1 };

/// A context that is initialised with key, nonce and associated data.
cipher_ctx_ptr start(direction way, const digest& key, const std::uint8_t* nonce,
                     std::string_view context) {
  auto cipher = cipher_ctx_ptr{EVP_CIPHER_CTX_new()};
  require(cipher != nullptr, "EVP_CIPHER_CTX_new");
  require(EVP_CipherInit_ex2(cipher.get(), aes_256_gcm(), key.data(), nonce, static_cast<int>(way),
                             nullptr) == 1,
          "EVP_CipherInit_ex2");
  auto written = 0;
  require(EVP_CipherUpdate(cipher.get(), nullptr, &written, as_bytes(context).data(),
                           static_cast<int>(context.size())) == 1,
          "EVP_CipherUpdate");
  return cipher;
}

void update(EVP_CIPHER_CTX* cipher, std::uint8_t* out, bytes_view in) {
  auto written = 0;
  require(EVP_CipherUpdate(cipher, out, &written, in.data(), static_cast<int>(in.size())) == 1,
          "EVP_CipherUpdate");
}

std::uint8_t* octets_of(std::string& text) {
  return reinterpret_cast<std::uint8_t*>(text.data());
}

}  // namespace

std::string seal(const digest& key, std::string_view context, std::string_view plain) {
  if (plain.size() > max_size || context.size() > max_size) {
    throw std::length_error{"too long to be sealed"};
  }
  auto out = std::string(nonce_size + plain.size() + tag_size, '\0');
  auto* const nonce = octets_of(out);
  auto* const text = nonce + nonce_size;
  auto* const tag = text + plain.size();
  require(RAND_bytes(nonce, static_cast<int>(nonce_size)) == 1, "RAND_bytes");
  const auto cipher = start(direction::encrypt, key, nonce, context);
  if (!plain.empty()) update(cipher.get(), text, as_bytes(plain));
  auto written = 0;
  require(EVP_CipherFinal_ex(cipher.get(), tag, &written) == 1, "EVP_CipherFinal_ex");
  require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_size),
                              tag) == 1,
          "EVP_CTRL_AEAD_GET_TAG");
  return out;
}

std::optional<secret_string> unseal(const digest& key, std::string_view context,
                                    std::string_view sealed) {
  if (sealed.size() < nonce_size + tag_size || sealed.size() > max_size ||
      context.size() > max_size) {
    return std::nullopt;
  }
  const auto octets = as_bytes(sealed);
  const auto text = octets.subspan(nonce_size, octets.size() - nonce_size - tag_size);
  const auto cipher = start(direction::decrypt, key, octets.data(), context);
  auto tag = bytes<tag_size>{};
  std::copy(octets.end() - tag_size, octets.end(), tag.begin());
  require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag_size),
                              tag.data()) == 1,
          "EVP_CTRL_AEAD_SET_TAG");

  auto plain = std::string{};
  // Larger than the small-string buffer: moving a short string would leave a copy on the stack.
  plain.reserve(std::max(text.size(), sizeof(std::string)));
  plain.resize(text.size());
  if (!text.empty()) update(cipher.get(), octets_of(plain), text);
  auto opened = secret_string{std::move(plain)};  // wiped from here on, whatever the tag says
  auto rest = bytes<tag_size>{};
  auto written = 0;
  if (EVP_CipherFinal_ex(cipher.get(), rest.data(), &written) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  return opened;
}

std::optional<opened_value> unseal_with_any(const subkeys& keys, std::string_view context,
                                            std::string_view sealed) {
  const auto& all = keys.all();
  for (auto k = std::size_t{0}; k < all.size(); ++k)
    if (auto plain = unseal(all[k], context, sealed))
      return opened_value{std::move(*plain), k >= keys.makers()};
  return std::nullopt;
}

}  // namespace mintage::crypto
