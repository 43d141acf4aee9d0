// The start, the waits and the end of a connection.

#include <algorithm>
#include <utility>

#include "net/address.hpp"
#include "net/connection.hpp"
#include "oauth/denial_reasons.hpp"

namespace mintage::net {
namespace {

constexpr auto newcomer_patience = std::chrono::milliseconds{1000};

}  // namespace

oauth::denial_reason foreign_peer() noexcept {
  return "Plain HTTP is accepted from loopback and http.trusted_proxies only: this address is in "
         "neither.";
}

void connection::start() {
  index_ = io_thread_.add(shared_from_this());
  first_octet_until_ = steady::now() + options_.header_timeout;
  phase_ = phase::greeting;
  wait_as(standing::idle, options_.header_timeout);
  if (peer_.is_foreign()) return refuse(403, foreign_peer());
  if (!peer_.sends_proxy_header()) return introduced(true);
  peer_.async_proxy_header(
      [self = shared_from_this()](bool succeeded) { self->introduced(succeeded); });
}

void connection::introduced(bool succeeded) {
  if (phase_ == phase::closed) return;
  if (!succeeded) {
    note_refused_peer("http", "the trusted proxy sent no PROXY header of version 2");
    return close();
  }
  if (!take_place()) return refuse_source();
  shake_hands();
}

void connection::refuse_source() {
  constexpr auto reason = oauth::denial_reason{"Too many connections of one source."};
  if (!peer_.is_secure()) return refuse(503, reason, oauth::errc::temporarily_unavailable);
  note_refused_peer("http", reason);
  close();
}

/// Loopback is not counted: a proxy without PROXY headers connects from there for all its clients.
bool connection::take_place() {
  const auto& from = peer_.source();
  if (!from || is_loopback(boost::asio::ip::address_v6{*from})) return true;
  has_place_ = gate_.enter_from(*from);
  return has_place_;
}

void connection::shake_hands() {
  if (!peer_.is_secure()) return greeted(true);
  peer_.async_handshake([self = shared_from_this()](bool succeeded) { self->greeted(succeeded); });
}

void connection::greeted(bool succeeded) {
  if (phase_ == phase::closed) return;
  if (succeeded) {
    await_request();
    return run();
  }
  if (const auto why = peer_.failure()) note_refused_peer("tls", *why);
  linger();  // so that the peer gets the alert
}

void connection::note_refused_peer(std::string_view endpoint, oauth::denial_reason reason) {
  auto& service = io_thread_.service();
  service.note_refusal(endpoint, service.next_request_id(),
                       {oauth::errc::invalid_request, reason, reason}, {});
}

void connection::expire() {
  switch (phase_) {
    case phase::greeting:
      note_refused_peer("tls", "the TLS handshake or the PROXY header took too long");
      close();
      break;
    case phase::head:
    case phase::body:
      refuse(408, "The request did not arrive in time.");
      break;
    case phase::streaming:
      on_stream_expired();
      break;
    case phase::reading_head:
    case phase::busy:
      break;
    case phase::idle:
    case phase::writing:
    case phase::lingering:
    case phase::closed:
      close();
      break;
  }
}

void connection::drain() {
  if (phase_ == phase::streaming) on_stream_drained();
  // A request that has arrived is answered, although nothing of it was read yet.
  const auto is_idle = phase_ == phase::idle && !run_is_posted_ && !peer_.has_octets();
  if (!is_idle && phase_ != phase::greeting) return;
  if (!is_newcomer()) return close();
  set_deadline(newcomer_until());
}

bool connection::is_newcomer() const noexcept {
  return first_octet_until_ != never && steady::now() < newcomer_until();
}

steady::time_point connection::newcomer_until() const noexcept {
  return first_octet_until_ - options_.header_timeout +
         std::min<std::chrono::milliseconds>(options_.header_timeout, newcomer_patience);
}

void connection::close() noexcept {
  if (phase_ == phase::closed) return;
  const auto self = shared_from_this();
  phase_ = phase::closed;
  serve();
  if (std::exchange(has_place_, false)) gate_.leave_from(*peer_.source());
  peer_.close();
  release_stream();
  io_thread_.remove(index_);
  gate_.leave();
}

bool connection::make_room() {
  // Half an empty line may have been read; whatever else was is in a run that is posted.
  if (phase_ == phase::idle && (run_is_posted_ || peer_.has_octets())) return false;
  if (phase_ != phase::lingering)
    note_refused_peer("http", "closed for another connection: the listener is full");
  close();
  return true;
}

void connection::lose_peer() {
  if (const auto why = peer_.failure()) note_refused_peer("http", *why);
  close();
}

void connection::wait_as(standing how, std::chrono::milliseconds patience) noexcept {
  const auto now = steady::now();
  set_deadline(now + patience);
  gate_.wait_as(how, io_thread_.number(), *this, now);
}

void connection::serve() noexcept {
  gate_.serve(io_thread_.number(), *this);
  set_deadline(never);
}

}  // namespace mintage::net
