#include "app/admin_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>
#include <utility>

#include "app/command_error.hpp"
#include "net/address.hpp"

namespace mintage::app {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

/// An import waits for a slow hash and a commit, and perhaps for other imports.
constexpr auto patience = std::chrono::seconds{30};

asio::ip::tcp::endpoint endpoint_of(std::string_view url) {
  constexpr auto scheme = std::string_view{"http://"};
  constexpr auto local_name = std::string_view{"localhost:"};
  auto place = std::string{url.substr(url.starts_with(scheme) ? scheme.size() : url.size())};
  if (place.ends_with('/')) place.pop_back();
  if (place.starts_with(local_name)) place.replace(0, local_name.size(), "127.0.0.1:");
  const auto found = net::parse_endpoint(place);
  if (!found || found->port() == 0) {
    throw command_error{"the admin interface must be given as http://ADDRESS:PORT", exit_usage};
  }
  if (!net::is_loopback(found->address())) {
    throw command_error{
        "the admin token is sent to a loopback address only, as long as there is no TLS",
        exit_usage};
  }
  return *found;
}

}  // namespace

struct admin_client::impl {
  asio::ip::tcp::endpoint where;
  crypto::secret_string token;
  asio::io_context io{1};
  beast::tcp_stream stream{io};
  beast::flat_buffer octets;
  bool is_open = false;

  /// Runs one operation to its end. @throws boost::system::system_error
  template <class Start>
  void finish(Start start) {
    auto outcome = boost::system::error_code{};
    stream.expires_after(patience);
    start([&outcome](boost::system::error_code e, std::size_t = 0) { outcome = e; });
    io.restart();
    io.run();
    if (outcome) throw boost::system::system_error{outcome};
  }

  http::request<http::string_body> make_request(std::string_view method, std::string_view target,
                                                std::string_view body) const {
    const auto view = [](std::string_view text) {
      return beast::string_view{text.data(), text.size()};
    };
    auto out = http::request<http::string_body>{};
    out.version(11);
    out.method_string(view(method));
    out.target(view(target));
    out.set(http::field::host, where.address().to_string() + ':' + std::to_string(where.port()));
    out.set(http::field::authorization, "Bearer " + std::string{token.reveal()});
    if (!body.empty()) out.set(http::field::content_type, "application/json");
    out.body() = body;
    out.prepare_payload();
    return out;
  }

  admin_reply exchange(http::request<http::string_body> request) {
    if (!is_open) {
      finish([&](auto done) { return stream.async_connect(where, done); });
      is_open = true;
    }
    finish([&](auto done) { return http::async_write(stream, request, done); });
    auto parser = http::response_parser<http::string_body>{};
    parser.body_limit(boost::none);  // a list of all clients has no limit of its own
    finish([&](auto done) { return http::async_read(stream, octets, parser, done); });
    if (!parser.keep_alive()) {
      stream.close();
      octets.clear();
      is_open = false;
    }
    return {parser.get().result_int(), std::move(parser.get().body())};
  }
};

admin_client::admin_client(std::string_view url, crypto::secret_string token)
    : impl_{std::make_unique<impl>()} {
  impl_->where = endpoint_of(url);
  impl_->token = std::move(token);
}

admin_client::~admin_client() = default;

admin_reply admin_client::call(std::string_view method, std::string_view target,
                               std::string_view body) {
  try {
    return impl_->exchange(impl_->make_request(method, target, body));
  } catch (const boost::system::system_error& e) {
    const auto& where = impl_->where;
    throw command_error{"no answer from the server at " + where.address().to_string() + " port " +
                        std::to_string(where.port()) + ": " + e.code().message()};
  }
}

std::string path_segment(std::string_view text) {
  constexpr auto digits = std::string_view{"0123456789ABCDEF"};
  constexpr auto plain =
      std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"};
  auto out = std::string{};
  for (const auto c : text) {
    if (plain.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    ((out += '%') += digits[octet >> 4]) += digits[octet & 15];
  }
  return out;
}

}  // namespace mintage::app
