// Authentication by client assertions: rows P15 and P16. (CAU-06 to CAU-10)
#include <utility>

#include "oauth/client/assertion.hpp"
#include "oauth/client/authentication.hpp"
#include "oauth/client/profile_rules.hpp"
#include "oauth/denial_reasons.hpp"

namespace mintage::oauth {
namespace {

/// One description for every failure (TOK-21).
denial invalid_client(denial_reason reason) {
  return {errc::invalid_client, "client authentication failed", reason};
}

denial used_assertion() {
  return invalid_client("assertion was used before (CAU-07)");
}

/// Why this client cannot authenticate by assertions, whatever the signature (CAU-05).
/// @returns the denial, or nothing.
std::optional<denial> obstacle(const client* record) {
  if (record == nullptr) return invalid_client("unknown client");
  if (record->status != client_status::active) return invalid_client("client is suspended");
  if (!meets_profile(*record))
    return invalid_client("client does not meet FAPI 2.0, which this server holds all clients to");
  if (row_of(auth_methods, record->method).presented != presentation::assertion)
    return invalid_client("client is not registered for assertions");
  return std::nullopt;
}

}  // namespace

// What fails at once still costs a signature: an answer's time does not tell whether there is such
// a client (TOK-21, CAU-12).
client_authenticator::outcome client_authenticator::begin_assertion(
    const client_registry& clients, const presented_credentials& who, instant now) {
  auto read = read_assertion(who.assertion);
  if (!read) return read.error();
  auto pending = pending_assertion{std::move(*read), {}, {}, {}, false};
  const auto& a = pending.assertion;
  const auto* record = clients.find(a.client_id);
  pending.refused = obstacle(record);
  if (who.id != a.client_id) pending.refused = invalid_client("assertion is of another client");
  if (!pending.refused) {
    pending.keys = record->keys;
    if (!record->jwks_uri.empty()) find_remote_keys(pending, *record, now);
  }
  if (!pending.refused) {
    static const auto no_keys = key_set{};
    const auto found = find_keys(a, *record, pending.keys ? *pending.keys : no_keys);
    if (found) {
      pending.candidates = *found;
      secret_keys_.update();
      pending.is_proven = found->empty() && verify_by_secrets(a, *record, secret_keys_, now);
    } else {
      pending.refused = found.error();
    }
  }
  if (pending.candidates.empty() && !pending.is_proven) pending.candidates = decoy_keys(a.alg);
  return pending;
}

concluded_assertion client_authenticator::conclude_assertion(
    const client_registry& clients, const presented_credentials& who,
    std::optional<grant_type> grant, const pending_assertion& pending, bool is_verified,
    const assertion_audiences& to, instant now) {
  if (pending.refused) return {refusal{*pending.refused}, {}};
  const auto* record = clients.find(pending.assertion.client_id);
  if (record == nullptr || !(pending.is_proven || is_verified))
    return {refusal{wrong_assertion_signature()}, {}};
  const auto use = check_claims(pending.assertion, *record, to, now);
  if (!use) return {refusal{use.error()}, {}};
  const auto name =
      name_replay_id(replay_kind::client_assertion, {use->client_id, use->jti}, hash_);
  return {admit_known(*record, who.id, grant), replay_id{.where = name.where,
                                                         .hash = name.hash,
                                                         .expires = use->expires,
                                                         .when_known = used_assertion(),
                                                         .usable_from = use->usable_from}};
}

}  // namespace mintage::oauth
