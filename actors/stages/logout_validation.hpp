/// @file
/// What validators do with logouts that applications begin, and with what the login page says of
/// them. (LGO-02)
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "crypto/digest.hpp"
#include "crypto/jws.hpp"
#include "crypto/random.hpp"
#include "oauth/authorization/browser.hpp"
#include "oauth/authorization/url_seal.hpp"
#include "oauth/client/registry.hpp"
#include "oauth/logout/end_session.hpp"
#include "oauth/token/key_ring.hpp"
#include "service/exchange.hpp"

namespace mintage::actors {

struct validator_setup;

/// Each call sets the answer of an exchange. Stores nothing: a handle contains its request. Not
/// thread-safe. The way back of the browser is that of a login (`authorization_validation`).
class logout_validation {
 public:
  using next = service::next_stage;
  /// @param setup outlives this object.
  explicit logout_validation(const validator_setup& setup);

  void publish(oauth::registry_snapshot clients) { clients_ = std::move(clients); }
  void publish(oauth::key_snapshot keys) { keys_ = std::move(keys); }

  /// GET and POST /end_session: sends the browser to the login page.
  /// @param index the caller's number of the exchange, for `conclude`.
  /// @returns nothing when the signature of the hint must be verified first.
  [[nodiscard]] std::optional<next> begin(service::authorization_exchange& x, std::size_t index,
                                          oauth::instant now);
  /// The calls of the login page.
  [[nodiscard]] next show(service::authorization_exchange& x, oauth::instant now);
  [[nodiscard]] next accept(service::authorization_exchange& x, oauth::instant now);
  [[nodiscard]] next deny(service::authorization_exchange& x, oauth::instant now);

  /// Told of each exchange that waited for a signature: its number and its next stage.
  using listener = std::function<void(service::authorization_exchange&, std::size_t, next)>;
  /// Verifies the signatures of all that wait at once, and goes on with them.
  void conclude(crypto::jws_verifier& verifier, std::vector<crypto::jws_check>& checks,
                oauth::instant now, const listener& tell);

 private:
  struct waiting_request {
    service::authorization_exchange* x;
    std::size_t index;
    oauth::unverified_jwt hint;
  };
  [[nodiscard]] next hand_off(service::authorization_exchange& x,
                              const std::optional<oauth::logout_hint>& hint, oauth::instant now);
  /// The request that a login page names, and its client. Sets `x.denied` unless it is there.
  struct found_request {
    oauth::logout_request request;
    const oauth::client* client = nullptr;
    std::string_view redirect_uri;
  };
  [[nodiscard]] std::optional<found_request> find(service::authorization_exchange& x,
                                                  oauth::instant now);

  const validator_setup& setup_;
  const oauth::browser_cookie cookie_;
  oauth::url_seal seal_;
  crypto::buffered_random random_;
  crypto::sha256_hasher hash_;
  oauth::registry_snapshot clients_;
  oauth::key_snapshot keys_;
  std::vector<waiting_request> waiting_;
};

}  // namespace mintage::actors
