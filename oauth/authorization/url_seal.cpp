#include "oauth/authorization/url_seal.hpp"

#include <algorithm>
#include <chrono>

#include "crypto/seal.hpp"

namespace mintage::oauth {
namespace {

std::int64_t day_of(instant t) noexcept {
  return std::chrono::floor<std::chrono::days>(t).time_since_epoch().count();
}

char octet_of(std::int64_t day) noexcept {
  return static_cast<char>(day & 0xff);
}

}  // namespace

void url_seal::update() {
  if (keys_.update()) used_ = {};
}

const crypto::digest& url_seal::key_of(sealed_kind kind, std::int64_t day, std::size_t root) {
  const auto found = std::find_if(used_.begin(), used_.end(), [&](const day_key& k) {
    return k.day == day && k.kind == kind && k.root == root;
  });
  if (found != used_.end()) return found->key;
  auto& made = used_[next_];
  next_ = (next_ + 1) % used_.size();
  // Part of what is sealed: DO NOT CHANGE.
  const auto purpose = std::to_string(static_cast<int>(kind)) + '/' + std::to_string(day);
  made = {.day = day,
          .kind = kind,
          .root = root,
          .key = crypto::hkdf_sha256(keys_.all()[root], purpose)};
  return made.key;
}

std::string url_seal::seal(sealed_kind kind, std::string_view plain, instant now) {
  update();
  const auto day = day_of(now);
  auto out = crypto::seal(key_of(kind, day, 0), {}, plain);
  out.insert(out.begin(), octet_of(day));
  return out;
}

std::optional<crypto::secret_string> url_seal::open(sealed_kind kind, std::string_view sealed,
                                                    instant now) {
  if (sealed.size() < overhead) return std::nullopt;
  update();
  const auto today = day_of(now);
  for (const auto day : {today, today - 1, today + 1}) {
    if (octet_of(day) != sealed.front()) continue;
    for (auto root = std::size_t{0}; root < keys_.all().size(); ++root)
      if (auto plain = crypto::unseal(key_of(kind, day, root), {}, sealed.substr(1))) return plain;
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace mintage::oauth
