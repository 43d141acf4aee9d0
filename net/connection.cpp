#include "net/connection.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "net/proxy_header.hpp"
#include "oauth/denial_reasons.hpp"
#include "oauth/request/came.hpp"
#include "oauth/request/response.hpp"

namespace mintage::net {
namespace {

/// A path for the log: a long segment may be a handle, so its length stands for it.
std::string without_secrets(std::string_view path) {
  constexpr auto longest_name = std::size_t{40};
  auto out = std::string{};
  while (!path.empty()) {
    const auto segment = path.substr(0, path.find('/', 1));
    path.remove_prefix(segment.size());
    if (segment.size() <= longest_name + 1)
      out += segment;
    else
      out += "/(" + std::to_string(segment.size() - 1) + " characters)";
  }
  return out;
}

namespace asio = boost::asio;

constexpr auto linger_patience = std::chrono::milliseconds{1000};

std::string_view name_of(http_method m) noexcept {
  constexpr auto names = std::array<std::string_view, oauth::count_of<http_method>()>{
      "GET", "HEAD", "POST", "OPTIONS", "PATCH", "DELETE", "PUT", "another"};
  return names[static_cast<std::size_t>(m)];
}

}  // namespace

connection::connection(event_loop& l, const options& o, connection_gate& gate, channel to_peer,
                       std::size_t largest_body)
    : io_thread_{l},
      options_{o},
      gate_{gate},
      peer_{std::move(to_peer)},
      largest_body_{largest_body},
      scanner_{o.header_limit} {}

// An answer may come inside the submission of its request and uncover the next pipelined request.
// The loop, instead of recursion, bounds the stack.
void connection::run() {
  if (running_) return;
  running_ = true;
  auto end = never;
  while (step()) {
    // Only a request that follows another one reads the clock.
    if (phase_ != phase::idle || input_.size() == 0) continue;
    const auto now = steady::now();
    if (end == never) end = now + turn_length;
    if (now < end) continue;
    run_later();
    break;
  }
  running_ = false;
}

void connection::run_later() {
  if (std::exchange(run_is_posted_, true)) return;
  asio::post(io_thread_.context(), [self = shared_from_this()] {
    self->run_is_posted_ = false;
    self->run();
  });
}

/// @returns whether more can be done at once.
bool connection::step() {
  if (phase_ == phase::idle || phase_ == phase::head) return step_head();
  if (phase_ == phase::body) return step_body();
  return false;
}

bool connection::step_head() {
  if (first_octet_until_ != never && is_proxy_header(input_.view())) {
    refuse(400,
           "A PROXY header is accepted from http.trusted_proxies with http.proxy_protocol only.");
    return true;
  }
  // A client may send an empty line after its last body (RFC 9112 §2.2); one is accepted.
  if (phase_ == phase::idle && input_.view().starts_with("\r\n")) input_.consume(2);
  if (input_.size() == 0) {
    read_more();
    return false;
  }
  first_octet_until_ = never;
  if (phase_ == phase::idle && input_.view() == "\r") {
    read_more();
    return false;
  }
  switch (scanner_.scan(input_.view())) {
    case head_scanner::outcome::need_more:
      if (phase_ == phase::idle) {
        phase_ = phase::head;
        wait_as(standing::slow, options_.header_timeout);
      }
      read_more();
      return false;
    case head_scanner::outcome::refused:
      refuse(scanner_.fault().status, scanner_.fault().reason);
      return true;
    case head_scanner::outcome::complete:
      break;
  }
  body_at_ = raw_at_ = scanner_.size();
  body_size_ = 0;
  // Reserves room for the whole request, so that views into its head stay valid while the body
  // arrives.
  const auto most = largest_body_ + 2 * max_chunk_line;
  const auto expected = scanner_.is_chunked() ? most : scanner_.content_length().value_or(0);
  input_.reserve(body_at_ + static_cast<std::size_t>(std::min<std::uint64_t>(expected, most)));
  parser_.emplace(passed_on_fields());
  const auto parsed = parser_->read_head(input_.view().substr(0, body_at_));
  if (!parsed) {
    refuse(400, "The header section is malformed.");
    return true;
  }
  head_ = *parsed;
  phase_ = phase::reading_head;
  serve();
  on_head();
  return true;
}

/// Only a trusted proxy may speak for a client; from others the fields are not read (CAU-15).
certificate_fields connection::passed_on_fields() const noexcept {
  if (!peer_.is_trusted_proxy()) return {};
  return {certificate_field(options_), options_.client_verified_header};
}

std::optional<std::uint64_t> connection::declared_length() const noexcept {
  if (scanner_.is_chunked()) return std::nullopt;
  return scanner_.content_length().value_or(0);
}

bool connection::is_body_here() const noexcept {
  const auto length = declared_length();
  return length && *length <= input_.size() - body_at_;
}

bool connection::refuse_by_head(std::size_t limit) {
  if (declared_length().value_or(0) > limit) {
    refuse(413, "The request body is too large.");
  } else if (head_.expects == expectation::unknown) {
    refuse(417, "The only expectation understood is 100-continue.");
  } else if (head_.has_content_coding) {
    send_error({.status = 415}, oauth::errc::invalid_request,
               "The request body must not have a content coding.");
  } else {
    return false;
  }
  return true;
}

void connection::receive_body(std::size_t limit) {
  body_limit_ = limit;
  phase_ = phase::body;
  chunks_ = {};
  if (!is_body_here()) wait_as(standing::slow, options_.body_timeout);
  invite_body();
}

void connection::invite_body() {
  if (head_.expects != expectation::continue_ || !head_.is_version_11) return;
  if (is_body_here() || input_.size() > body_at_) return;
  // Nothing else is being sent to the peer, so the socket takes these octets, unless the peer reads
  // nothing.
  constexpr auto invitation = std::string_view{"HTTP/1.1 100 Continue\r\n\r\n"};
  auto error = boost::system::error_code{};
  if (peer_.write_some(asio::buffer(invitation), error) != invitation.size()) close();
}

bool connection::step_body() {
  if (scanner_.is_chunked()) return decode_chunks();
  if (is_body_here()) {
    body_size_ = static_cast<std::size_t>(*declared_length());
    body_complete(body_at_ + body_size_);
    return true;
  }
  read_more();
  return false;
}

bool connection::decode_chunks() {
  for (;;) {
    const auto piece = chunks_.next(input_.view().substr(raw_at_));
    raw_at_ += piece.consumed;
    switch (piece.how) {
      case chunk_decoder::progress::payload:
        if (piece.payload.size() > body_limit_ - body_size_) {
          refuse(413, "The request body is too large.");
          return true;
        }
        std::memmove(input_.data() + body_at_ + body_size_, piece.payload.data(),
                     piece.payload.size());
        body_size_ += piece.payload.size();
        continue;
      case chunk_decoder::progress::done:
        body_complete(raw_at_);
        return true;
      case chunk_decoder::progress::broken:
        refuse(400, "The chunked body is malformed.");
        return true;
      case chunk_decoder::progress::need_more:
        input_.cut(body_at_ + body_size_, raw_at_);
        raw_at_ = body_at_ + body_size_;
        read_more();
        return false;
    }
  }
}

void connection::body_complete(std::size_t request_size) {
  request_size_ = request_size;
  phase_ = phase::busy;
  serve();
  on_body();
}

void connection::begin_stream() {
  invite_body();
  if (phase_ == phase::closed) return;
  input_.consume(body_at_);
  chunks_ = {};
  phase_ = phase::streaming;
}

void connection::end_stream(bool keep) {
  if (phase_ == phase::closed) return;
  must_close_ = must_close_ || !keep;
  request_size_ = 0;
  release_stream();
  sent();
}

persistence connection::persistence_now() const noexcept {
  if (must_close_ || !head_.keep_alive || io_thread_.is_leaving()) return persistence::close;
  return head_.is_version_11 ? persistence::implied : persistence::keep_alive;
}

void connection::send(answer a, const service::request_id& id) {
  complete(a);
  if (phase_ == phase::reading_head) {
    // Answered by its head. A client that still sends a body may do so for a second; it is
    // discarded.
    if (is_body_here()) {
      request_size_ = body_at_ + static_cast<std::size_t>(*declared_length());
    } else {
      must_close_ = true;
    }
  }
  const auto p = persistence_now();
  must_close_ = p == persistence::close;
  out_.clear();
  append_head(out_, a, p, id, io_thread_.date());
  const auto has_body = head_.method != http_method::head && a.status != 204 && a.status != 304;
  auto payload = has_body ? a.body : std::string_view{};
  // With TLS, head and body share a record if they fit. A plain socket sends the body from its own
  // memory.
  if (peer_.is_secure()) out_.append(std::exchange(payload, {}));

  phase_ = phase::writing;
  const auto parts =
      std::array<asio::const_buffer, 2>{asio::buffer(std::as_const(out_)), asio::buffer(payload)};
  auto error = boost::system::error_code{};
  const auto n = peer_.write_some(parts, error);
  if (error && error != asio::error::would_block) return close();
  if (n == out_.size() + payload.size()) return sent();
  wait_as(standing::slow, options_.write_timeout);
  const auto head_sent = std::min(n, out_.size());
  write_rest(head_sent, payload.substr(n - head_sent));
}

void connection::write_rest(std::size_t head_sent, std::string_view rest) {
  const auto parts = std::array<asio::const_buffer, 2>{
      asio::buffer(std::as_const(out_)) + head_sent, asio::buffer(rest)};
  asio::async_write(
      peer_, parts,
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
        if (self->phase_ != phase::writing) return;
        if (error) return self->close();
        self->sent();
      });
}

void connection::send_error(answer a, oauth::errc code, oauth::denial_reason why) {
  auto& service = io_thread_.service();
  const auto id = service.next_request_id();
  service.note_refusal("http", id, {code, why, why}, came_with(why));
  text_.clear();
  oauth::append_error(text_, code, why);
  a.body = text_;
  send(a, id);
}

std::string connection::came_with(oauth::denial_reason why) const {
  auto out = std::string{};
  if (why.row().shows == oauth::came::path) {
    out.append("method=").append(name_of(head_.method)).append("; path=");
    out += oauth::escape_for_people(without_secrets(head_.path));
  } else if (why.row().shows == oauth::came::content_type) {
    out = "Content-Type=" + oauth::escape_for_people(head_.content_type.value_or(""));
  }
  return out;
}

void connection::refuse(unsigned status, oauth::denial_reason why, oauth::errc code) {
  must_close_ = true;
  send_error({.status = status}, code, why);
}

void connection::sent() {
  event_loop::note_sent();
  if (must_close_) return linger();
  input_.consume(request_size_);
  request_size_ = 0;
  await_request();
  run();
}

void connection::await_request() {
  phase_ = phase::idle;
  scanner_ = head_scanner{options_.header_limit};
  head_ = {};
  input_.rest();
  const auto is_draining = io_thread_.is_draining();
  if (is_draining && input_.size() == 0 && !is_newcomer()) return close();
  wait_as(standing::idle, options_.idle_timeout);
  if (first_octet_until_ != never) {
    set_deadline(is_draining ? newcomer_until()
                             : std::min(first_octet_until_, steady::now() + options_.idle_timeout));
  }
}

void connection::linger() {
  phase_ = phase::lingering;
  auto error = boost::system::error_code{};
  peer_.shut_down_write(error);
  if (error) return close();
  wait_as(standing::idle, linger_patience);
  read_more();
}

void connection::read_more() {
  if (reading_) return;
  if (phase_ == phase::lingering) input_.clear();
  if (input_.space().empty()) input_.reserve(2 * input_.size());
  reading_ = true;
  peer_.async_read_some(input_.space(),
                        [self = shared_from_this()](const boost::system::error_code& error,
                                                    std::size_t n) { self->read_done(error, n); });
}

void connection::read_done(const boost::system::error_code& error, std::size_t n) {
  reading_ = false;
  io_thread_.note_read();
  // A read that was in flight when the request was refused; the answer continues without it.
  if (phase_ == phase::closed || phase_ == phase::writing) return;
  // A peer that lingers was answered or refused already.
  if (error) return phase_ == phase::lingering ? close() : lose_peer();
  if (phase_ == phase::lingering) return read_more();
  input_.commit(n);
  run();
}

}  // namespace mintage::net
