#include "loopback/https_host.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace mintage::loopback {
namespace {

void demand(bool held, const char* what) {
  if (!held) throw std::runtime_error{what};
}

}  // namespace

bool https_host::visit::send(std::string_view octets) {
  if (octets.empty()) return true;
  return SSL_write(ssl_, octets.data(), static_cast<int>(octets.size())) > 0;
}

bool https_host::visit::answer(std::string_view status, std::string_view fields,
                               std::string_view body) {
  auto text = std::string{"HTTP/1.1 "}.append(status).append("\r\n").append(fields);
  text += "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n";
  return send(text.append(body));
}

bool https_host::visit::wait(std::chrono::milliseconds time) {
  auto lock = std::unique_lock{host_.mutex_};
  return !host_.stopping_.wait_for(lock, time, [this] { return host_.is_stopping_; });
}

https_host::https_host(const pem_pair& own, responder respond)
    : context_{SSL_CTX_new(TLS_server_method())}, respond_{std::move(respond)} {
  ::signal(SIGPIPE, SIG_IGN);
  auto* const c = context_.get();
  demand(c != nullptr && SSL_CTX_use_certificate_chain_file(c, own.certificate.c_str()) == 1 &&
             SSL_CTX_use_PrivateKey_file(c, own.key.c_str(), SSL_FILETYPE_PEM) == 1,
         "no certificate for the host");
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto where = sockaddr_in{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto size = socklen_t{sizeof where};
  auto* const address = reinterpret_cast<sockaddr*>(&where);
  demand(listener_ >= 0 && ::bind(listener_, address, size) == 0 &&
             ::listen(listener_, SOMAXCONN) == 0 && ::getsockname(listener_, address, &size) == 0,
         "the host cannot listen");
  port_ = ntohs(where.sin_port);
  accepting_ = std::thread{[this] { accept_all(); }};
}

https_host::~https_host() {
  {
    const auto guard = std::scoped_lock{mutex_};
    is_stopping_ = true;
  }
  stopping_.notify_all();
  ::shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  ::close(listener_);
  for (auto& g : guests_) ::shutdown(g.socket, SHUT_RDWR);
  for (auto& g : guests_) {
    g.thread.join();
    ::close(g.socket);
  }
}

std::string https_host::url(std::string_view path) const {
  return "https://127.0.0.1:" + std::to_string(port_) + std::string{path};
}

void https_host::accept_all() {
  for (;;) {
    const auto socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    ++connections_;
    const auto now_open = ++open_;
    if (now_open > most_at_once_) most_at_once_ = now_open;  // this thread alone writes it
    for (auto g = guests_.begin(); g != guests_.end();) {
      if (!g->is_gone) {
        ++g;
        continue;
      }
      g->thread.join();
      ::close(g->socket);
      g = guests_.erase(g);
    }
    auto& g = guests_.emplace_back();
    g.socket = socket;
    g.thread = std::thread{[this, &g] { serve(g); }};
  }
}

void https_host::serve(guest& g) {
  const auto ssl = std::unique_ptr<SSL, freed<SSL_free>>{SSL_new(context_.get())};
  SSL_set_fd(ssl.get(), g.socket);
  if (SSL_accept(ssl.get()) == 1) {
    auto v = visit{*this, ssl.get()};
    if (read_request(v)) {
      ++requests_;
      respond_(v);
    }
    SSL_shutdown(ssl.get());
  }
  ::shutdown(g.socket, SHUT_RDWR);
  --open_;
  g.is_gone = true;
}

bool https_host::read_request(visit& v) {
  constexpr auto blank = std::string_view{"\r\n\r\n"};
  constexpr auto length = std::string_view{"\r\nContent-Length: "};
  auto piece = std::array<char, 4096>{};
  auto text = std::string{};
  const auto read = [&] {
    const auto got = SSL_read(v.ssl_, piece.data(), static_cast<int>(piece.size()));
    if (got <= 0 || text.size() > 65536) return false;
    text.append(piece.data(), static_cast<std::size_t>(got));
    return true;
  };
  while (text.find(blank) == text.npos)
    if (!read()) return false;
  const auto head_end = text.find(blank) + blank.size();
  const auto at = text.find(length);
  const auto size = at < head_end ? std::stoul(text.substr(at + length.size())) : 0;
  while (text.size() < head_end + size)
    if (!read()) return false;
  v.head_ = text.substr(0, head_end);
  v.body_ = text.substr(head_end);
  const auto from = v.head_.find(' ') + 1;
  v.target_ = v.head_.substr(from, v.head_.find(' ', from) - from);
  return true;
}

}  // namespace mintage::loopback
