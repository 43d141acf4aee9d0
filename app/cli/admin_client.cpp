#include "app/cli/admin_client.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

#include "app/cli/command_error.hpp"
#include "net/address.hpp"

namespace mintage::app {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

/// Covers an import, which waits for a slow hash, a commit and perhaps other imports.
constexpr auto usual_patience = std::chrono::seconds{30};

/// The parts of a URL.
struct place {
  bool is_secure = false;
  std::string host;  ///< without the brackets of IPv6
  std::uint16_t port = 0;

  [[nodiscard]] std::string authority() const {
    const auto is_v6 = host.find(':') != std::string::npos;
    return (is_v6 ? "[" + host + "]" : host) + ':' + std::to_string(port);
  }
};

std::optional<place> parse_url(std::string_view url) {
  constexpr auto plain = std::string_view{"http://"};
  constexpr auto secure = std::string_view{"https://"};
  auto out = place{};
  out.is_secure = url.starts_with(secure);
  if (!out.is_secure && !url.starts_with(plain)) return std::nullopt;
  url.remove_prefix(out.is_secure ? secure.size() : plain.size());
  if (url.ends_with('/')) url.remove_suffix(1);
  const auto colon = url.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = url.substr(0, colon);
  const auto digits = url.substr(colon + 1);
  const auto* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, out.port);
  if (read.ec != std::errc{} || read.ptr != end || out.port == 0) return std::nullopt;
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  if (host.empty() || host.find_first_of("/?#@[] ") != std::string_view::npos) return std::nullopt;
  out.host = host;
  return out;
}

place place_of(std::string_view url) {
  const auto found = parse_url(url);
  if (!found) {
    throw command_error{
        "the admin interface must be given as https://HOST:PORT or http://ADDRESS:PORT",
        exit_usage};
  }
  if (found->is_secure) return *found;
  auto failed = boost::system::error_code{};
  const auto address = asio::ip::make_address(found->host, failed);
  const auto is_local = found->host == "localhost" || (!failed && net::is_loopback(address));
  if (!is_local) {
    throw command_error{"without https the admin token is sent to a loopback address only",
                        exit_usage};
  }
  return *found;
}

/// @returns the context of a client that trusts `ca` and verifies the server.
asio::ssl::context make_context(const std::filesystem::path& ca) {
  auto made = asio::ssl::context{asio::ssl::context::tls_client};
  SSL_CTX_set_min_proto_version(made.native_handle(), TLS1_2_VERSION);
  made.set_verify_mode(asio::ssl::verify_peer);
  auto failed = boost::system::error_code{};
  if (ca.empty()) {
    made.set_default_verify_paths(failed);
  } else {
    made.load_verify_file(ca.string(), failed);
    // Trust the server's own certificate as well as one of its authority.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(made.native_handle()),
                                X509_V_FLAG_PARTIAL_CHAIN);
  }
  if (failed) throw command_error{ca.string() + ": holds no certificates: " + failed.message()};
  return made;
}

}  // namespace

struct admin_client::impl {
  impl(place to, crypto::secret_string t, const std::filesystem::path& ca)
      : where{std::move(to)}, token{std::move(t)} {
    if (where.is_secure) context.emplace(make_context(ca));
  }

  place where;
  crypto::secret_string token;
  asio::io_context io{1};
  std::optional<asio::ssl::context> context;
  beast::tcp_stream stream{io};
  std::optional<asio::ssl::stream<beast::tcp_stream&>> secure;
  beast::flat_buffer octets;
  bool is_open = false;
  std::chrono::seconds patience = usual_patience;

  /// Runs one asynchronous operation to its end. @throws boost::system::system_error
  template <class Start>
  void finish(Start start) {
    auto outcome = boost::system::error_code{};
    stream.expires_after(patience);
    start([&outcome](boost::system::error_code e, auto&&...) { outcome = e; });
    io.restart();
    io.run();
    if (outcome) throw boost::system::system_error{outcome};
  }

  void open() {
    auto resolver = asio::ip::tcp::resolver{io};
    const auto found = resolver.resolve(where.host, std::to_string(where.port),
                                        asio::ip::resolver_base::numeric_service);
    finish([&](auto done) { stream.async_connect(found, done); });
    if (context) greet();
    is_open = true;
  }

  /// Does the TLS handshake. @throws command_error when the server does not prove to be the host of
  /// the URL.
  void greet() {
    secure.emplace(stream, *context);
    auto* session = secure->native_handle();
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), where.host.c_str()) != 1) {
      SSL_set1_host(session, where.host.c_str());
      SSL_set_tlsext_host_name(session, where.host.c_str());
    }
    try {
      finish([&](auto done) { secure->async_handshake(asio::ssl::stream_base::client, done); });
    } catch (const boost::system::system_error&) {
      const auto found = SSL_get_verify_result(session);
      if (found == X509_V_OK) throw;
      throw command_error{"the server at " + where.authority() +
                          " cannot be trusted: " + X509_verify_cert_error_string(found)};
    }
  }

  void close() {
    stream.close();
    secure.reset();
    octets.clear();
    is_open = false;
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
    out.set(http::field::host, where.authority());
    if (!token.empty())
      out.set(http::field::authorization, "Bearer " + std::string{token.reveal()});
    if (!body.empty()) out.set(http::field::content_type, "application/json");
    out.body() = body;
    out.prepare_payload();
    return out;
  }

  template <class Stream>
  admin_reply exchange_over(Stream& with, const http::request<http::string_body>& request) {
    finish([&](auto done) { http::async_write(with, request, done); });
    auto parser = http::response_parser<http::string_body>{};
    parser.body_limit(boost::none);  // a list of all clients has no limit of its own
    finish([&](auto done) { http::async_read(with, octets, parser, done); });
    if (!parser.keep_alive()) close();
    return {parser.get().result_int(), std::move(parser.get().body())};
  }

  admin_reply exchange(const http::request<http::string_body>& request) {
    if (!is_open) open();
    return secure ? exchange_over(*secure, request) : exchange_over(stream, request);
  }
};

admin_client::admin_client(std::string_view url, crypto::secret_string token,
                           const std::filesystem::path& ca)
    : impl_{std::make_unique<impl>(place_of(url), std::move(token), ca)} {}

admin_client::~admin_client() = default;

void admin_client::wait_for(std::chrono::seconds most) {
  impl_->patience = most;
}

admin_reply admin_client::call(std::string_view method, std::string_view target,
                               std::string_view body) {
  try {
    return impl_->exchange(impl_->make_request(method, target, body));
  } catch (const boost::system::system_error& e) {
    throw command_error{"no answer from the server at " + impl_->where.host + " port " +
                        std::to_string(impl_->where.port) + ": " + e.code().message()};
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
