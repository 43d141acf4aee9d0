/// @file
/// The common part of public and admin sessions: reading requests, sending answers, deadlines.
/// Internal to net/.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "net/connection_gate.hpp"
#include "net/event_loop.hpp"
#include "net/http/chunk_decoder.hpp"
#include "net/http/framing.hpp"
#include "net/http/input_buffer.hpp"
#include "net/http/render.hpp"
#include "net/http/request_parser.hpp"
#include "net/options.hpp"
#include "net/tls/channel.hpp"
#include "oauth/types.hpp"

namespace mintage::net {

/// The reason when a peer that may not use plain HTTP is refused (TOK-02).
[[nodiscard]] oauth::denial_reason foreign_peer() noexcept;

/// One connection, used on its I/O thread. Reads one request, gets it answered, then reads the
/// next, so pipelined requests are answered in order (TOK-12).
///
/// While an exchange is in flight nothing is read, so the views of its request stay valid. The I/O
/// thread owns a connection until it closes; operations and exchanges keep it alive beyond that.
class connection : public guest,
                   public service::caller,
                   public std::enable_shared_from_this<connection> {
 public:
  /// @param largest_body maximum that `receive_body` will be called with.
  connection(event_loop& l, const options& o, connection_gate& gate, channel to_peer,
             std::size_t largest_body);

  void start();
  /// Called when the deadline has passed.
  void expire();
  /// Closes if no request is in progress. Otherwise the next answer is the last. A connection that
  /// was just accepted gets a second for its request, which is on its way.
  void drain();
  void close() noexcept;
  bool make_room() override;
  void set_index(std::size_t index) noexcept { index_ = index; }

  // For a stream that has taken over the connection (`begin_stream`).
  [[nodiscard]] event_loop& where() noexcept { return io_thread_; }
  [[nodiscard]] const options& settings() const noexcept { return options_; }
  [[nodiscard]] channel& peer() noexcept { return peer_; }
  [[nodiscard]] const channel& peer() const noexcept { return peer_; }
  [[nodiscard]] input_buffer& input() noexcept { return input_; }
  [[nodiscard]] chunk_decoder& chunks() noexcept { return chunks_; }
  /// Closes the connection after a failed read.
  void lose_peer();
  void set_deadline(steady::time_point t) noexcept {
    if (phase_ != phase::closed) io_thread_.set_deadline(index_, t);
  }
  [[nodiscard]] bool is_closed() const noexcept { return phase_ == phase::closed; }
  /// Returns the connection to its session. The stream's octets are consumed.
  /// @param keep whether the connection may serve further requests.
  void end_stream(bool keep);
  /// Sends a refusal after which the connection closes. @pre no octet of another answer was sent.
  /// @param why sent as its description, too.
  void refuse(unsigned status, oauth::denial_reason why,
              oauth::errc code = oauth::errc::invalid_request);
  [[nodiscard]] persistence persistence_now() const noexcept;

 protected:
  /// Called with the whole header section. Must answer, or call `receive_body` or `begin_stream`.
  virtual void on_head() = 0;
  /// Called with the whole body, contiguous. Must answer, now or later. Views stay valid until
  /// then.
  virtual void on_body() = 0;
  /// Adds to any answer what depends on its request.
  virtual void complete(answer&) {}
  virtual void on_stream_expired() {}
  virtual void on_stream_drained() {}
  /// The connection does not need its stream any more.
  virtual void release_stream() noexcept {}

  [[nodiscard]] const request_head& head() const noexcept { return head_; }
  /// Content-Length; nothing for a chunked body.
  [[nodiscard]] std::optional<std::uint64_t> declared_length() const noexcept;
  [[nodiscard]] bool is_body_here() const noexcept;
  [[nodiscard]] std::span<char> body() noexcept { return {input_.data() + body_at_, body_size_}; }

  /// Rows P03 to P05: size, Expect, Content-Encoding. @returns whether it refused the request.
  [[nodiscard]] bool refuse_by_head(std::size_t body_limit);
  /// The maximum that the connection began with, which a reload does not raise.
  [[nodiscard]] std::size_t largest_body() const noexcept { return largest_body_; }
  void receive_body(std::size_t limit);
  /// Passes channel and input to a stream, which calls `end_stream`. The head is consumed.
  void begin_stream();

  /// Sends an answer. Its body must stay valid until the next request, or be `text()`.
  void send(answer a, const service::request_id& id);
  void send(const answer& a) { send(a, io_thread_.service().next_request_id()); }
  /// Sends `{"error","error_description"}`, and notes the refusal.
  /// @param why sent as its description, too.
  void send_error(answer a, oauth::errc code, oauth::denial_reason why);
  /// What of the current request helps to understand a refusal; empty = nothing.
  [[nodiscard]] std::string came_with(oauth::denial_reason why) const;
  /// A buffer for the body of an answer.
  [[nodiscard]] std::string& text() noexcept { return text_; }
  /// Sends 100 Continue unless octets of the body have arrived.
  void invite_body();

 private:
  enum class phase : std::uint8_t {
    greeting,      ///< reading the PROXY header or doing the TLS handshake
    idle,          ///< no octet of a request has arrived
    head,          ///< some octets have arrived
    reading_head,  ///< the header section is complete and `on_head` runs
    body,          ///< waiting for the rest of the body
    busy,          ///< the request is whole and not answered yet
    writing,       ///< the peer has not taken the whole answer yet
    streaming,     ///< a stream uses the connection
    lingering,     ///< the write side is closed; waiting for the peer to close (TOK-08)
    closed,
  };

  [[nodiscard]] certificate_fields passed_on_fields() const noexcept;
  void introduced(bool succeeded);
  void shake_hands();
  void greeted(bool succeeded);
  void refuse_source();
  void note_refused_peer(std::string_view endpoint, oauth::denial_reason reason);
  void run();
  void run_later();
  [[nodiscard]] bool step();
  [[nodiscard]] bool step_head();
  [[nodiscard]] bool step_body();
  [[nodiscard]] bool decode_chunks();
  void body_complete(std::size_t request_size);
  void read_more();
  void read_done(const boost::system::error_code& error, std::size_t n);
  void write_rest(std::size_t head_sent, std::string_view rest);
  void sent();
  void await_request();
  void linger();
  [[nodiscard]] bool take_place();
  /// Whether it was accepted a moment ago and has sent nothing.
  [[nodiscard]] bool is_newcomer() const noexcept;
  [[nodiscard]] steady::time_point newcomer_until() const noexcept;
  /// Starts to wait for the peer.
  void wait_as(standing how, std::chrono::milliseconds patience) noexcept;
  /// Ends the wait for the peer.
  void serve() noexcept;

  event_loop& io_thread_;
  const options& options_;
  connection_gate& gate_;
  channel peer_;
  const std::size_t largest_body_;
  std::size_t index_ = 0;
  phase phase_ = phase::idle;
  bool running_ = false;
  bool run_is_posted_ = false;
  bool has_place_ = false;  ///< counted for its source
  /// Deadline of the first octet; `never` after it has come.
  steady::time_point first_octet_until_ = never;
  bool reading_ = false;
  bool must_close_ = false;

  input_buffer input_;
  head_scanner scanner_;
  std::optional<request_parser> parser_;
  chunk_decoder chunks_;
  request_head head_;
  // Offsets into `input_`. The body begins at `body_at_`; the decoded octets of a chunked body end
  // `body_size_` later. Octets that are not decoded yet begin at `raw_at_`.
  std::size_t body_at_ = 0;
  std::size_t body_size_ = 0;
  std::size_t raw_at_ = 0;
  std::size_t body_limit_ = 0;
  /// Octets of the request in `input_`, consumed after its answer.
  std::size_t request_size_ = 0;

  std::string out_;
  std::string text_;
};

}  // namespace mintage::net
