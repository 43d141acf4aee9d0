#include "storage/shard_store.hpp"

#include <algorithm>
#include <cassert>

namespace mintage::storage {

record_key::record_key(oauth::slot where, crypto::bytes_view name) noexcept
    : size_{static_cast<std::uint8_t>(name.size() + 2)} {
  assert(name.size() + 2 <= max_size);
  octets_[0] = static_cast<char>(where.value >> 8);
  octets_[1] = static_cast<char>(where.value & 0xff);
  std::copy(name.begin(), name.end(), octets_.begin() + 2);
}

record_key record_key::from_octets(std::string_view octets) noexcept {
  assert(octets.size() <= max_size);
  auto key = record_key{};
  key.size_ = static_cast<std::uint8_t>(
      std::copy(octets.begin(), octets.end(), key.octets_.begin()) - key.octets_.begin());
  return key;
}

oauth::slot record_key::where() const noexcept {
  const auto octet = [this](std::size_t i) { return static_cast<unsigned char>(octets_[i]); };
  return {static_cast<std::uint16_t>(octet(0) << 8 | octet(1))};
}

cutoff_name name_cutoff(const crypto::digest& key) noexcept {
  auto name = cutoff_name{};
  std::copy_n(key.begin(), name.size(), name.begin());
  return name;
}

std::string_view to_string(verdict v) noexcept {
  switch (v) {
    case verdict::ok:
      return "ok";
    case verdict::exists:
      return "exists";
    case verdict::replayed:
      return "replayed";
    case verdict::mismatch:
      return "mismatch";
    case verdict::revoked:
      return "revoked";
    case verdict::expired:
      return "expired";
    case verdict::absent:
      return "absent";
    case verdict::unknown:
      break;
  }
  return "unknown";
}

}  // namespace mintage::storage
