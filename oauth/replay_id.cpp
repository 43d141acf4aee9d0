#include "oauth/replay_id.hpp"

#include "oauth/denial_reasons.hpp"

namespace mintage::oauth {
namespace {

/// Big-endian.
std::array<std::uint8_t, 4> octets_of(std::size_t size) noexcept {
  return {static_cast<std::uint8_t>(size >> 24 & 0xff),
          static_cast<std::uint8_t>(size >> 16 & 0xff), static_cast<std::uint8_t>(size >> 8 & 0xff),
          static_cast<std::uint8_t>(size & 0xff)};
}

}  // namespace

replay_name name_replay_id(replay_kind kind, std::initializer_list<std::string_view> parts,
                           crypto::sha256_hasher& hash) {
  hash.begin();
  hash.add(std::array{static_cast<std::uint8_t>(kind)});
  for (const auto part : parts) {
    hash.add(octets_of(part.size()));
    hash.add(crypto::as_bytes(part));
  }
  auto name = replay_name{{}, hash.end()};
  // 4096 divides 65536: every slot is equally likely.
  name.where.value = static_cast<std::uint16_t>((name.hash[0] << 8 | name.hash[1]) % slots_count);
  return name;
}

denial replay_store_silent() noexcept {
  return {errc::temporarily_unavailable, "the server could not finish the request; try again",
          "replay id could not be recorded (CAU-07, DPO-08)"};
}

}  // namespace mintage::oauth
