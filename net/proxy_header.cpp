#include "net/proxy_header.hpp"

#include <algorithm>

namespace mintage::net {
namespace {

using outcome = proxy_header::outcome;

constexpr auto signature = std::string_view{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr auto fixed_size = proxy_header_fixed;

constexpr unsigned version_2 = 0x2;
constexpr unsigned command_local = 0x0;
constexpr unsigned command_proxy = 0x1;
constexpr unsigned stream_over_ipv4 = 0x11;
constexpr unsigned stream_over_ipv6 = 0x21;
/// Two addresses and two TCP ports.
constexpr auto ipv4_size = std::size_t{12};
constexpr auto ipv6_size = std::size_t{36};

unsigned octet(std::string_view octets, std::size_t at) noexcept {
  return static_cast<unsigned char>(octets[at]);
}

std::array<std::uint8_t, 16> mapped(std::string_view ipv4) noexcept {
  auto out = std::array<std::uint8_t, 16>{};
  out[10] = out[11] = 0xff;
  std::copy_n(ipv4.begin(), 4, out.begin() + 12);
  return out;
}

}  // namespace

bool is_proxy_header(std::string_view octets) noexcept {
  return octets.starts_with(signature) || octets.starts_with("PROXY ");
}

proxy_header read_proxy_header(std::string_view octets) noexcept {
  const auto known = std::min(octets.size(), signature.size());
  if (octets.substr(0, known) != signature.substr(0, known)) return {.how = outcome::broken};
  if (octets.size() < fixed_size) return {};

  const auto version = octet(octets, 12) >> 4;
  const auto command = octet(octets, 12) & 0xfU;
  const auto rest = octet(octets, 14) << 8 | octet(octets, 15);
  const auto size = fixed_size + rest;
  if (version != version_2 || command > command_proxy || size > max_proxy_header) {
    return {.how = outcome::broken};
  }
  if (octets.size() < size) return {.how = outcome::need_more, .size = size};

  auto header = proxy_header{.how = outcome::complete, .size = size};
  if (command == command_local) return header;
  const auto addresses = octets.substr(fixed_size, rest);
  switch (octet(octets, 13)) {
    case stream_over_ipv4:
      if (rest < ipv4_size) return {.how = outcome::broken};
      header.source = mapped(addresses);
      break;
    case stream_over_ipv6:
      if (rest < ipv6_size) return {.how = outcome::broken};
      std::copy_n(addresses.begin(), 16, header.source.emplace().begin());
      break;
    default:
      break;
  }
  return header;
}

}  // namespace mintage::net
