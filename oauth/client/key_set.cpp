#include "oauth/client/key_set.hpp"

#include <simdjson.h>

#include <algorithm>
#include <new>
#include <utility>

#include "oauth/request/json_reader.hpp"

namespace mintage::oauth {
namespace {

/// Depth of non-empty objects and arrays, the outermost included: 16 in each key (JWS-02), in an
/// array in an object.
constexpr auto deepest = std::size_t{18};

tl::unexpected<std::string> refuse(std::string why) {
  return tl::unexpected{std::move(why)};
}

}  // namespace

class key_set_reader {
 public:
  explicit key_set_reader(key_set::origin from) noexcept : from_{from} {}

  tl::expected<key_set, std::string> read(std::string_view jwks) {
    if (jwks.empty()) return refuse("it is empty");
    auto parser = simdjson::dom::parser{};
    // The parser counts scalars as a level.
    if (parser.allocate(jwks.size(), deepest + 1) != simdjson::SUCCESS) throw std::bad_alloc{};
    auto document = simdjson::dom::element{};
    auto object = simdjson::dom::object{};
    if (parser.parse(jwks.data(), jwks.size()).get(document) != simdjson::SUCCESS ||
        document.get(object) != simdjson::SUCCESS)
      return refuse("it must be one JSON object");
    if (repeats_a_member(document)) return refuse("it has a member twice in one object");
    auto keys = simdjson::dom::array{};
    if (object["keys"].get(keys) != simdjson::SUCCESS) return refuse("keys must be an array");
    auto index = std::size_t{0};
    for (const auto key : keys) {
      if (index == most_keys) return refuse("keys must be at most 50");
      if (const auto fault = add(key); !fault.empty())
        return refuse("keys[" + std::to_string(index) + ']' + fault);
      ++index;
    }
    return std::move(set_);
  }

 private:
  /// @returns the fault of a key, as the end of a sentence that begins with `keys[0]`, or nothing.
  [[nodiscard]] std::string add(simdjson::dom::element text) {
    if (!text.is_object()) return leave_out_or(" must be an object");
    auto key = crypto::jwk::read(simdjson::minify(text));
    if (!key) {
      if (is_for_encryption(text) && crypto::is_unknown_kind(key.error())) return leave_out_or("");
      return leave_out_or('.' + std::string{key.error()});
    }
    if (from_ == key_set::origin::registered && key->kid() && set_.has_kid(*key->kid()))
      return ".kid must not repeat that of another key";
    keep(std::move(*key));
    return {};
  }

  [[nodiscard]] static bool is_for_encryption(simdjson::dom::element key) {
    auto use = std::string_view{};
    return key["use"].get(use) == simdjson::SUCCESS && use == "enc";
  }

  void keep(crypto::jwk key) {
    auto& added = set_.entries_.emplace_back(key_set::entry{std::move(key), {}});
    for (const auto& row : crypto::verified_algs)
      if (auto usable = added.key.key_for(row.id)) added.for_algs.push_back(std::move(*usable));
  }

  /// @returns the fault in a registered set.
  [[nodiscard]] std::string leave_out_or(std::string fault) {
    if (from_ == key_set::origin::registered && !fault.empty()) return fault;
    ++set_.left_out_;
    return {};
  }

  key_set::origin from_;
  key_set set_;
};

tl::expected<key_set, std::string> key_set::read(std::string_view jwks, origin from) {
  return key_set_reader{from}.read(jwks);
}

key_candidates key_set::candidates(crypto::jws_alg alg,
                                   std::optional<std::string_view> kid) const noexcept {
  auto found = key_candidates{};
  for (const auto& each : entries_) {
    if (kid && each.key.kid() != kid) continue;
    for (const auto& key : each.for_algs) {
      if (key.alg() != alg) continue;
      found.keys_[found.size_++] = &key;
      if (found.size_ == found.keys_.size()) return found;
    }
  }
  return found;
}

bool key_set::has_kid(std::string_view kid) const noexcept {
  return std::ranges::any_of(entries_, [kid](const entry& e) { return e.key.kid() == kid; });
}

bool key_set::has_thumbprint(const crypto::digest& thumbprint) const noexcept {
  return std::ranges::any_of(entries_,
                             [&](const entry& e) { return e.key.thumbprint() == thumbprint; });
}

bool key_set::has_key_for(crypto::jws_alg alg) const noexcept {
  return !candidates(alg, std::nullopt).empty();
}

key_set_ptr read_registered_keys(std::string_view jwks) {
  auto read = key_set::read(jwks);
  return read ? std::make_shared<const key_set>(std::move(*read)) : nullptr;
}

bool key_set::can_verify() const noexcept {
  return std::ranges::any_of(entries_, [](const entry& e) { return !e.for_algs.empty(); });
}

}  // namespace mintage::oauth
