/// @file
/// What validators do with authorization requests, and with what the login page says of them.
/// (AUZ-*, PAR-*, JAR-01, JRM-01, MINT-01, MINT-02)
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/stages/code_drawing.hpp"
#include "crypto/jws.hpp"
#include "oauth/authorization/authorization_check.hpp"
#include "oauth/authorization/request_object.hpp"
#include "oauth/authorization/url_seal.hpp"
#include "oauth/client/failure_limits.hpp"
#include "oauth/client/remote_keys.hpp"
#include "oauth/token/jwt_verifier.hpp"
#include "oauth/token/key_ring.hpp"
#include "service/exchange.hpp"

namespace mintage::actors {

struct validator_setup;

/// Each call sets the answer of an exchange, or what the next stage needs, and returns that stage.
/// Not thread-safe.
class authorization_validation {
 public:
  using next = service::next_stage;
  /// @param setup, codes outlive this object.
  authorization_validation(const validator_setup& setup, code_drawing& codes);
  authorization_validation(const authorization_validation&) = delete;
  authorization_validation& operator=(const authorization_validation&) = delete;
  ~authorization_validation();

  void publish(oauth::registry_snapshot clients) { clients_ = std::move(clients); }
  void publish(oauth::key_snapshot keys) { keys_ = std::move(keys); }
  void publish(oauth::remote_keys_snapshot keys) { remote_keys_ = std::move(keys); }

  /// GET and POST /authorize: sends the browser to the login page, or the error to the client.
  /// @param index the caller's number of the exchange, for `conclude`.
  /// @returns nothing when signatures must be verified first: of a request object (JAR-01), of an
  ///          ID token that is a hint.
  [[nodiscard]] std::optional<next> begin(service::authorization_exchange& x, std::size_t index,
                                          oauth::instant now);
  /// POST /par. @pre the client is authenticated: `x.client`, `x.bound_to`. @returns as `begin`.
  [[nodiscard]] std::optional<next> push(service::authorization_exchange& x, std::size_t index,
                                         oauth::instant now);
  /// GET /authorize/continue: sends the browser to the client if it is the one that began.
  [[nodiscard]] next proceed(service::authorization_exchange& x, oauth::instant now);
  /// The calls of the login page.
  [[nodiscard]] next show(service::authorization_exchange& x, oauth::instant now);
  [[nodiscard]] next accept(service::authorization_exchange& x, oauth::instant now);
  [[nodiscard]] next deny(service::authorization_exchange& x, oauth::instant now);

  /// Told of each exchange that waited for signatures: its number and its next stage.
  using listener = std::function<void(service::authorization_exchange&, std::size_t, next)>;
  /// Verifies the signatures of all that wait at once, and goes on with them.
  void conclude(crypto::jws_verifier& verifier, std::vector<crypto::jws_check>& checks,
                oauth::instant now, const listener& tell);

 private:
  /// A request whose signatures are not verified yet. Its members stay where they are.
  struct waiting_request;

  [[nodiscard]] std::optional<next> read(service::authorization_exchange& x, std::size_t index,
                                         const oauth::client& c, oauth::request_form form,
                                         oauth::instant now);
  [[nodiscard]] std::optional<next> find_object_keys(waiting_request& w, oauth::instant now);
  [[nodiscard]] next conclude(waiting_request& w, bool is_object_signed, bool is_hint_signed,
                              oauth::instant now);
  [[nodiscard]] next check(service::authorization_exchange& x,
                           const oauth::authorization_parameters& sent, const oauth::client& c,
                           bool is_signed, std::string_view hint_sub, oauth::instant now);
  [[nodiscard]] next keep_pushed(service::authorization_exchange& x,
                                 oauth::authorization_request& checked, oauth::instant now);
  [[nodiscard]] next open_pushed(service::authorization_exchange& x, oauth::instant now);
  [[nodiscard]] next hand_off(service::authorization_exchange& x,
                              const oauth::authorization_request& checked, oauth::instant now);
  [[nodiscard]] next refuse(service::authorization_exchange& x,
                            const oauth::authorization_refusal& why, oauth::instant now);
  /// Counts it, unless its client has proven who it is. @returns whether its source has sent too
  /// many; then it is denied.
  [[nodiscard]] bool is_too_many(service::authorization_exchange& x, oauth::failure_limits* limits,
                                 oauth::instant now);
  /// @param is_proven its client has proven who it is, so that it is not counted.
  /// @returns `keep` for a request that must be stored, if its source may have one more.
  [[nodiscard]] next keep_or_reply(service::authorization_exchange& x,
                                   std::optional<oauth::handle_record>&& record, bool is_proven,
                                   oauth::instant now);
  /// Whether signed answers of this algorithm can be made (JRM-01).
  [[nodiscard]] bool has_key_of(crypto::jws_alg alg) const noexcept;

  /// As the rules are now.
  [[nodiscard]] oauth::authorization_terms terms() const noexcept;
  /// Opens the handle, or has its record looked for: then it returns nothing, and `x.record` is
  /// set.
  [[nodiscard]] std::optional<oauth::opened_request> open(service::authorization_exchange& x,
                                                          std::string_view text,
                                                          oauth::handle_use use,
                                                          oauth::instant now);
  /// A request that a login page names, and its client. Sets `x.denied` unless it is there, or its
  /// record must be looked for.
  struct found_request {
    oauth::opened_request request;
    const oauth::client* client = nullptr;
  };
  [[nodiscard]] std::optional<found_request> find(service::authorization_exchange& x,
                                                  oauth::instant now);
  /// The stage after `find` found nothing.
  [[nodiscard]] static next stage_without_request(
      const service::authorization_exchange& x) noexcept {
    return x.record ? next::find : next::reply;
  }
  void answer(service::authorization_exchange& x, const found_request& found,
              const oauth::response_target& to, const oauth::authorization_response& r,
              oauth::instant expires, oauth::instant now);

  const validator_setup& setup_;
  code_drawing& codes_;
  const oauth::browser_cookie cookie_;
  oauth::url_seal seal_;
  crypto::buffered_random random_;
  crypto::sha256_hasher hash_;
  crypto::hmac_sha256 sources_;
  oauth::registry_snapshot clients_;
  oauth::key_snapshot keys_;
  oauth::remote_keys_snapshot remote_keys_ = std::make_shared<const oauth::remote_keys>();
  std::vector<std::unique_ptr<waiting_request>> waiting_;
};

}  // namespace mintage::actors
