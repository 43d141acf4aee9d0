#include "net/handed_sockets.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>

#include "net/address.hpp"
#include "net/server.hpp"

namespace mintage::net {
namespace {

using endpoint = boost::asio::ip::tcp::endpoint;

constexpr auto names = std::array<std::string_view, 4>{"http", "mtls", "admin", "health"};

bool is_name_of_ours(std::string_view name) noexcept {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// @returns nothing for what is not a TCP socket.
std::optional<endpoint> bound_to(int descriptor) noexcept {
  auto protocol = 0;
  auto size = socklen_t{sizeof protocol};
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) != 0 ||
      protocol != IPPROTO_TCP)
    return std::nullopt;
  auto out = endpoint{};
  size = static_cast<socklen_t>(out.capacity());
  if (::getsockname(descriptor, out.data(), &size) != 0) return std::nullopt;
  out.resize(size);
  return out;
}

std::string describe(const handed_socket& s) {
  auto out = std::ostringstream{};
  const auto at = bound_to(s.descriptor);
  if (at)
    out << "the socket at " << *at;
  else
    out << "descriptor " << s.descriptor << ", which is no TCP socket,";
  if (!s.name.empty()) out << " (\"" << s.name << "\")";
  return out.str();
}

}  // namespace

int handed_sockets::take(std::string_view name, std::string_view key, const std::string& address) {
  const auto wanted = parse_endpoint(address);
  const auto is_for = [&](const handed_socket& s) {
    if (is_name_of_ours(s.name)) return s.name == name;
    return wanted && bound_to(s.descriptor) == wanted;
  };
  const auto found = std::find_if(left_.begin(), left_.end(), is_for);
  if (found == left_.end()) return -1;
  const auto taken = *found;
  left_.erase(found);
  const auto at = bound_to(taken.descriptor);
  // The rules for addresses, such as loopback for plain HTTP, are those of the config.
  if (!at || !wanted || at->address() != wanted->address() ||
      (wanted->port() != 0 && at->port() != wanted->port())) {
    throw listen_error{describe(taken) + " was handed over for " + std::string{key} +
                       ", which is " + address};
  }
  return taken.descriptor;
}

void handed_sockets::expect_none_left() const {
  if (left_.empty()) return;
  throw listen_error{describe(left_.front()) +
                     " was handed over, and no listener is configured for it"};
}

}  // namespace mintage::net
