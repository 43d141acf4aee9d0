#include "tests/support/http_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "tests/support/secret_book.hpp"
#include "tests/support/secure_ports.hpp"

namespace mintage::test {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::size_t number(std::string_view text, int base) {
  auto value = std::size_t{0};
  auto end = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (end.ec != std::errc{}) throw connection_lost{"a length is not a number"};
  return value;
}

}  // namespace

std::size_t http_answer::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(fields, [name](auto& f) { return same_name(f.first, name); }));
}

std::string http_answer::field(std::string_view name) const {
  auto found = std::ranges::find_if(fields, [name](auto& f) { return same_name(f.first, name); });
  return found == fields.end() ? std::string{} : found->second;
}

connection::connection(std::uint16_t port, std::chrono::milliseconds patience)
    : patience_{patience} {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0) throw connection_lost{std::strerror(errno)};
  auto on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  auto limit = timeval{patience.count() / 1000, (patience.count() % 1000) * 1000};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  auto address = sockaddr_in{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    auto why = std::string{"connect: "} + std::strerror(errno);
    ::close(socket_);
    throw connection_lost{why};
  }
  if (!is_secure(port)) return;
  try {
    tls_ = std::make_unique<tls_client>(test_side(), socket_, patience);
  } catch (const tls_refused& e) {
    ::close(socket_);
    throw connection_lost{e.what()};
  }
}

connection::~connection() {
  tls_.reset();
  if (socket_ >= 0) ::close(socket_);
}

connection::connection(connection&& other) noexcept
    : socket_{std::exchange(other.socket_, -1)},
      tls_{std::move(other.tls_)},
      patience_{other.patience_},
      buffer_{std::move(other.buffer_)},
      used_{other.used_} {}

connection& connection::operator=(connection&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(tls_, other.tls_);
  std::swap(patience_, other.patience_);
  std::swap(buffer_, other.buffer_);
  std::swap(used_, other.used_);
  return *this;
}

bool connection::send(std::string_view octets) noexcept {
  remember_secrets_in(octets);
  if (tls_) return tls_->send(octets);
  while (!octets.empty()) {
    auto sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    octets.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void connection::finish_sending() noexcept {
  if (tls_) tls_->finish_sending();
  ::shutdown(socket_, SHUT_WR);
}

bool connection::fill() {
  compact();
  auto piece = std::array<char, 16384>{};
  while (true) {
    auto got = tls_ ? tls_->receive(piece) : ::recv(socket_, piece.data(), piece.size(), 0);
    if (got > 0) {
      buffer_.append(piece.data(), static_cast<std::size_t>(got));
      return true;
    }
    if (tls_ && got == static_cast<int>(tls_client::end::silence)) {
      throw connection_lost{"recv: silence"};
    }
    if (tls_ || got == 0 || errno == ECONNRESET || errno == EPIPE) return false;
    if (errno != EINTR) throw connection_lost{std::string{"recv: "} + std::strerror(errno)};
  }
}

void connection::compact() {
  if (used_ < 65536 && used_ != buffer_.size()) return;
  buffer_.erase(0, used_);
  used_ = 0;
}

std::string connection::take(std::size_t size) {
  while (buffer_.size() - used_ < size) {
    if (!fill()) throw connection_lost{"the connection ended inside a body"};
  }
  auto out = buffer_.substr(used_, size);
  used_ += size;
  return out;
}

std::string connection::take_line() {
  auto end = buffer_.find("\r\n", used_);
  while (end == std::string::npos) {
    if (!fill()) throw connection_lost{"the connection ended inside a line"};
    end = buffer_.find("\r\n", used_);
  }
  auto out = buffer_.substr(used_, end - used_);
  used_ = end + 2;
  return out;
}

http_answer connection::receive_head() {
  auto out = http_answer{};
  auto line = take_line();
  if (!line.starts_with("HTTP/1.1 ") || line.size() < 12) {
    throw connection_lost{"not a status line: " + line};
  }
  out.status = static_cast<unsigned>(number(std::string_view{line}.substr(9, 3), 10));
  out.octets = line + "\r\n";
  for (line = take_line(); !line.empty(); line = take_line()) {
    auto colon = line.find(':');
    if (colon == std::string::npos) throw connection_lost{"not a header field: " + line};
    out.fields.emplace_back(line.substr(0, colon),
                            trimmed(std::string_view{line}.substr(colon + 1)));
    out.octets += line + "\r\n";
  }
  out.octets += "\r\n";
  return out;
}

bool connection::receive_chunk(std::string& out) {
  auto size = number(take_line(), 16);
  if (size == 0) {
    while (!take_line().empty()) {
    }
    return false;
  }
  const auto data = take(size);
  remember_secrets_in(data);
  out += data;
  if (take(2) != "\r\n") throw connection_lost{"a chunk is not ended by CRLF"};
  return true;
}

http_answer connection::receive(bool to_head) {
  auto out = receive_head();
  if (to_head || out.status < 200 || out.status == 204 || out.status == 304) return out;
  if (same_name(out.field("Transfer-Encoding"), "chunked")) {
    while (receive_chunk(out.body)) {
    }
  } else if (out.count("Content-Length") == 1) {
    out.body = take(number(out.field("Content-Length"), 10));
  } else {
    while (fill()) {
    }
    out.body = take(buffer_.size() - used_);
  }
  remember_secrets_in(out.body);
  out.octets += out.body;
  return out;
}

std::optional<http_answer> connection::receive_or_end() {
  if (used_ == buffer_.size() && !fill()) return {};
  return receive();
}

bool connection::ends() {
  return used_ == buffer_.size() && !fill();
}

bool connection::is_cut() const noexcept {
  auto waiting = pollfd{socket_, POLLRDHUP, 0};
  return ::poll(&waiting, 1, static_cast<int>(patience_.count())) == 1;
}

std::string form_encode(std::string_view text) {
  constexpr auto digits = std::string_view{"0123456789ABCDEF"};
  auto out = std::string{};
  for (auto c : text) {
    auto octet = static_cast<unsigned char>(c);
    if (std::isalnum(octet) != 0 || std::string_view{"-._~"}.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += digits[octet >> 4];
      out += digits[octet & 15];
    }
  }
  return out;
}

std::string form_text(const field_list& form) {
  auto out = std::string{};
  for (auto& [name, value] : form) {
    if (!out.empty()) out += '&';
    out += form_encode(name) + "=" + form_encode(value);
  }
  return out;
}

std::string chunked(std::string_view body, std::string_view trailers) {
  auto size = std::array<char, 20>{};
  auto end = std::to_chars(size.data(), size.data() + size.size(), body.size(), 16).ptr;
  auto out = std::string{size.data(), end} + "\r\n";
  out += body;
  out += "\r\n0\r\n";
  out += trailers;
  return out + "\r\n";
}

std::string base64(std::string_view text) {
  constexpr auto alphabet =
      std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"};
  auto out = std::string{};
  for (auto at = std::size_t{0}; at < text.size(); at += 3) {
    auto group = std::uint32_t{0};
    auto here = std::min<std::size_t>(3, text.size() - at);
    for (auto i = std::size_t{0}; i < 3; ++i) {
      group = group << 8 | (i < here ? static_cast<unsigned char>(text[at + i]) : 0U);
    }
    for (auto i = std::size_t{0}; i < 4; ++i) {
      out += i <= here ? alphabet[group >> (18 - 6 * i) & 63] : '=';
    }
  }
  return out;
}

}  // namespace mintage::test
