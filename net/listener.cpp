#include "net/listener.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "net/server.hpp"

namespace mintage::net {
namespace {

namespace asio = boost::asio;

constexpr auto back_off_time = std::chrono::milliseconds{50};

}  // namespace

listener::listener(std::string key, const std::string& address, std::vector<event_loop*> io_threads,
                   peer_filter peers, bool proxy_protocol, std::shared_ptr<const tls_context> tls,
                   std::size_t most_connections, starter begin)
    : key_{std::move(key)},
      address_{address},
      io_threads_{std::move(io_threads)},
      peers_{std::move(peers)},
      proxy_protocol_{proxy_protocol},
      tls_{std::move(tls), nullptr},
      gate_{most_connections, [this] { io_threads_.front()->post([this] { accept(); }); }},
      begin_{std::move(begin)},
      acceptor_{io_threads_.front()->context()},
      pause_{io_threads_.front()->context()} {
  const auto endpoint = parse_endpoint(address_);
  if (!endpoint) fail(asio::error::invalid_argument);
  auto error = boost::system::error_code{};
  acceptor_.open(endpoint->protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address{true}, error);
  if (!error) acceptor_.bind(*endpoint, error);
  if (!error) port_ = acceptor_.local_endpoint(error).port();
  if (error) fail(error);
}

void listener::listen() {
  auto error = boost::system::error_code{};
  acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) fail(error);
}

void listener::fail(const boost::system::error_code& error) const {
  throw listen_error{key_ + ": cannot listen at " + address_ + ": " + error.message()};
}

void listener::accept() {
  if (accepting_ || gate_.is_full() || !acceptor_.is_open()) return;
  accepting_ = true;
  auto& to = *io_threads_[next_];
  next_ = (next_ + 1) % io_threads_.size();
  acceptor_.async_accept(to.context(), peer_,
                         [this, &to](const boost::system::error_code& error, tcp_socket socket) {
                           accepted(error, std::move(socket), to);
                         });
}

void listener::accepted(const boost::system::error_code& error, tcp_socket socket, event_loop& to) {
  accepting_ = false;
  if (!acceptor_.is_open()) return;
  // Out of descriptors or memory (or something new): the connection stays in the kernel's queue.
  if (error && error != asio::error::connection_aborted) return back_off();
  // TOK-02: closed before a word is read.
  if (!error && admits_peer()) deal(std::move(socket), to);
  accept();
}

bool listener::admits_peer() const noexcept {
  return tls_.context || peers_.admits(peer_.address());
}

peer_facts listener::facts_of_peer() const noexcept {
  if (peers_.trusts(peer_.address())) return {.source = {}, .sends_proxy_header = proxy_protocol_};
  return {.source = octets_of(peer_.address()), .sends_proxy_header = false};
}

const tls_entry& listener::entry() {
  if (!tls_.context) return tls_;
  const auto now = steady::now();
  if (!tls_.tickets) {
    tls_.tickets = ticket_keys::first(now);
  } else if (tls_.tickets->is_due(now)) {
    tls_.tickets = tls_.tickets->next(now);
  }
  return tls_;
}

void listener::deal(tcp_socket socket, event_loop& to) {
  gate_.enter();
  const auto who = facts_of_peer();
  if (&to == io_threads_.front())
    return begin_(to, gate_, channel{std::move(socket), entry(), who});
  asio::post(to.context(), [this, &to, s = std::move(socket), tls = entry(), who]() mutable {
    begin_(to, gate_, channel{std::move(s), tls, who});
  });
}

void listener::back_off() {
  pause_.expires_after(back_off_time);
  pause_.async_wait([this](const boost::system::error_code& error) {
    if (!error) accept();
  });
}

void listener::close() {
  auto ignored = boost::system::error_code{};
  acceptor_.close(ignored);
  pause_.cancel(ignored);
}

}  // namespace mintage::net
