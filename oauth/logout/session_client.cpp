#include "oauth/logout/session_client.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "oauth/grant/cutoff.hpp"

namespace mintage::oauth {
namespace {

std::int64_t period_of(instant t) noexcept {
  return numeric_date(t) / session_period.count();
}

/// Big-endian.
std::array<std::uint8_t, 8> octets_of(std::int64_t number) noexcept {
  auto out = std::array<std::uint8_t, 8>{};
  for (auto i = out.size(); i-- > 0; number >>= 8)
    out[i] = static_cast<std::uint8_t>(number & 0xff);
  return out;
}

slot slot_in(const crypto::digest& session) noexcept {
  // 4096 divides 65536: every slot is equally likely.
  return {static_cast<std::uint16_t>((session[0] << 8 | session[1]) % slots_count)};
}

session_client_name name_of(const crypto::digest& session, std::string_view client_id,
                            std::int64_t period, crypto::sha256_hasher& hash) {
  hash.begin();
  hash.add(session);
  hash.add(octets_of(period));
  hash.add(crypto::as_bytes(client_id));
  return {slot_in(session), hash.end()};
}

}  // namespace

slot slot_of_session(std::string_view sid, crypto::sha256_hasher& hash) {
  return slot_in(cutoff_key(cutoff_kind::session, sid, hash));
}

session_client mark_session(std::string_view sid, std::string_view client_id, instant now,
                            const options& o, crypto::sha256_hasher& hash) {
  const auto period = period_of(now);
  const auto end = instant{seconds{(period + 1) * session_period.count()}};
  return {name_of(cutoff_key(cutoff_kind::session, sid, hash), client_id, period, hash),
          end + cutoff_life(o)};
}

std::vector<session_client_name> find_session_client(std::string_view sid,
                                                     std::string_view client_id, instant now,
                                                     const options& o,
                                                     crypto::sha256_hasher& hash) {
  const auto session = cutoff_key(cutoff_kind::session, sid, hash);
  const auto oldest = std::max(period_of(now - cutoff_life(o)), std::int64_t{0});
  auto names = std::vector<session_client_name>{};
  for (auto period = period_of(now); period >= oldest; --period)
    names.push_back(name_of(session, client_id, period, hash));
  return names;
}

}  // namespace mintage::oauth
