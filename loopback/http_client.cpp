#include "loopback/http_client.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <thread>

namespace mintage::loopback {
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

connection::connection(tcp_socket socket, const connection_options& options) try
    : options_{options},
      socket_{std::move(socket)},
      stream_{std::make_unique<stream>(options.side, socket_.get(), options.patience)} {
} catch (const tls_refused& e) {
  throw connection_lost{e.what()};
}

connection::connection(std::uint16_t port, const connection_options& options)
    : connection{tcp_socket{port, options.patience}, options} {}

connection::connection(const sockaddr* where, socklen_t size, const connection_options& options)
    : connection{tcp_socket{where, size, options.patience}, options} {}

void connection::watch(std::string_view octets) const {
  if (options_.watch != nullptr) options_.watch(octets);
}

bool connection::send(std::string_view octets) noexcept {
  watch(octets);
  return stream_->send(octets);
}

void connection::finish_sending() noexcept {
  stream_->finish_sending();
  ::shutdown(socket_.get(), SHUT_WR);
}

bool connection::fill() {
  compact();
  auto piece = std::array<char, 16384>{};
  const auto got = stream_->receive(piece);
  if (got == static_cast<int>(stream::end::silence)) throw connection_lost{"recv: silence"};
  if (got <= 0) return false;
  buffer_.append(piece.data(), static_cast<std::size_t>(got));
  return true;
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
  watch(data);
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
  watch(out.body);
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
  auto waiting = pollfd{socket_.get(), POLLRDHUP, 0};
  return ::poll(&waiting, 1, static_cast<int>(options_.patience.count())) == 1;
}

namespace {

/// About 16 KiB of lines, from the n-th on, which then is the first one left.
std::string piece_of(std::size_t& n, std::size_t count,
                     const std::function<std::string_view(std::size_t)>& line_of) {
  auto out = std::string{};
  while (n < count && out.size() < 16384) out += line_of(n++);
  return out;
}

}  // namespace

std::vector<std::string> exchange_lines(
    connection& c, std::string_view head, std::size_t count,
    const std::function<std::string_view(std::size_t)>& line_of) {
  auto writer = std::thread{[&] {
    auto going = c.send(std::string{head} +
                        "Content-Type: application/x-ndjson\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n");
    for (auto n = std::size_t{0}; going && n < count;) {
      auto framed = chunked(piece_of(n, count, line_of));
      framed.resize(framed.size() - 5);  // without the last chunk, "0" and two line ends
      going = c.send(framed);
    }
    c.send("0\r\n\r\n");
  }};
  auto got = http_answer{};
  try {
    got = c.receive();
  } catch (...) {
    c.finish_sending();
    writer.join();
    throw;
  }
  writer.join();
  if (got.status != 200) {
    throw std::runtime_error{"the bulk request was refused: " + std::to_string(got.status) + " " +
                             got.body.substr(0, 300)};
  }
  return lines_of(got.body);
}

std::string code_in(std::string_view line) {
  constexpr auto name = std::string_view{"\"code\":\""};
  auto begin = line.find(name);
  if (begin == line.npos) return {};
  begin += name.size();
  return std::string{line.substr(begin, line.find('"', begin) - begin)};
}

std::vector<std::string> codes_in(std::vector<std::string> lines, std::size_t count) {
  for (auto& each : lines) {
    auto code = code_in(each);
    if (code.empty()) throw std::runtime_error{"a line was refused: " + each};
    each = std::move(code);
  }
  if (lines.size() != count) throw std::runtime_error{"a line was not answered"};
  return lines;
}

std::vector<std::string> lines_of(std::string_view text) {
  auto out = std::vector<std::string>{};
  while (!text.empty()) {
    auto end = text.find('\n');
    out.emplace_back(text.substr(0, end));
    if (end == text.npos) break;
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace mintage::loopback
