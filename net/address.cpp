#include "net/address.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "net/http/framing.hpp"

namespace mintage::net {
namespace {

namespace ip = boost::asio::ip;

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  auto value = Number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<ip::address> parse_address(std::string_view text) {
  auto error = boost::system::error_code{};
  auto address = ip::make_address(std::string{text}, error);
  if (error) return std::nullopt;
  return address;
}

}  // namespace

std::array<unsigned char, 16> octets_of(const ip::address& a) noexcept {
  return a.is_v4() ? ip::make_address_v6(ip::v4_mapped, a.to_v4()).to_bytes()
                   : a.to_v6().to_bytes();
}

std::optional<ip::tcp::endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  const auto has_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (has_brackets) host = host.substr(1, host.size() - 2);
  const auto address = parse_address(host);
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
  if (!address || !port || address->is_v6() != has_brackets) return std::nullopt;
  return ip::tcp::endpoint{*address, *port};
}

std::optional<address_block> address_block::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  const auto width = address->is_v4() ? 32U : 128U;
  auto bits = width;
  if (slash != std::string_view::npos) {
    const auto given = parse_number<unsigned>(text.substr(slash + 1));
    if (!given || *given > width) return std::nullopt;
    bits = *given;
  }
  return address_block{octets_of(*address), bits + 128U - width};
}

bool address_block::holds(const ip::address& a) const noexcept {
  const auto octets = octets_of(a);
  const auto whole = static_cast<std::ptrdiff_t>(bits / 8);
  if (!std::equal(prefix.begin(), prefix.begin() + whole, octets.begin())) return false;
  if (bits % 8 == 0) return true;
  const auto at = static_cast<std::size_t>(whole);
  return ((prefix[at] ^ octets[at]) >> (8 - bits % 8)) == 0;
}

std::array<unsigned char, 16> network_of(const std::array<unsigned char, 16>& address) noexcept {
  if (ip::address_v6{address}.is_v4_mapped()) return address;
  auto network = address;
  std::fill(network.begin() + 8, network.end(), static_cast<unsigned char>(0));
  return network;
}

bool is_loopback(const ip::address& a) noexcept {
  if (a.is_v6() && a.to_v6().is_v4_mapped()) {
    return ip::make_address_v4(ip::v4_mapped, a.to_v6()).is_loopback();
  }
  return a.is_loopback();
}

bool names_loopback(std::string_view host) noexcept {
  const auto end = host.starts_with('[') ? std::min(host.find(']'), host.size() - 1) + 1
                                         : std::min(host.find(':'), host.size());
  const auto port = host.substr(end);
  host = host.substr(0, end);
  if (!port.empty() && (port[0] != ':' || port.find_first_not_of("0123456789", 1) != port.npos)) {
    return false;
  }
  if (iequals(host, "localhost")) return true;
  const auto has_brackets = host.starts_with('[');
  if (has_brackets) host = host.substr(1, host.size() - 2);
  const auto address = parse_address(host);
  return address && is_loopback(*address) && address->is_v6() == has_brackets;
}

peer_filter::peer_filter(const std::vector<std::string>& trusted) {
  for (const auto& text : trusted) {
    const auto block = address_block::parse(text);
    if (!block) throw std::invalid_argument{"http.trusted_proxies: not an address: " + text};
    trusted_.push_back(*block);
  }
}

bool peer_filter::admits(const ip::address& peer) const noexcept {
  return is_loopback(peer) || trusts(peer);
}

bool peer_filter::trusts(const ip::address& peer) const noexcept {
  return std::any_of(trusted_.begin(), trusted_.end(),
                     [&](const address_block& b) { return b.holds(peer); });
}

}  // namespace mintage::net
