#include "oauth/client/failure_limits.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>

#include "oauth/denial_reasons.hpp"

namespace mintage::oauth {

crypto::bytes<16> source_network(const crypto::bytes<16>& source) noexcept {
  constexpr auto mapped = crypto::bytes<12>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(mapped.begin(), mapped.end(), source.begin())) return source;
  auto network = crypto::bytes<16>{};
  std::copy_n(source.begin(), 8, network.begin());
  return network;
}

crypto::digest failure_key(crypto::hmac_sha256& process_key, std::string_view client,
                           const crypto::bytes<16>& source) {
  // The source has a fixed width, so octets of the client id cannot be taken for it.
  auto text = std::string{"failures"};
  const auto network = source_network(source);
  text.append(network.begin(), network.end());
  text.append(client);
  return process_key(text);
}

failure_limits::failure_limits(unsigned most, seconds window, std::size_t cells)
    : length_{window}, mask_{cells - 1}, cells_{std::make_unique<cell[]>(cells)} {
  set_most(std::max(most, 1U));
}

void failure_limits::set_most(unsigned most) noexcept {
  const auto step = most == 0 ? 0 : length_.count() / most;
  step_.store(step, std::memory_order_relaxed);
  window_.store(most == 0 ? std::numeric_limits<std::int64_t>::max() : step * most,
                std::memory_order_relaxed);
}

failure_limits::cell& failure_limits::at(const crypto::digest& key) const noexcept {
  auto index = std::size_t{0};
  std::memcpy(&index, key.data(), sizeof index);
  return cells_[index & mask_];
}

bool failure_limits::note(const crypto::digest& key, instant now) noexcept {
  auto& forgotten_at = at(key);
  const auto ms = now.time_since_epoch().count();
  auto seen = forgotten_at.load(std::memory_order_relaxed);
  for (;;) {
    const auto next = std::max(seen, ms) + step_.load(std::memory_order_relaxed);
    if (next - ms > window_.load(std::memory_order_relaxed)) return true;
    if (forgotten_at.compare_exchange_weak(seen, next, std::memory_order_relaxed)) return false;
  }
}

bool failure_limits::is_over(const crypto::digest& key, instant now) const noexcept {
  const auto ms = now.time_since_epoch().count();
  const auto next =
      std::max(at(key).load(std::memory_order_relaxed), ms) + step_.load(std::memory_order_relaxed);
  return next - ms > window_.load(std::memory_order_relaxed);
}

denial too_many_failures() noexcept {
  return {errc::slow_down, "too many failed attempts; try again later",
          "too many failed client authentications from this source (CAU-16)"};
}

denial too_many_requests() noexcept {
  return {errc::slow_down, "too many requests from your network; try again later",
          "too many authorization requests from this source"};
}

}  // namespace mintage::oauth
