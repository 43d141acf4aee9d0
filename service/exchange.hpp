/// @file
/// Exchanges: one request each, passed from net/ through the actors and back.
///
/// net/ makes an exchange on an I/O thread. It passes through the actors by handle and returns to
/// the same I/O thread, where its caller gets the answer. Every exchange is answered exactly once:
/// a handle that is destroyed in flight (its actor crashed, a message was dropped) returns the
/// exchange, and the server answers 503.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "oauth/admin/calls.hpp"
#include "oauth/admin/minting.hpp"
#include "oauth/authorization/authorization_parameters.hpp"
#include "oauth/authorization/browser.hpp"
#include "oauth/authorization/browser_answer.hpp"
#include "oauth/authorization/handle.hpp"
#include "oauth/authorization/purpose.hpp"
#include "oauth/authorization/verdict.hpp"
#include "oauth/client/authentication.hpp"
#include "oauth/client/remote_keys.hpp"
#include "oauth/dpop/proof.hpp"
#include "oauth/grant/confirmation.hpp"
#include "oauth/grant/grant.hpp"
#include "oauth/grant/issuance.hpp"
#include "oauth/logout/logout_parameters.hpp"
#include "oauth/logout/session_client.hpp"
#include "oauth/replay_id.hpp"
#include "oauth/request/token_request.hpp"
#include "oauth/token/token_query.hpp"
#include "service/line_room.hpp"

namespace mintage::crypto {
class certificate;
}

namespace mintage::service {

using oauth::denial;
using oauth::instant;
using oauth::seconds;

/// 132 random bits in base64url, sent as X-Request-Id (TOK-17).
struct request_id {
  std::array<char, 22> text{};
  [[nodiscard]] std::string_view view() const noexcept { return {text.data(), text.size()}; }
};

/// Whom a slow comparison of secrets is for (CAU-12).
struct slow_claim {
  /// Where it comes from: a network as of oauth::source_network; the claimant's own where the
  /// source is unknown.
  crypto::bytes<16> source{};
  /// The id that was claimed, from there; as of oauth::failure_key.
  crypto::digest who{};
  /// Whether there is a secret to compare with: otherwise the comparison is only pretended.
  bool is_real = false;
};

class exchange;

/// Receives answered exchanges: a session of net/.
class caller {
 public:
  virtual ~caller() = default;
  /// Called once per exchange, on the I/O thread that made it. `x` is destroyed afterwards.
  virtual void answered(exchange& x) noexcept = 0;
};

/// The gateway of one I/O thread, to which its exchanges return. Implemented in actors/.
class origin_gateway {
 public:
  virtual ~origin_gateway() = default;
  /// Takes back an exchange whose handle was destroyed. Any thread; never blocks.
  virtual void returned(exchange* x) noexcept = 0;
};

/// What is exchanged. Each kind has one class below, and each class one kind.
enum class exchange_kind : std::uint8_t { token, query, mint, admin, authorization };

/// The common part of all exchanges. Only the holder of its handle may touch an exchange.
class exchange {
 public:
  exchange(const exchange&) = delete;
  exchange& operator=(const exchange&) = delete;
  virtual ~exchange() = default;

  [[nodiscard]] exchange_kind kind() const noexcept { return kind_; }
  [[nodiscard]] caller& who() const noexcept { return *who_; }
  [[nodiscard]] const request_id& id() const noexcept { return id_; }
  [[nodiscard]] instant received() const noexcept { return received_; }

  /// For the caller's own use, for example the number of a line in a bulk request.
  std::uint64_t tag = 0;
  /// The source of the request, by which failures are counted (CAU-16): an IPv6 address, or a
  /// mapped IPv4 one. Nothing where the listener does not know it.
  std::optional<crypto::bytes<16>> source;
  /// Where the exchange returns when its handle is destroyed, and the number of that I/O thread.
  /// Set on submission.
  origin_gateway* origin = nullptr;
  std::uint32_t io_thread = 0;
  /// Monotonic nanoseconds, set on submission.
  std::uint64_t submitted_at = 0;
  /// Room for its line in the journal, reserved before anything is done.
  reserved_line line;
  /// The exchange returns without action because there was no room; it waits for some in the
  /// gateway.
  bool awaits_line = false;

 private:
  template <exchange_kind>
  friend class exchange_of_kind;
  exchange(exchange_kind kind, std::shared_ptr<caller> who, request_id id, instant received)
      : kind_{kind}, who_{std::move(who)}, id_{id}, received_{received} {}

  const exchange_kind kind_;
  std::shared_ptr<caller> who_;  // keeps the octets alive that the request's views refer to
  request_id id_;
  instant received_;
};

/// The base of the class that stands for `Kind`.
template <exchange_kind Kind>
class exchange_of_kind : public exchange {
 public:
  static constexpr auto own_kind = Kind;
  exchange_of_kind(std::shared_ptr<caller> who, request_id id, instant received)
      : exchange{Kind, std::move(who), id, received} {}
};

struct return_to_gateway {
  void operator()(exchange* x) const noexcept {
    if (x->origin != nullptr) {
      x->origin->returned(x);
    } else {
      delete x;
    }
  }
};
/// Sole owner of an exchange in flight. Move-only.
template <class Exchange>
using handle = std::unique_ptr<Exchange, return_to_gateway>;

/// Where an exchange goes next: back with an answer, to a hasher, to the key fetcher, to a signer,
/// or to an operation of a code store.
enum class next_stage : std::uint8_t {
  reply,
  hash,
  fetch,  ///< waits for `wanted_keys`, and then comes back to a validator
  sign,
  redeem,
  refresh,
  issue,
  put,
  query,
  record,  ///< records its replay ids, and then goes on to `after`
  keep,    ///< stores an authorization request that is too long for its handle; then goes on to
           ///< `after`
  find     ///< reads such a request, and then comes back to a validator
};

/// What a request proves itself with besides secrets and assertions, which are parameters, and what
/// must be recorded of it. All empty for most requests.
struct presented_proofs {
  /// The value of the DPoP header field; nothing = absent. A view into the request.
  std::optional<std::string_view> dpop;
  /// Whether that field came more than once (DPO-01).
  bool dpop_repeated = false;
  /// The client certificate of the connection or of a trusted proxy's header; else null.
  std::shared_ptr<const crypto::certificate> certificate;

  /// Set by the validator: the key set of the client, which must be fetched first; whether that was
  /// tried. It is tried once.
  std::optional<oauth::wanted_keys> wanted_keys;
  bool keys_awaited = false;
  /// The proof in that field, from row P14 to row P17, and whether its key has signed it. Set by
  /// the validator.
  std::unique_ptr<oauth::dpop_proof> proof;
  bool is_proof_signed = false;
  /// The keys that the request has proved, which tokens of the answer are bound to.
  oauth::confirmation bound_to;
  /// A nonce for the client's next proof, sent with the answer; empty = none (DPO-11).
  std::string dpop_nonce;

  /// Set by the validator: what must be recorded before anything else is done or answered, and the
  /// stage after that. An exchange that returns with ids left is answered 503 (CAU-07).
  oauth::replay_ids replay_ids;
  next_stage after = next_stage::reply;
};

/// POST /token.
class token_exchange final : public exchange_of_kind<exchange_kind::token>,
                             public presented_proofs {
 public:
  using exchange_of_kind::exchange_of_kind;

  oauth::token_request request;
  /// Set by the validator.
  oauth::client_facts client;
  oauth::code_ref code;
  /// Set while an argon2id comparison is in progress; then its result.
  std::optional<oauth::slow_check> slow;
  bool slow_matched = false;
  /// Its permit for a slow hash. Returned when this is reset or the exchange is destroyed.
  std::shared_ptr<const slow_claim> slow_place;
  /// The presented refresh token. Set by the validator.
  oauth::presented_refresh_token refresh;
  /// The grant that tokens are issued for: the new family, the refreshed family, or the client's
  /// own grant; and what of it is issued. Set by the stage that checked it. For a code also the
  /// attempt that must be released if signing fails.
  std::optional<oauth::grant> grant;
  oauth::issuance out;
  oauth::attempt_id attempt{};
  /// Whether the consumption is durable. An exchange that returns consumed but unanswered is
  /// released first (COM-02).
  bool consumed = false;
  /// Whether the release was tried; it is tried once.
  bool release_tried = false;

  /// The answer: the body of a 200, or a denial. Without either it is 503.
  std::string body;
  std::optional<denial> denied;
  [[nodiscard]] bool is_answered() const noexcept { return denied.has_value() || !body.empty(); }
};

/// POST /introspect, POST /revoke, GET and POST /userinfo.
class query_exchange final : public exchange_of_kind<exchange_kind::query>,
                             public presented_proofs {
 public:
  using exchange_of_kind::exchange_of_kind;

  oauth::token_query_request request;
  /// Set by the validator: the authenticated client (not for userinfo), and the token.
  oauth::client_facts client;
  oauth::asked_token asked;
  /// Whether the token is bound to a DPoP key, which a challenge tells (UIN-02). Set by the stage
  /// that answers.
  bool is_bound = false;
  std::optional<oauth::slow_check> slow;
  bool slow_matched = false;
  std::shared_ptr<const slow_claim> slow_place;
  /// Set by the code store for a signer: the claims to sign, and the algorithm.
  std::string claims;
  crypto::jws_alg alg = crypto::jws_alg::rs256;

  /// The answer: `done` with a body (JSON, or a compact JWS when `is_jwt`; empty for a revocation),
  /// or a denial. Without either it is 503.
  bool done = false;
  std::string body;
  bool is_jwt = false;
  std::optional<denial> denied;
};

/// A code on its way to the store. Set by the validator.
struct drawn_code {
  std::optional<oauth::authorization_code> code;
  oauth::code_ref where;
  crypto::secret_string text;
  /// The session's client, which is recorded with the code; nothing when the client is not told of
  /// the session's end. The code has its slot (LGO-05).
  std::optional<oauth::session_client> session;
  seconds expires_in{};
  /// Whether the code is stored. Until then its text must not leave.
  bool minted = false;
};

/// POST /admin/codes, or one line of it.
class mint_exchange final : public exchange_of_kind<exchange_kind::mint>, public drawn_code {
 public:
  using exchange_of_kind::exchange_of_kind;

  oauth::mint_request request;

  /// The answer: `text` and `expires_in` when `minted`, else the error. Without either it is 503.
  std::optional<oauth::admin_error> error;
};

/// An authorization request on its way between a client, a browser and the login page: /authorize,
/// /par, and /admin/authorizations. A logout takes the same way: /end_session, and /admin/logouts.
/// (AUZ-01, PAR-01, MINT-01, LGO-02)
class authorization_exchange final : public exchange_of_kind<exchange_kind::authorization>,
                                     public presented_proofs,
                                     public drawn_code {
 public:
  using exchange_of_kind::exchange_of_kind;
  [[nodiscard]] bool is_admin() const noexcept {
    return row_of(oauth::authorization_purposes, purpose).is_admin;
  }

  oauth::authorization_purpose purpose = oauth::authorization_purpose::begin;
  /// begin, push: what is asked for, and the id of the client; push: all its credentials.
  oauth::pushed_authorization request;
  /// begin_logout: what is asked for; `request` has the id of the client alone.
  oauth::logout_parameters logout;
  /// begin, proceed, begin_logout: the browser, if it has a cookie of this server.
  std::optional<oauth::browser_id> browser;
  /// The same after a POST, which may come from another site.
  std::optional<oauth::browser_id> posting_browser;
  bool is_posted = false;
  /// proceed: the continuation; the others of the login page: the handle.
  std::string handle;
  oauth::acceptance accepted;        ///< accept
  oauth::login_denial not_accepted;  ///< deny

  /// Set by the validator: the authenticated client that pushes.
  oauth::client_facts client;
  std::optional<oauth::slow_check> slow;
  bool slow_matched = false;
  std::shared_ptr<const slow_claim> slow_place;
  /// The record of a request that is too long for its handle. It is looked for first, or must be
  /// stored first. `record->sealed` is what was found; empty = nothing.
  std::optional<oauth::handle_record> record;
  bool was_sought = false;
  /// Who and what for: for the audit stream.
  std::string client_id;
  /// The answer to the client that must be signed before it can be given to the browser; null for
  /// most. Taken by the signer.
  std::unique_ptr<oauth::unsigned_response> to_sign;

  /// The answer: a redirect or a page for a browser, or `body` (JSON) for client and login page; or
  /// a denial, or an error for the login page. Without any it is 503.
  oauth::browser_answer to_browser;
  std::string body;
  std::optional<denial> denied;
  std::optional<oauth::admin_error> error;
  /// An answer counts only if what must be stored before is stored.
  [[nodiscard]] bool is_answered() const noexcept {
    if (denied || error) return true;
    if (record || (purpose == oauth::authorization_purpose::accept && !minted)) return false;
    return !body.empty() || !to_browser.empty();
  }
};

/// Any other call of the admin interface.
class admin_exchange final : public exchange_of_kind<exchange_kind::admin> {
 public:
  using exchange_of_kind::exchange_of_kind;

  oauth::admin_call call;
  std::optional<oauth::admin_answer> answer;
  std::optional<oauth::admin_error> error;
};

using token_handle = handle<token_exchange>;
using query_handle = handle<query_exchange>;
using mint_handle = handle<mint_exchange>;
using admin_handle = handle<admin_exchange>;
using authorization_handle = handle<authorization_exchange>;

/// The exchange as the class of its kind. @pre `x` is a `Exchange`.
template <class Exchange>
[[nodiscard]] Exchange& exchange_as(exchange& x) noexcept {
  assert(x.kind() == Exchange::own_kind);
  return static_cast<Exchange&>(x);
}

/// Calls `f` with the exchange as the class that its kind names.
template <class F>
void visit(exchange& x, F&& f) {
  switch (x.kind()) {
    case exchange_kind::token:
      return f(exchange_as<token_exchange>(x));
    case exchange_kind::query:
      return f(exchange_as<query_exchange>(x));
    case exchange_kind::mint:
      return f(exchange_as<mint_exchange>(x));
    case exchange_kind::admin:
      return f(exchange_as<admin_exchange>(x));
    case exchange_kind::authorization:
      return f(exchange_as<authorization_exchange>(x));
  }
}
/// The same for the owner of the exchange: `f` takes the handle of that class.
template <class F>
void visit(handle<exchange> x, F&& f) {
  visit(*x.release(), [&]<class Exchange>(Exchange& own) { f(handle<Exchange>{&own}); });
}

}  // namespace mintage::service
