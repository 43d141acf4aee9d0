#include "app/listening_sockets.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>

#include "app/service_manager.hpp"

namespace mintage::app {
namespace {

constexpr auto first_descriptor = 3;
/// More than this server has listeners. A larger number is a mistake.
constexpr auto most_sockets = std::int64_t{64};

/// Takes the part up to the next colon off the front.
std::string take_name(std::string_view& names) {
  const auto end = names.find(':');
  auto name = std::string{names.substr(0, end)};
  names = end == std::string_view::npos ? std::string_view{} : names.substr(end + 1);
  return name;
}

}  // namespace

std::vector<net::handed_socket> take_listening_sockets() {
  const auto whose = positive_number(taken_from_environment("LISTEN_PID"));
  const auto count = positive_number(taken_from_environment("LISTEN_FDS"));
  const auto all_names = taken_from_environment("LISTEN_FDNAMES");
  auto out = std::vector<net::handed_socket>{};
  if (!whose || *whose != ::getpid() || !count || *count > most_sockets) return out;
  auto names = std::string_view{all_names};
  for (auto i = 0; i < static_cast<int>(*count); ++i) {
    const auto descriptor = first_descriptor + i;
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    out.push_back({descriptor, take_name(names)});
  }
  return out;
}

}  // namespace mintage::app
