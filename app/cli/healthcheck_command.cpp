// mintage healthcheck: whether the server of a config is ready.

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include "app/cli/admin_commands.hpp"
#include "app/cli/command_error.hpp"
#include "config/config.hpp"

namespace mintage::app {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

struct healthcheck_options {
  std::filesystem::path config;
  bool is_live_enough = false;
  unsigned timeout_s = 3;
};

/// A listener that has /livez and /readyz.
struct health_listener {
  std::string host;
  std::string port;
  bool is_secure = false;
};

/// @returns the listener of [health], which any peer may ask, or that of [admin].
health_listener listener_of(const std::filesystem::path& config) {
  const auto settings = config::load(config);
  if (!settings) throw command_error{config::to_string(settings.error().front()), exit_usage};
  const auto& net = settings->net;
  const auto is_separate = !net.health_listen.empty();
  const auto& listen = is_separate ? net.health_listen : net.admin_listen;
  const auto colon = listen.rfind(':');
  auto out = health_listener{listen.substr(0, colon), listen.substr(colon + 1),
                             !is_separate && net.admin_tls.is_on()};
  if (out.port == "0")
    throw command_error{"the config leaves the port of the listener open", exit_usage};
  if (out.host.starts_with('[')) out.host = out.host.substr(1, out.host.size() - 2);
  // A listener on all addresses is asked on loopback.
  if (out.host == "0.0.0.0") out.host = "127.0.0.1";
  if (out.host == "::") out.host = "::1";
  return out;
}

/// One question over a connection that ends with it.
class question {
 public:
  question(const health_listener& to, std::chrono::seconds patience) : to_{to} {
    stream_.expires_after(patience);
  }

  /// @returns the status of the answer. @throws boost::system::system_error
  unsigned ask(const std::string& target) {
    auto resolver = asio::ip::tcp::resolver{io_};
    const auto found =
        resolver.resolve(to_.host, to_.port, asio::ip::resolver_base::numeric_service);
    finish([&](auto done) { stream_.async_connect(found, done); });
    if (!to_.is_secure) return ask_over(stream_, target);
    // Nothing secret is sent, and the answer says no more than the port: any certificate will do.
    auto context = asio::ssl::context{asio::ssl::context::tls_client};
    context.set_verify_mode(asio::ssl::verify_none);
    auto secure = asio::ssl::stream<beast::tcp_stream&>{stream_, context};
    finish([&](auto done) { secure.async_handshake(asio::ssl::stream_base::client, done); });
    return ask_over(secure, target);
  }

 private:
  template <class Stream>
  unsigned ask_over(Stream& over, const std::string& target) {
    auto request = http::request<http::empty_body>{http::verb::get, target, 11};
    request.set(http::field::host, to_.host);
    request.set(http::field::connection, "close");
    finish([&](auto done) { http::async_write(over, request, done); });
    auto octets = beast::flat_buffer{};
    auto answer = http::response<http::string_body>{};
    finish([&](auto done) { http::async_read(over, octets, answer, done); });
    return answer.result_int();
  }

  template <class Start>
  void finish(Start start) {
    auto outcome = boost::system::error_code{};
    start([&outcome](boost::system::error_code e, auto&&...) { outcome = e; });
    io_.restart();
    io_.run();
    if (outcome) throw boost::system::system_error{outcome};
  }

  health_listener to_;
  asio::io_context io_{1};
  beast::tcp_stream stream_{io_};
};

int check_health(const healthcheck_options& o) {
  if (o.config.empty()) throw command_error{"give --config FILE", exit_usage};
  const auto to = listener_of(o.config);
  const auto* const target = o.is_live_enough ? "/livez" : "/readyz";
  try {
    const auto status = question{to, std::chrono::seconds{o.timeout_s}}.ask(target);
    if (status == 200) return exit_ok;
    throw command_error{std::string{o.is_live_enough ? "not alive" : "not ready"} + ": " + target +
                        " answers " + std::to_string(status)};
  } catch (const boost::system::system_error& e) {
    throw command_error{"no answer from the server at " + to.host + " port " + to.port + ": " +
                        e.code().message()};
  }
}

}  // namespace

void add_healthcheck_command(CLI::App& program, action& chosen) {
  const auto o = std::make_shared<healthcheck_options>();
  auto* command = program.add_subcommand(
      "healthcheck", "End with 0 when the server of a config is ready, with 1 when it is not");
  command->add_option("--config", o->config, "The config of the server")
      ->envname("MINTAGE_CONFIG")
      ->type_name("FILE");
  command->add_flag("--live", o->is_live_enough, "Ask only whether the process answers");
  command->add_option("--timeout", o->timeout_s, "How long to wait, 3 s by default")
      ->type_name("SECONDS")
      ->check(CLI::Range(1, 60));
  command->footer(
      "Asks /readyz, or with --live /livez, of the listener in [health], or of the admin "
      "listener.\n"
      "Prints nothing when all is well. For containers and scripts; needs no token.\n"
      "Examples:\n"
      "  mintage healthcheck --config mintage.toml\n"
      "  MINTAGE_CONFIG=/etc/mintage/mintage.toml mintage healthcheck --live");
  command->callback([o, &chosen] { chosen = [o] { return check_health(*o); }; });
}

}  // namespace mintage::app
