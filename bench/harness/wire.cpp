#include "bench/harness/wire.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <span>

#include "bench/harness/driver.hpp"

namespace mintage::bench {
namespace {

using loopback::channel;

bool must_wait(channel::state s) noexcept {
  return s == channel::state::wants_read || s == channel::state::wants_write;
}

}  // namespace

wire::wire(event_loop& loop, const endpoint& where, const loopback::tls_side* tls,
           std::size_t reconnect_every, driver& d)
    : loop_{loop},
      where_{where},
      driver_{d},
      channel_{tls},
      reconnect_every_{reconnect_every},
      input_(16384) {}

wire::~wire() {
  close();
}

bool wire::open(int flags) {
  close();
  socket_ = ::socket(where_.data()->sa_family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  if (socket_ < 0) return false;
  const auto on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return ::connect(socket_, where_.data(), static_cast<socklen_t>(where_.size())) == 0 ||
         errno == EINPROGRESS;
}

bool wire::connect() {
  if (!open(0)) return false;
  channel_.open(socket_);
  if (channel_.handshake() != channel::state::done) return false;
  stage_ = stage::nothing;
  return ::fcntl(socket_, F_SETFL, O_NONBLOCK) == 0 && loop_.watch(socket_, *this);
}

void wire::close() noexcept {
  channel_.close();
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  stage_ = stage::closed;
  answers_ = 0;
  filled_ = 0;
  output_.clear();
}

void wire::send(std::string_view request, nanoseconds intended, nanoseconds now,
                const workload::drawn_request& what) {
  intended_ = intended;
  sent_at_ = now;
  what_ = what;
  busy_ = true;
  if (stage_ == stage::closed) {
    if (!open(SOCK_NONBLOCK) || !loop_.watch(socket_, *this)) return fail("cannot connect");
    output_.assign(request);
    stage_ = stage::connect;
    return;
  }
  auto sent = std::size_t{0};
  const auto state = channel_.write(request, sent);
  stage_ = stage::answer;
  if (sent == request.size()) return;
  if (state != channel::state::done && !must_wait(state)) return fail("connection broken");
  output_.assign(request.substr(sent));
  write();
}

void wire::ready() {
  switch (stage_) {
    case stage::closed:
      return;
    case stage::connect:
      return begin_channel();
    case stage::handshake:
      return shake_hands();
    case stage::write:
      return write();
    case stage::answer:
      return read();
    case stage::nothing:
      return look_at_end();
  }
}

void wire::begin_channel() {
  auto error = 0;
  auto size = socklen_t{sizeof error};
  auto peer = sockaddr_storage{};
  auto peer_size = socklen_t{sizeof peer};
  ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return fail("cannot connect");
  // An event may also arrive before the connection is established.
  if (::getpeername(socket_, reinterpret_cast<sockaddr*>(&peer), &peer_size) != 0) return;
  channel_.open(socket_);
  stage_ = stage::handshake;
  shake_hands();
}

void wire::shake_hands() {
  const auto state = channel_.handshake();
  if (must_wait(state)) return;
  if (state != channel::state::done) return fail("TLS handshake failed");
  driver_.connected(channel_.was_resumed());
  write();
}

void wire::write() {
  stage_ = stage::write;
  while (!output_.empty()) {
    auto sent = std::size_t{0};
    const auto state = channel_.write(output_, sent);
    if (must_wait(state)) return;
    if (state != channel::state::done) return fail("connection broken");
    output_.erase(0, sent);
  }
  stage_ = stage::answer;
}

void wire::read() {
  for (;;) {
    if (filled_ == input_.size()) input_.resize(input_.size() * 2);
    auto got = std::size_t{0};
    const auto state = channel_.read(std::span{input_}.subspan(filled_), got);
    if (must_wait(state)) return;
    if (state == channel::state::closed) return fail("closed without an answer");
    if (state != channel::state::done) return fail("connection broken");
    filled_ += got;
    const auto whole = cut_answer({input_.data(), filled_}, answer_);
    if (whole == cut::complete) break;
    if (whole == cut::malformed) return fail("malformed HTTP");
  }
  // One request, one answer: further octets were not requested.
  if (answer_.size != filled_) return fail("more than one answer");
  const auto status = answer_.status;
  const auto body = answer_.body;
  filled_ = 0;
  stage_ = stage::nothing;
  if (answer_.closes || ++answers_ == reconnect_every_) close();
  driver_.answered(*this, status, body);
}

// An idle connection can only deliver its end, or a session ticket of TLS.
void wire::look_at_end() {
  auto got = std::size_t{0};
  if (!must_wait(channel_.read(input_, got))) close();
}

void wire::fail(std::string_view kind) {
  close();
  driver_.broken(*this, kind);
}

}  // namespace mintage::bench
