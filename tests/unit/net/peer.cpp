#include "tests/unit/net/peer.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>

namespace mintage::net {
namespace {
constexpr auto patience = std::chrono::seconds{30};
}  // namespace

peer::peer(std::uint16_t port, int receive_buffer) : socket_{port, patience, receive_buffer} {
  stream_.emplace(nullptr, socket_.get(), patience);
}

peer::peer(in_addr to, std::uint16_t port) : socket_{to, port, patience} {
  stream_.emplace(nullptr, socket_.get(), patience);
}

peer::peer(std::uint16_t port, const loopback::tls_side& side, const loopback::session_ptr& offered,
           int receive_buffer)
    : peer{port, receive_buffer} {
  secure(side, offered);
}

void peer::secure(const loopback::tls_side& side, const loopback::session_ptr& offered) {
  stream_.emplace(&side, socket_.get(), patience, offered);
}

void peer::send(std::string_view octets) {
  stream_->send(octets);  // the server may refuse and close before it has read everything
}

std::size_t peer::send_some(std::string_view octets) {
  const auto n = ::send(socket_.get(), octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

void peer::shut_down() {
  ::shutdown(socket_.get(), SHUT_WR);
}

void peer::reset() {
  socket_.reset();
}

bool peer::fill() {
  auto octets = std::array<char, 16384>{};
  const auto n = stream_->receive(octets);
  if (n == 0) closed_ = true;
  if (n <= 0) return false;
  buffer_.append(octets.data(), static_cast<std::size_t>(n));
  return true;
}

std::string peer::take(std::size_t n) {
  while (buffer_.size() < n && fill()) {
  }
  auto out = buffer_.substr(0, n);
  buffer_.erase(0, n);
  return out;
}

std::string peer::take_line() {
  while (buffer_.find("\r\n") == std::string::npos && fill()) {
  }
  const auto end = buffer_.find("\r\n");
  if (end == std::string::npos) return {};
  auto out = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return out;
}

received peer::receive_head() {
  auto out = received{};
  const auto first = take_line();
  out.head = first + "\r\n";
  if (first.size() > 12) out.status = static_cast<unsigned>(std::stoul(first.substr(9, 3)));
  for (auto line = take_line(); !line.empty(); line = take_line()) {
    out.head += line + "\r\n";
    const auto colon = line.find(": ");
    auto name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    EXPECT_FALSE(out.fields.contains(name)) << name << " is repeated";
    out.fields[name] = line.substr(colon + 2);
  }
  return out;
}

received peer::receive(bool has_body) {
  auto out = receive_head();
  if (!has_body) return out;
  if (out.fields.contains("transfer-encoding")) {
    while (const auto chunk = receive_chunk()) out.body += *chunk;
  } else if (out.fields.contains("content-length")) {
    out.body = take(std::stoul(out.fields["content-length"]));
  }
  return out;
}

std::optional<std::string> peer::receive_chunk() {
  if (chunks_ended_) return std::nullopt;
  const auto line = take_line();
  if (line.empty()) return std::nullopt;
  const auto size = std::stoul(line, nullptr, 16);
  chunks_ended_ = size == 0;
  auto out = take(size);
  EXPECT_EQ(take_line(), "");
  if (chunks_ended_) return std::nullopt;
  return out;
}

std::optional<std::string> peer::receive_line() {
  for (;;) {
    if (const auto end = lines_.find('\n'); end != std::string::npos) {
      auto out = lines_.substr(0, end);
      lines_.erase(0, end + 1);
      return out;
    }
    const auto chunk = receive_chunk();
    if (!chunk) return std::nullopt;
    lines_ += *chunk;
  }
}

bool peer::is_closed(std::string* rest) {
  while (fill()) {
  }
  if (rest != nullptr) *rest = buffer_;
  return closed_;
}

bool peer::has_octets() const {
  auto p = pollfd{socket_.get(), POLLIN, 0};
  return !buffer_.empty() || ::poll(&p, 1, 0) > 0;
}

bool peer::is_reset() const {
  auto p = pollfd{socket_.get(), 0, 0};
  return ::poll(&p, 1, 0) > 0 && (p.revents & (POLLERR | POLLHUP)) != 0;
}

}  // namespace mintage::net
