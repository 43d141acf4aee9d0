#include "net/fetch/public_address.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>

namespace mintage::net {
namespace {

/// The addresses whose first `bits` bits are those of `prefix`.
template <std::size_t Size>
struct block {
  std::array<std::uint8_t, Size> prefix;
  unsigned bits;

  [[nodiscard]] constexpr bool holds(const std::array<std::uint8_t, Size>& a) const noexcept {
    for (auto bit = 0U; bit < bits; ++bit) {
      const auto mask = 0x80U >> bit % 8;
      if (((prefix[bit / 8] ^ a[bit / 8]) & mask) != 0) return false;
    }
    return true;
  }
};
using v4 = std::array<std::uint8_t, 4>;
using v6 = std::array<std::uint8_t, 16>;

constexpr auto loopback_v4 = block<4>{{127, 0, 0, 0}, 8};
constexpr auto loopback_v6 = v6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

constexpr auto special_v4 = std::array{
    block<4>{{0, 0, 0, 0}, 8},        // this network
    block<4>{{10, 0, 0, 0}, 8},       // private
    block<4>{{100, 64, 0, 0}, 10},    // shared by providers
    block<4>{{169, 254, 0, 0}, 16},   // link-local: metadata of clouds
    block<4>{{172, 16, 0, 0}, 12},    // private
    block<4>{{192, 0, 0, 0}, 24},     // protocol assignments
    block<4>{{192, 0, 2, 0}, 24},     // documentation
    block<4>{{192, 88, 99, 0}, 24},   // 6to4 relays
    block<4>{{192, 168, 0, 0}, 16},   // private
    block<4>{{198, 18, 0, 0}, 15},    // benchmarks
    block<4>{{198, 51, 100, 0}, 24},  // documentation
    block<4>{{203, 0, 113, 0}, 24},   // documentation
    block<4>{{224, 0, 0, 0}, 4},      // multicast
    block<4>{{240, 0, 0, 0}, 4},      // reserved, broadcast
};

/// The only block from which addresses are given out, and what is special in it.
constexpr auto global_v6 = block<16>{{0x20}, 3};
constexpr auto special_v6 = std::array{
    block<16>{{0x20, 0x01, 0x00}, 23},        // protocol assignments, Teredo among them
    block<16>{{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    block<16>{{0x20, 0x02}, 16},              // 6to4
    block<16>{{0x3f, 0xff, 0x00}, 20},        // documentation
};
/// Blocks whose last four octets are an IPv4 address.
constexpr auto mapped_v4 = block<16>{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr auto translated_v4 = block<16>{{0x00, 0x64, 0xff, 0x9b}, 96};

template <std::size_t Size>
bool is_in(std::span<const block<Size>> blocks, const std::array<std::uint8_t, Size>& a) {
  return std::any_of(blocks.begin(), blocks.end(), [&](const auto& b) { return b.holds(a); });
}

address_scope scope_of(const v4& a) noexcept {
  if (loopback_v4.holds(a)) return address_scope::loopback;
  return is_in<4>(special_v4, a) ? address_scope::other : address_scope::public_;
}

address_scope scope_of(const v6& a) noexcept {
  if (a == loopback_v6) return address_scope::loopback;
  if (mapped_v4.holds(a) || translated_v4.holds(a)) return scope_of(v4{a[12], a[13], a[14], a[15]});
  return global_v6.holds(a) && !is_in<16>(special_v6, a) ? address_scope::public_
                                                         : address_scope::other;
}

}  // namespace

address_scope scope_of(const sockaddr* address) noexcept {
  if (address->sa_family == AF_INET) {
    auto own = sockaddr_in{};
    std::memcpy(&own, address, sizeof own);
    auto octets = v4{};
    std::memcpy(octets.data(), &own.sin_addr, octets.size());
    return scope_of(octets);
  }
  if (address->sa_family == AF_INET6) {
    auto own = sockaddr_in6{};
    std::memcpy(&own, address, sizeof own);
    auto octets = v6{};
    std::memcpy(octets.data(), &own.sin6_addr, octets.size());
    return scope_of(octets);
  }
  return address_scope::other;
}

}  // namespace mintage::net
