#include "crypto/jwk.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <new>
#include <vector>

#include "crypto/base64.hpp"
#include "crypto/public_parts.hpp"

namespace mintage::crypto {

namespace {

/// Depth of non-empty objects and arrays, the outermost included (JWS-02).
constexpr auto deepest = std::size_t{16};

struct private_member {
  std::string_view name;
  std::string_view fault;
};
/// @see RFC 7518 §6.2.2, §6.3.2, §6.4, RFC 8037 §2
constexpr auto private_members = std::to_array<private_member>({
    {"d", "d must not be there: it is a private key"},
    {"p", "p must not be there: it is a part of a private key"},
    {"q", "q must not be there: it is a part of a private key"},
    {"dp", "dp must not be there: it is a part of a private key"},
    {"dq", "dq must not be there: it is a part of a private key"},
    {"qi", "qi must not be there: it is a part of a private key"},
    {"oth", "oth must not be there: it is a part of a private key"},
    {"k", "k must not be there: it is a secret"},
});

constexpr auto unknown_kty = std::string_view{"kty must be EC, RSA or OKP"};
constexpr auto unknown_crv =
    std::string_view{"crv must be P-256, P-384 or P-521 of an EC key, or Ed25519 of an OKP key"};

tl::unexpected<std::string_view> refuse(std::string_view why) {
  return tl::unexpected{why};
}

}  // namespace

/// The members of one JWK.
class jwk_reader {
 public:
  tl::expected<jwk, std::string_view> read(std::string_view json) {
    if (json.empty()) return refuse("the key is not a JSON object");
    // The parser counts scalars as a level.
    if (parser_.allocate(json.size(), deepest + 1) != simdjson::SUCCESS) throw std::bad_alloc{};
    if (parser_.parse(json.data(), json.size()).get(object_) != simdjson::SUCCESS)
      return refuse("the key is not a JSON object");
    if (repeats_a_member()) return refuse("the key has a member twice");
    for (const auto& [name, fault] : private_members)
      if (has(name)) return refuse(fault);
    auto parts = read_numbers();
    if (!parts) return refuse(parts.error());
    auto key = jwk{std::move(*parts)};
    if (const auto fault = read_uses(key); !fault.empty()) return refuse(fault);
    return key;
  }

 private:
  using parts_ptr = std::shared_ptr<const public_parts>;

  [[nodiscard]] bool repeats_a_member() const {
    auto names = std::vector<std::string_view>{};
    for (const auto& [name, value] : object_) names.push_back(name);
    std::ranges::sort(names);
    return std::ranges::adjacent_find(names) != names.end();
  }

  [[nodiscard]] bool has(std::string_view name) const {
    return object_[name].error() == simdjson::SUCCESS;
  }
  [[nodiscard]] std::optional<std::string_view> string(std::string_view name) const {
    auto text = std::string_view{};
    if (object_[name].get(text) != simdjson::SUCCESS) return std::nullopt;
    return text;
  }
  /// The octets of a member in base64url; empty when it is not one.
  [[nodiscard]] std::string octets(std::string_view name) const {
    return base64url_decode(string(name).value_or("")).value_or("");
  }

  [[nodiscard]] tl::expected<parts_ptr, std::string_view> read_numbers() const {
    const auto kty = string("kty");
    if (kty == "RSA") return read_rsa();
    if (kty != "EC" && kty != "OKP") return refuse(unknown_kty);
    const auto crv = string("crv").value_or("");
    for (const auto& row : key_kinds)
      if (row.kty == *kty && row.crv == crv) return read_curve(row);
    return refuse(unknown_crv);
  }

  [[nodiscard]] tl::expected<parts_ptr, std::string_view> read_rsa() const {
    auto numbers = public_numbers{octets("n"), octets("e")};
    if (!is_sound_modulus(numbers.first))
      return refuse(
          "n must be an odd number of 2048 to 8192 bits in base64url without a leading "
          "zero");
    if (!is_sound_exponent(numbers.second))
      return refuse(
          "e must be an odd number from 65537 to 32 bits in base64url without a leading "
          "zero");
    return std::make_shared<const public_parts>(key_kind::rsa, std::move(numbers));
  }

  [[nodiscard]] tl::expected<parts_ptr, std::string_view> read_curve(
      const key_kind_row& row) const {
    auto numbers = public_numbers{octets("x"), is_ec(row.id) ? octets("y") : std::string{}};
    if (numbers.first.size() != row.width)
      return refuse("x must be base64url of the exact width of the curve");
    if (is_ec(row.id) && numbers.second.size() != row.width)
      return refuse("y must be base64url of the exact width of the curve");
    if (is_ec(row.id) && !is_point(row.id, numbers))
      return refuse("x and y are not a point of the curve");
    return std::make_shared<const public_parts>(row.id, std::move(numbers));
  }

  /// Reads what says how the key may be used. @returns the fault, or nothing.
  [[nodiscard]] std::string_view read_uses(jwk& key) const {
    if (has("kid")) {
      const auto kid = string("kid").value_or("");
      if (kid.empty() || kid.size() > kid_max) return "kid must be a string of 1 to 256 octets";
      key.kid_ = kid;
    }
    if (has("alg")) {
      const auto alg = string("alg");
      if (!alg) return "alg must be a string";
      key.alg_ = *alg;
    }
    if (has("use")) {
      const auto use = string("use");
      if (!use) return "use must be a string";
      key.may_verify_ = use == "sig";
      key.is_for_encryption_ = use == "enc";
    }
    if (!has("key_ops")) return {};
    auto operations = simdjson::dom::array{};
    if (object_["key_ops"].get(operations) != simdjson::SUCCESS)
      return "key_ops must be an array of strings";
    auto may_verify = false;
    for (const auto item : operations) {
      auto text = std::string_view{};
      if (item.get(text) != simdjson::SUCCESS) return "key_ops must be an array of strings";
      may_verify |= text == "verify";
    }
    key.may_verify_ = key.may_verify_ && may_verify;
    return {};
  }

  simdjson::dom::parser parser_;
  simdjson::dom::object object_;
};

bool is_unknown_kind(std::string_view fault) noexcept {
  return fault == unknown_kty || fault == unknown_crv;
}

tl::expected<jwk, std::string_view> jwk::read(std::string_view json) {
  return jwk_reader{}.read(json);
}

const digest& jwk::thumbprint() const noexcept {
  return parts_->thumbprint;
}

std::optional<public_key> jwk::key_for(jws_alg wanted) const {
  if (!may_verify_ || kind_of(wanted) != parts_->kind) return std::nullopt;
  if (alg_ && parse_jws_alg(*alg_) != wanted) return std::nullopt;
  return public_key{wanted, parts_};
}

}  // namespace mintage::crypto
