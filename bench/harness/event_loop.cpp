#include "bench/harness/event_loop.hpp"

#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace mintage::bench {

struct event_loop::events {
  std::array<epoll_event, 256> all;
};

event_loop::event_loop()
    : poll_{::epoll_create1(EPOLL_CLOEXEC)}, events_{std::make_unique<events>()} {
  if (poll_ < 0) throw std::system_error{errno, std::generic_category(), "epoll_create1"};
}

event_loop::~event_loop() {
  ::close(poll_);
}

bool event_loop::watch(int socket, watcher& who) noexcept {
  auto wanted = epoll_event{};
  wanted.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  wanted.data.ptr = &who;
  return ::epoll_ctl(poll_, EPOLL_CTL_ADD, socket, &wanted) == 0;
}

event_loop::steady::time_point event_loop::run_once(steady::time_point until) {
  const auto left = std::max<std::int64_t>(
      0, std::chrono::duration_cast<std::chrono::nanoseconds>(until - steady::now()).count());
  const auto wait = timespec{left / 1'000'000'000, left % 1'000'000'000};
  auto& all = events_->all;
  const auto count =
      ::epoll_pwait2(poll_, all.data(), static_cast<int>(all.size()), &wait, nullptr);
  const auto woke = steady::now();
  for (auto i = 0; i < count; ++i)
    static_cast<watcher*>(all[static_cast<std::size_t>(i)].data.ptr)->ready();
  return woke;
}

}  // namespace mintage::bench
