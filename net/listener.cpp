#include "net/listener.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "net/connection.hpp"
#include "net/server.hpp"
#include "oauth/denial_reasons.hpp"

namespace mintage::net {
namespace {

namespace asio = boost::asio;

constexpr auto back_off_time = std::chrono::milliseconds{50};
/// How long a request may take before its connection may be closed for a new one.
constexpr auto patience_with_slow = std::chrono::seconds{1};

}  // namespace

listener::listener(std::string key, const std::string& address, std::vector<event_loop*> io_threads,
                   peer_filter peers, bool proxy_protocol, std::shared_ptr<const tls_context> tls,
                   const connection_gate::limits& most, starter begin, int handed)
    : key_{std::move(key)},
      address_{address},
      io_threads_{std::move(io_threads)},
      peers_{std::move(peers)},
      proxy_protocol_{proxy_protocol},
      tls_{std::move(tls), nullptr},
      gate_{most, io_threads_.size(), [this] { io_threads_.front()->post([this] { accept(); }); }},
      begin_{std::move(begin)},
      acceptor_{io_threads_.front()->context()},
      pause_{io_threads_.front()->context()} {
  const auto endpoint = parse_endpoint(address_);
  if (!endpoint) fail(asio::error::invalid_argument);
  auto error = boost::system::error_code{};
  if (handed >= 0) {
    acceptor_.assign(endpoint->protocol(), handed, error);
  } else {
    acceptor_.open(endpoint->protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address{true}, error);
    if (!error) acceptor_.bind(*endpoint, error);
  }
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
  if (accepting_ || stopping_ || !acceptor_.is_open()) return;
  accepting_ = true;
  if (gate_.is_full()) return await_newcomer();
  accept_one();
}

/// Waits for a new connection before an old one is closed.
void listener::await_newcomer() {
  acceptor_.async_wait(acceptor::wait_read, [this](const boost::system::error_code& error) {
    if (stopping_ || !acceptor_.is_open()) return;
    if (error) return back_off();
    if (!gate_.is_full()) return accept_one();
    make_room();
  });
}

/// An idle connection goes first, then a place for probes is used, then a slow request goes.
void listener::make_room() {
  const auto now = steady::now();
  if (const auto idle = gate_.longest(standing::idle, now)) {
    return ask_to_make_room(standing::idle, *idle, now);
  }
  make_room_of_slow();
}

void listener::make_room_of_slow() {
  if (!gate_.is_full_for_probes()) return accept_one();
  const auto latest = steady::now() - patience_with_slow;
  if (const auto slow = gate_.longest(standing::slow, latest)) {
    return ask_to_make_room(standing::slow, *slow, latest);
  }
  back_off();
}

void listener::ask_to_make_room(standing how, std::size_t io_thread, steady::time_point latest) {
  io_threads_[io_thread]->post([this, how, io_thread, latest] {
    const auto is_made = gate_.make_room(how, io_thread, latest);
    io_threads_.front()->post([this, how, is_made] { asked_to_make_room(how, is_made); });
  });
}

void listener::asked_to_make_room(standing how, bool is_made) {
  if (stopping_ || !acceptor_.is_open()) return;
  if (is_made) {
    accepting_ = false;
    return accept();
  }
  switch (how) {
    case standing::idle:
      return make_room_of_slow();
    case standing::slow:
      return back_off();
  }
}

void listener::accept_one() {
  auto& to = *io_threads_[next_];
  next_ = (next_ + 1) % io_threads_.size();
  acceptor_.async_accept(to.context(), peer_,
                         [this, &to](const boost::system::error_code& error, tcp_socket socket) {
                           accepted(error, std::move(socket), to);
                         });
}

void listener::accepted(const boost::system::error_code& error, tcp_socket socket, event_loop& to) {
  accepting_ = false;
  if (!acceptor_.is_open() || (stopping_ && error)) return;
  // Out of descriptors or memory, or an unknown error: the connection stays in the kernel's queue.
  if (error && error != asio::error::connection_aborted) return back_off();
  if (!error) deal(std::move(socket), to);
  accept();
}

bool listener::admits_peer() const noexcept {
  return tls_.context || peers_.admits(peer_.address());
}

peer_facts listener::facts_of_peer() const noexcept {
  if (peers_.trusts(peer_.address()))
    return {.source = {}, .sends_proxy_header = proxy_protocol_, .is_trusted_proxy = true};
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
  auto who = facts_of_peer();
  who.is_foreign = !admits_peer();
  // A peer that will be refused gets no place that others may need soon.
  if (who.is_foreign && gate_.is_half_full()) return turn_away();
  who.gets_probes_only = gate_.is_full();
  gate_.enter();
  if (&to == io_threads_.front())
    return begin_(to, gate_, channel{std::move(socket), entry(), who});
  asio::post(to.context(), [this, &to, s = std::move(socket), tls = entry(), who]() mutable {
    begin_(to, gate_, channel{std::move(s), tls, who});
  });
}

void listener::turn_away() {
  auto& service = io_threads_.front()->service();
  service.note_refusal("http", service.next_request_id(),
                       {oauth::errc::invalid_request, foreign_peer(), foreign_peer()}, {});
}

void listener::back_off() {
  accepting_ = false;
  pause_.expires_after(back_off_time);
  pause_.async_wait([this](const boost::system::error_code& error) {
    if (!error) accept();
  });
}

void listener::stop_accepting() {
  stopping_ = true;
  auto ignored = boost::system::error_code{};
  acceptor_.cancel(ignored);
  pause_.cancel(ignored);
}

void listener::close() {
  stopping_ = true;
  auto ignored = boost::system::error_code{};
  acceptor_.close(ignored);
  pause_.cancel(ignored);
}

}  // namespace mintage::net
