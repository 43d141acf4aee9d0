/// @file
/// Addresses in the form that operators write, and the peers that may use plain HTTP. (TOK-02)
/// Internal to net/.
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mintage::net {

/// Parses "127.0.0.1:9080" or "[::1]:9080". @returns nothing for other forms.
[[nodiscard]] std::optional<boost::asio::ip::tcp::endpoint> parse_endpoint(std::string_view text);

/// A block of addresses. IPv4 addresses are mapped to IPv6.
struct address_block {
  std::array<unsigned char, 16> prefix{};
  unsigned bits = 0;

  /// Parses an address, or a block in CIDR notation.
  [[nodiscard]] static std::optional<address_block> parse(std::string_view text);
  [[nodiscard]] bool holds(const boost::asio::ip::address& a) const noexcept;
};

/// The octets of an IPv6 address, or of the mapped form of an IPv4 address.
[[nodiscard]] std::array<unsigned char, 16> octets_of(const boost::asio::ip::address& a) noexcept;

/// The network that counts as one source: an IPv4 address, or the /64 of an IPv6 address with the
/// rest zero.
[[nodiscard]] std::array<unsigned char, 16> network_of(
    const std::array<unsigned char, 16>& address) noexcept;
[[nodiscard]] bool is_loopback(const boost::asio::ip::address& a) noexcept;

/// Whether the value of Host, or the authority of a target, names loopback: "localhost" or a
/// loopback address, with any TCP port. A request by a DNS name did not mean this host only.
[[nodiscard]] bool names_loopback(std::string_view host) noexcept;

/// The peers that a listener accepts: loopback, and the given blocks. Immutable.
class peer_filter {
 public:
  peer_filter() = default;
  /// @pre every entry parses; `check(options)` ensures that.
  explicit peer_filter(const std::vector<std::string>& trusted);
  [[nodiscard]] bool admits(const boost::asio::ip::address& peer) const noexcept;
  /// Whether the peer is in one of the blocks.
  [[nodiscard]] bool trusts(const boost::asio::ip::address& peer) const noexcept;

 private:
  std::vector<address_block> trusted_;
};

}  // namespace mintage::net
