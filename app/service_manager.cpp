#include "app/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace mintage::app {

std::string taken_from_environment(const char* name) {
  const auto* found = std::getenv(name);
  auto out = std::string{found == nullptr ? "" : found};
  ::unsetenv(name);
  return out;
}

std::optional<std::int64_t> positive_number(std::string_view text) {
  auto value = std::int64_t{0};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || value <= 0) return {};
  return value;
}

service_manager::service_manager() : address_{taken_from_environment("NOTIFY_SOCKET")} {
  const auto patience = positive_number(taken_from_environment("WATCHDOG_USEC"));
  const auto whose = positive_number(taken_from_environment("WATCHDOG_PID"));
  const auto is_path = address_.starts_with('/');
  if ((!is_path && !address_.starts_with('@')) || address_.size() >= sizeof(sockaddr_un::sun_path))
    return;
  socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (patience && (!whose || *whose == ::getpid()))
    watchdog_ = std::chrono::microseconds{*patience};
}

service_manager::~service_manager() {
  if (socket_ >= 0) ::close(socket_);
}

void service_manager::tell(std::string_view lines) const noexcept {
  if (socket_ < 0) return;
  auto to = sockaddr_un{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, address_.data(), address_.size());
  if (address_.front() == '@') to.sun_path[0] = '\0';  // the abstract namespace
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  ::sendto(socket_, lines.data(), lines.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
           reinterpret_cast<const sockaddr*>(&to), size);
}

progress_check::progress_check(std::vector<service::io_thread*> io_threads)
    : io_threads_{std::move(io_threads)}, missing_{std::make_shared<std::atomic<std::size_t>>(0)} {}

bool progress_check::all_progressed() {
  if (*missing_ != 0) return false;
  *missing_ = io_threads_.size();
  for (auto* io_thread : io_threads_) io_thread->post([missing = missing_] { --*missing; });
  return true;
}

}  // namespace mintage::app
