#include "loopback/stall_proxy.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace mintage::loopback {

using steady = std::chrono::steady_clock;

namespace {

constexpr auto waiting_limit = std::size_t{1} << 20;

sockaddr_in loopback_address(std::uint16_t port) {
  auto where = sockaddr_in{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return where;
}

int new_socket() {
  return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

void send_at_once(int fd) {
  constexpr auto on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void close_with_reset(int& fd) {
  if (fd < 0) return;
  constexpr auto at_once = linger{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(fd, -1));
}

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/// One direction of a connection.
struct flow {
  struct piece {
    steady::time_point due;
    std::string octets;
  };
  std::deque<piece> pieces{};
  std::size_t waiting = 0;
  /// Nothing more comes from the sender.
  bool has_ended = false;
  /// The receiver was told so.
  bool is_shut = false;

  [[nodiscard]] bool wants_more() const { return !has_ended && waiting < waiting_limit; }
  [[nodiscard]] bool is_due(steady::time_point now) const {
    return pieces.empty() ? has_ended && !is_shut : pieces.front().due <= now;
  }
  /// @returns false when the sender's connection broke.
  bool read(int from, steady::time_point due) {
    auto buffer = std::array<char, 16384>{};
    const auto got = ::recv(from, buffer.data(), buffer.size(), 0);
    if (got < 0) return would_block();
    if (got == 0) has_ended = true;
    if (got == 0) return true;
    pieces.push_back({due, {buffer.data(), static_cast<std::size_t>(got)}});
    waiting += static_cast<std::size_t>(got);
    return true;
  }
  /// Writes what is due. @returns false when the receiver's connection broke.
  bool write(int to, steady::time_point now) {
    while (!pieces.empty() && pieces.front().due <= now) {
      auto& octets = pieces.front().octets;
      const auto sent = ::send(to, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent < 0) return would_block();
      waiting -= static_cast<std::size_t>(sent);
      octets.erase(0, static_cast<std::size_t>(sent));
      if (!octets.empty()) return true;
      pieces.pop_front();
    }
    if (pieces.empty() && has_ended && !is_shut) {
      ::shutdown(to, SHUT_WR);
      is_shut = true;
    }
    return true;
  }
};

struct link {
  int client = -1;
  int server = -1;
  flow requests{};
  flow answers{};

  [[nodiscard]] bool is_over() const { return requests.is_shut && answers.is_shut; }
  void close() {
    ::close(std::exchange(client, -1));
    ::close(std::exchange(server, -1));
  }
  void reset() {
    close_with_reset(client);
    close_with_reset(server);
  }
};

}  // namespace

class stall_proxy::pump {
 public:
  explicit pump(std::uint16_t target) : target_{target} {
    listener_ = new_socket();
    auto where = loopback_address(0);
    auto size = socklen_t{sizeof where};
    auto* address = reinterpret_cast<sockaddr*>(&where);
    wakeup_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (::bind(listener_, address, size) != 0 || ::listen(listener_, 128) != 0 ||
        ::getsockname(listener_, address, &size) != 0 || wakeup_ < 0) {
      ::close(listener_);
      ::close(wakeup_);
      throw std::runtime_error{"the proxy cannot listen"};
    }
    port_ = ntohs(where.sin_port);
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
  }

  ~pump() {
    thread_.request_stop();
    wake();
    thread_.join();
    for (auto& each : links_) each.reset();
    ::close(listener_);
    ::close(wakeup_);
  }

  void set(mode wanted, std::chrono::milliseconds delay) {
    auto lock = std::unique_lock{guard_};
    wanted_ = wanted;
    delay_ = delay;
    const auto mine = ++asked_;
    wake();
    applied_changed_.wait(lock, [&] { return applied_ >= mine; });
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::size_t open() const noexcept { return open_; }
  [[nodiscard]] std::size_t accepted() const noexcept { return accepted_; }

 private:
  void wake() const noexcept { ::eventfd_write(wakeup_, 1); }

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto delay = take_change();
      const auto now = steady::now();
      auto waiting = std::vector<pollfd>{{wakeup_, POLLIN, 0}, {listener_, POLLIN, 0}};
      for (auto& each : links_) {
        if (mode_ != mode::stall) dial(each);
        waiting.push_back({each.client, client_events(each, now), 0});
        waiting.push_back({each.server, server_events(each, now), 0});
      }
      ::poll(waiting.data(), waiting.size(), patience(now));
      auto ignored = eventfd_t{};
      ::eventfd_read(wakeup_, &ignored);
      auto next = waiting.begin() + 2;
      for (auto& each : links_) {
        const auto client = (next++)->revents;
        const auto server = (next++)->revents;
        move(each, client, server, delay);
      }
      if ((waiting[1].revents & POLLIN) != 0) accept();
      std::erase_if(links_, [](const link& each) { return each.client < 0; });
      open_ = links_.size();
    }
  }

  /// Applies the last call of `set`. @returns the delay of requests.
  std::chrono::milliseconds take_change() {
    auto lock = std::scoped_lock{guard_};
    mode_ = wanted_;
    if (mode_ == mode::reset) {
      for (auto& each : links_) each.reset();
      links_.clear();
      open_ = 0;
    }
    if (std::exchange(applied_, asked_) != asked_) {
      for (auto& each : links_) {
        for (auto& piece : each.requests.pieces) piece.due = steady::now() + delay_;
      }
      applied_changed_.notify_all();
    }
    return delay_;
  }

  void dial(link& each) const {
    if (each.server >= 0) return;
    each.server = new_socket();
    send_at_once(each.server);
    const auto where = loopback_address(target_);
    const auto* address = reinterpret_cast<const sockaddr*>(&where);
    if (::connect(each.server, address, sizeof where) != 0 && errno != EINPROGRESS) each.reset();
  }

  [[nodiscard]] bool sends_requests() const { return mode_ == mode::pass || mode_ == mode::mute; }
  [[nodiscard]] short client_events(const link& each, steady::time_point now) const {
    const auto writes = mode_ == mode::pass && each.answers.is_due(now);
    return static_cast<short>((each.requests.wants_more() ? POLLIN : 0) | (writes ? POLLOUT : 0));
  }
  [[nodiscard]] short server_events(const link& each, steady::time_point now) const {
    const auto writes = sends_requests() && each.requests.is_due(now);
    return static_cast<short>((each.answers.wants_more() ? POLLIN : 0) | (writes ? POLLOUT : 0));
  }

  /// Milliseconds until the next held request is due; -1 = nothing is.
  [[nodiscard]] int patience(steady::time_point now) const {
    if (!sends_requests()) return -1;
    auto least = std::chrono::milliseconds::max();
    for (const auto& each : links_) {
      if (each.requests.pieces.empty() || each.requests.is_due(now)) continue;
      least = std::min(least, std::chrono::ceil<std::chrono::milliseconds>(
                                  each.requests.pieces.front().due - now));
    }
    return least == std::chrono::milliseconds::max() ? -1 : static_cast<int>(least.count());
  }

  void move(link& each, short client, short server, std::chrono::milliseconds delay) {
    if (each.client < 0) return;
    const auto now = steady::now();
    constexpr auto broken = POLLERR | POLLHUP | POLLNVAL;
    auto is_good = true;
    if ((client & POLLIN) != 0) is_good = each.requests.read(each.client, now + delay);
    if ((server & POLLIN) != 0) is_good = each.answers.read(each.server, now) && is_good;
    if ((server & POLLOUT) != 0) is_good = each.requests.write(each.server, now) && is_good;
    if ((client & POLLOUT) != 0) is_good = each.answers.write(each.client, now) && is_good;
    const auto is_lost = ((client & broken) != 0 && (client & POLLIN) == 0) ||
                         ((server & broken) != 0 && (server & POLLIN) == 0);
    if (!is_good || is_lost) each.reset();
    if (each.client >= 0 && each.is_over()) each.close();
  }

  void accept() {
    auto fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    ++accepted_;
    send_at_once(fd);
    if (mode_ == mode::reset) {
      close_with_reset(fd);
    } else {
      links_.push_back({.client = fd});
    }
  }

  std::uint16_t target_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  int wakeup_ = -1;
  mode mode_ = mode::pass;
  std::list<link> links_;
  std::atomic<std::size_t> open_ = 0;
  std::atomic<std::size_t> accepted_ = 0;
  std::mutex guard_;
  std::condition_variable applied_changed_;
  mode wanted_ = mode::pass;
  std::chrono::milliseconds delay_{};
  std::uint64_t asked_ = 0;
  std::uint64_t applied_ = 0;
  std::jthread thread_;
};

stall_proxy::stall_proxy(std::uint16_t target) : pump_{std::make_unique<pump>(target)} {}
stall_proxy::~stall_proxy() = default;

std::uint16_t stall_proxy::port() const noexcept {
  return pump_->port();
}
void stall_proxy::set(mode wanted, std::chrono::milliseconds delay) {
  pump_->set(wanted, delay);
}
std::size_t stall_proxy::open() const noexcept {
  return pump_->open();
}
std::size_t stall_proxy::accepted() const noexcept {
  return pump_->accepted();
}

}  // namespace mintage::loopback
