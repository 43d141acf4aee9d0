// Clients whose keys are at their jwks_uri: what is known of these keys, and what must be fetched
// first. (CAU-10, CAU-11, CAU-14)
#include "oauth/client/authentication.hpp"
#include "oauth/client/certificate_auth.hpp"
#include "oauth/client/profile_rules.hpp"
#include "oauth/denial_reasons.hpp"

namespace mintage::oauth {
namespace {

denial lost_keys() {
  return {errc::temporarily_unavailable, "the server is busy; try again",
          "the client's key set was lost before it was used"};
}

/// Stands for the assertion of a client that sends none.
client_assertion no_assertion() {
  return {.jwt = {.header = json_object::read("{}").value(),
                  .signed_text = {},
                  .payload = {},
                  .signature = {}},
          .claims = json_object::read("{}").value(),
          .client_id = {}};
}

bool has_remote_certificate(const client* c) noexcept {
  return c != nullptr && c->method == auth_method::self_signed_tls_client_auth &&
         !c->jwks_uri.empty();
}

}  // namespace

/// The keys of an assertion, as far as they are known.
void client_authenticator::find_remote_keys(pending_assertion& p, const client& record,
                                            instant now) const {
  const auto* const known = remote_keys_->find(record.jwks_uri, now);
  if (known == nullptr) {
    p.wanted = keys_wanted_of(record, false);
    p.refused = lost_keys();
    return;
  }
  p.keys = known->keys;
  p.refused = known->why;
  const auto kid = p.assertion.jwt.kid();
  if (p.keys && kid && !p.keys->has_kid(*kid)) p.wanted = keys_wanted_of(record, true);
}

/// The keys of which one must be that of the certificate; null for another method, and while they
/// are not known.
const key_set* client_authenticator::certificate_keys(const client* c, instant now) const {
  if (!has_remote_certificate(c)) return c == nullptr ? nullptr : c->keys.get();
  const auto* const known = remote_keys_->find(c->jwks_uri, now);
  return known == nullptr ? nullptr : known->keys.get();
}

/// Decides about a client whose certificate has none of the keys that are known: after a fetch, or
/// at once where that was tried and failed. @see RFC 8705 §2.2.2
/// @returns nothing when the keys need not be fetched.
std::optional<pending_assertion> client_authenticator::await_certificate_keys(
    const client* c, const presented_credentials& who, instant now) const {
  if (!has_remote_certificate(c) || c->status != client_status::active || !meets_profile(*c))
    return std::nullopt;
  if (who.presented != presentation::id_only || who.certificate == nullptr) return std::nullopt;
  const auto* const known = remote_keys_->find(c->jwks_uri, now);
  const auto* const keys = known == nullptr ? nullptr : known->keys.get();
  const auto fault = refusal_of_certificate(*c, keys, who.certificate);
  if (!fault) return std::nullopt;
  auto waits = pending_assertion{no_assertion(), {}, {}, lost_keys(), false};
  if (known == nullptr) {
    waits.wanted = keys_wanted_of(*c, false);
  } else if (known->why) {
    waits.refused = known->why;
  } else {
    waits.refused = denial{errc::invalid_client, "client authentication failed", *fault};
    waits.wanted = keys_wanted_of(*c, true);
  }
  return waits;
}

}  // namespace mintage::oauth
