#include "oauth/authorization/handle.hpp"

#include <utility>

#include "crypto/base64.hpp"
#include "oauth/authorization/encoding.hpp"

namespace mintage::oauth {
namespace {

constexpr auto sealed_prefix = std::string_view{"h."};
constexpr auto named_prefix = std::string_view{"r."};
/// Slot and random octets.
using handle_name = crypto::bytes<2 + 32>;
static_assert(named_handle_size ==
              named_prefix.size() + crypto::base64url_size(sizeof(handle_name)));

constexpr sealed_kind kind_of(handle_use use) noexcept {
  return use == handle_use::login ? sealed_kind::login_handle : sealed_kind::pushed_handle;
}

std::string with_prefix(std::string_view prefix, crypto::bytes_view octets) {
  auto text = std::string{};
  text.reserve(prefix.size() + crypto::base64url_size(octets.size()));
  text += prefix;
  crypto::base64url_append(text, octets);
  return text;
}

}  // namespace

made_handle make_handle(const authorization_request& r, handle_use use, url_seal& seal, instant now,
                        crypto::random_source& random, crypto::sha256_hasher& hash) {
  auto octets = std::string{};
  append_encoded(octets, r);
  auto sealed = seal.seal(kind_of(use), octets, now);
  if (sealed_prefix.size() + crypto::base64url_size(sealed.size()) <= longest_handle) {
    return {.text = with_prefix(sealed_prefix, crypto::as_bytes(sealed)), .record = std::nullopt};
  }
  auto name = random.take<sizeof(handle_name)>();
  const auto where = slot::draw(random);
  name[0] = static_cast<std::uint8_t>(where.value >> 8);
  name[1] = static_cast<std::uint8_t>(where.value & 0xff);
  auto text = with_prefix(named_prefix, name);
  const auto key = handle_ref{.where = where, .hash = hash(text)};
  return {.text = std::move(text),
          .record = handle_record{.key = key, .sealed = std::move(sealed), .expires = r.expires}};
}

std::optional<handle_ref> find_handle_record(std::string_view text, crypto::sha256_hasher& hash) {
  if (text.size() != named_handle_size || !text.starts_with(named_prefix)) return std::nullopt;
  const auto name = crypto::base64url_decode(text.substr(named_prefix.size()));
  if (!name) return std::nullopt;
  const auto octets = crypto::as_bytes(*name);
  const auto where = slot{static_cast<std::uint16_t>(octets[0] << 8 | octets[1])};
  if (where.value >= slots_count) return std::nullopt;
  return handle_ref{.where = where, .hash = hash(text)};
}

std::optional<opened_request> open_handle(std::string_view text, handle_use use, url_seal& seal,
                                          instant now) {
  if (text.size() > longest_handle || !text.starts_with(sealed_prefix)) return std::nullopt;
  const auto sealed = crypto::base64url_decode(text.substr(sealed_prefix.size()));
  if (!sealed) return std::nullopt;
  return open_sealed(*sealed, use, seal, now);
}

std::optional<opened_request> open_sealed(std::string_view sealed, handle_use use, url_seal& seal,
                                          instant now) {
  auto octets = seal.open(kind_of(use), sealed, now);
  if (!octets) return std::nullopt;
  auto out = opened_request{};
  out.octets_ = std::move(*octets);
  const auto request = read_encoded_request(out.octets_.reveal());
  if (!request || request->expires <= now) return std::nullopt;
  out.request_ = *request;
  return out;
}

}  // namespace mintage::oauth
