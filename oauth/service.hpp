/// @file
/// Where net/ and actors/ meet: exchanges, who waits for them, and the server behind one I/O
/// thread.
///
/// An exchange is made by net/ on an I/O thread, travels through the actors by handle, and comes
/// home to the same I/O thread, where its caller is told. Every exchange is answered exactly once:
/// a handle that is destroyed on the way (its actor died, a message was dropped) sends the exchange
/// home by itself, and the server answers 503 there.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "oauth/admin.hpp"
#include "oauth/client_auth.hpp"
#include "oauth/grant.hpp"
#include "oauth/issuance.hpp"
#include "oauth/metadata.hpp"
#include "oauth/token_query.hpp"
#include "oauth/token_request.hpp"

namespace mintage::oauth {

/// 132 random bits in base64url, sent as X-Request-Id (TOK-17).
struct request_id {
  std::array<char, 22> text{};
  [[nodiscard]] std::string_view view() const noexcept { return {text.data(), text.size()}; }
};

class exchange;

/// Waits for exchanges: a session of net/.
class caller {
 public:
  virtual ~caller() = default;
  /// Called once per exchange, on the I/O thread it was made on. `x` dies afterwards.
  virtual void answered(exchange& x) noexcept = 0;
};

/// The port of one I/O thread that exchanges come home to. Implemented in actors/.
class home {
 public:
  virtual ~home() = default;
  /// Takes back an exchange that nobody holds any more. Any thread; never blocks.
  virtual void come_home(exchange* x) noexcept = 0;
};

/// What all exchanges have in common. Only the holder of its handle touches an exchange.
class exchange {
 public:
  exchange(std::shared_ptr<caller> who, request_id id, instant received)
      : who_{std::move(who)}, id_{id}, received_{received} {}
  exchange(const exchange&) = delete;
  exchange& operator=(const exchange&) = delete;
  virtual ~exchange() = default;

  [[nodiscard]] caller& who() const noexcept { return *who_; }
  [[nodiscard]] const request_id& id() const noexcept { return id_; }
  [[nodiscard]] instant received() const noexcept { return received_; }

  /// For the caller's own use, e.g. the number of a line in a bulk request.
  std::uint64_t tag = 0;
  /// Who asks, as far as failures are counted per source (CAU-16): an IPv6 address, or a mapped
  /// IPv4 one; nothing where the listener cannot know.
  std::optional<crypto::bytes<16>> source;
  /// Where it goes when its handle is destroyed, and which I/O thread that is. Set on submission.
  home* origin = nullptr;
  std::uint32_t lane = 0;
  /// Monotonic nanoseconds, set on submission.
  std::uint64_t submitted_at = 0;

 private:
  std::shared_ptr<caller> who_;  // keeps the octets alive that a request's views point into
  request_id id_;
  instant received_;
};

struct send_home {
  void operator()(exchange* x) const noexcept {
    if (x->origin != nullptr) {
      x->origin->come_home(x);
    } else {
      delete x;
    }
  }
};
/// Sole owner of an exchange on its way. Move-only.
template <class Exchange>
using handle = std::unique_ptr<Exchange, send_home>;

/// POST /token.
class token_exchange final : public exchange {
 public:
  using exchange::exchange;

  token_request request;
  /// Set by the validator.
  client_facts client;
  code_ref code;
  /// Set while an argon2id comparison is on its way, and what it found.
  std::optional<slow_check> slow;
  bool slow_matched = false;
  /// Its place in the hashers' lane; given back when this is reset or the exchange dies.
  std::shared_ptr<void> slow_place;
  /// The refresh token presented. Set by the validator.
  presented_refresh_token refresh;
  /// The grant that tokens are issued for, set by who judged it: the family born, the family
  /// refreshed, or the client's own; and what of it is issued. For a code also the attempt that
  /// must be released if signing fails.
  std::optional<grant> born;
  issuance out;
  attempt_id attempt{};
  /// Whether the consumption is durable. An exchange that comes home consumed but unsigned is
  /// released first (COM-02).
  bool consumed = false;
  /// Whether that release was tried; it is tried once.
  bool release_tried = false;

  /// The answer: the body of a 200, or a denial. Neither = 503.
  std::string body;
  std::optional<denial> denied;
  [[nodiscard]] bool is_answered() const noexcept { return denied.has_value() || !body.empty(); }
};

/// POST /introspect, POST /revoke, GET and POST /userinfo.
class query_exchange final : public exchange {
 public:
  using exchange::exchange;

  token_query_request request;
  /// Set by the validator: the caller (not for userinfo), and the token asked about.
  client_facts client;
  asked_token asked;
  std::optional<slow_check> slow;
  bool slow_matched = false;
  std::shared_ptr<void> slow_place;
  /// Set by the code store for a signer: the claims to sign, with which algorithm, as which type.
  std::string claims;
  crypto::jws_alg alg = crypto::jws_alg::rs256;

  /// The answer: `done` with a body (JSON, or a compact JWS when `is_jwt`; empty for a revocation),
  /// or a denial. Neither = 503.
  bool done = false;
  std::string body;
  bool is_jwt = false;
  std::optional<denial> denied;
};

/// POST /admin/codes, or one line of it.
class mint_exchange final : public exchange {
 public:
  using exchange::exchange;

  mint_request request;
  /// Set by the validator.
  std::optional<authorization_code> code;
  code_ref where;
  crypto::secret_string text;

  /// The answer: `text` and `code->expires` once `minted`; else the error. Neither = 503.
  bool minted = false;
  seconds expires_in{};
  std::optional<admin_error> error;
};

/// Any other call of the admin interface.
class admin_exchange final : public exchange {
 public:
  using exchange::exchange;

  admin_call call;
  std::optional<admin_answer> answer;
  std::optional<admin_error> error;
};

using token_handle = handle<token_exchange>;
using query_handle = handle<query_exchange>;
using mint_handle = handle<mint_exchange>;
using admin_handle = handle<admin_exchange>;

/// One I/O thread, as the server behind it sees it. Implemented by net/.
class io_lane {
 public:
  virtual ~io_lane() = default;
  /// Runs `task` on this I/O thread after what is ready now. Any thread. Tasks that are left when
  /// the lane stops are destroyed unrun.
  virtual void post(std::function<void()> task) = 0;
  /// Runs `task` when there is neither another task nor a socket that is ready, but a millisecond
  /// later at the latest: for what is cheaper when more has come together. On this I/O thread.
  virtual void post_when_idle(std::function<void()> task) { post(std::move(task)); }
  /// Since when there has always been a task to run, in monotonic nanoseconds; the largest number
  /// while there is none. On this I/O thread.
  [[nodiscard]] virtual std::uint64_t busy_since() const noexcept = 0;
};

/// The server behind one I/O thread: admission, and the way to the actors. One per I/O thread; all
/// calls on that thread.
class service {
 public:
  virtual ~service() = default;
  /// Sends an exchange on its way. Its caller is told the answer on this I/O thread: later, or,
  /// when the limit of exchanges in flight is reached, before the call returns (503).
  virtual void submit(token_handle x) = 0;
  virtual void submit(query_handle x) = 0;
  virtual void submit(mint_handle x) = 0;
  virtual void submit(admin_handle x) = 0;
  /// Whether a token or query exchange would be admitted now. Whoever hears no spares itself
  /// reading the request, and refuses it: with `overloaded`, by `note_refusal`.
  [[nodiscard]] virtual bool has_room() = 0;
  /// The public documents of now.
  [[nodiscard]] virtual std::shared_ptr<const public_documents> documents() const = 0;
  /// Whether some client registered this origin (TOK-20).
  [[nodiscard]] virtual bool knows_origin(std::string_view origin) const = 0;
  /// Whether requests can be answered: keys and clients are loaded, the store takes writes.
  [[nodiscard]] virtual bool ready() const = 0;
  [[nodiscard]] virtual instant now() const = 0;
  [[nodiscard]] virtual request_id next_request_id() = 0;
  /// Takes note of a refusal that net/ answers by itself, before there is an exchange.
  /// @param endpoint a literal: "token" for PROTOCOL.md §1.3, "introspect", "revoke", "userinfo",
  ///        "http" for what is below them, "admin", "tls" for a handshake that failed.
  virtual void note_refusal(std::string_view endpoint, const request_id& id, const denial& why) = 0;
  /// The page for Prometheus. Off the path of requests: takes about a millisecond.
  [[nodiscard]] virtual std::string metrics() const = 0;
};

/// Hears of all that an operator may have to account for; app/ writes it to the log and to the
/// audit stream. Any thread; must not wait for long, since I/O threads call it. Exchanges are given
/// before their callers are told.
class journal {
 public:
  virtual ~journal() = default;
  /// @param client as claimed by the request; may be empty or untrue, and holds arbitrary octets.
  virtual void refused(std::string_view endpoint, const request_id& id, std::string_view client,
                       const denial& why) noexcept = 0;
  /// A grant became tokens.
  virtual void exchanged(const token_exchange& x) noexcept = 0;
  /// A token was asked about or revoked.
  virtual void queried(const query_exchange& x) noexcept = 0;
  /// A code was minted, or refused (`error` set).
  virtual void minted(const mint_exchange& x) noexcept = 0;
  /// A call of the admin interface was answered, or refused (`error` set).
  virtual void administered(const admin_exchange& x) noexcept = 0;
  /// A signing key was made or moved on, by the schedule or by a call.
  /// @param state "pending", "active", "retiring" or "removed": what it is now.
  virtual void key_changed(const crypto::signing_key& key, std::string_view state) noexcept = 0;
};

}  // namespace mintage::oauth
