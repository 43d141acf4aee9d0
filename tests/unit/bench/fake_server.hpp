/// @file
/// A server on loopback whose answers the test chooses.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace mintage::bench {

inline std::string http(unsigned status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
/// The smallest good answer of a token endpoint.
inline const auto good = http(200, R"({"access_token":"a","token_type":"Bearer"})");

/// The value of a parameter in the body of a request; empty when there is none.
inline std::string value_in(const std::string& request, const std::string& name) {
  const auto body = "&" + request.substr(request.find("\r\n\r\n") + 4);
  const auto at = body.find("&" + name + "=");
  if (at == std::string::npos) return {};
  const auto value = body.substr(at + name.size() + 2);
  return value.substr(0, value.find('&'));
}

/// Answers the n-th request with `answer(n, request)`; an empty result closes the connection.
/// Requests end with "=END". One thread, so a slow answer delays all others.
class fake_server {
 public:
  using tcp = boost::asio::ip::tcp;

  explicit fake_server(std::function<std::string(unsigned, const std::string&)> answer)
      : answer_{std::move(answer)},
        acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}} {
    accept();
    thread_ = std::thread{[this] { context_.run(); }};
  }
  ~fake_server() {
    context_.stop();
    thread_.join();
  }
  [[nodiscard]] tcp::endpoint where() const { return acceptor_.local_endpoint(); }

 private:
  struct session {
    explicit session(tcp::socket s) : socket{std::move(s)} {}
    tcp::socket socket;
    boost::asio::streambuf buffer;
    std::string answer;
  };

  void accept() {
    acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
      if (error) return;
      serve(std::make_shared<session>(std::move(socket)));
      accept();
    });
  }
  void serve(std::shared_ptr<session> s) {
    boost::asio::async_read_until(
        s->socket, s->buffer, "=END", [this, s](boost::system::error_code error, std::size_t size) {
          if (error) return;
          const auto* begin = static_cast<const char*>(s->buffer.data().data());
          const auto request = std::string{begin, size};
          s->buffer.consume(size);
          s->answer = answer_(count_++, request);
          if (s->answer.empty()) return;
          boost::asio::async_write(s->socket, boost::asio::buffer(s->answer),
                                   [this, s](boost::system::error_code e, std::size_t) {
                                     if (!e) serve(s);
                                   });
        });
  }

  std::function<std::string(unsigned, const std::string&)> answer_;
  boost::asio::io_context context_;
  tcp::acceptor acceptor_;
  unsigned count_ = 0;
  std::thread thread_;
};

}  // namespace mintage::bench
