#include "oauth/client/authentication.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "oauth/client/certificate_auth.hpp"
#include "oauth/client/profile_rules.hpp"
#include "oauth/client/secret_kinds.hpp"
#include "oauth/denial_reasons.hpp"

namespace mintage::oauth {
namespace {

using how = presented_credentials::how;

/// Stands for the hash of a client that has none. Its password was random and is not recorded. Its
/// parameters are those of crypto::argon2id_hash.
constexpr auto dummy_hash = std::string_view{
    "$argon2id$v=19$m=19456,t=2,p=1$4Acb16UdL2s1DtRz73rtAQ"
    "$YQMh1yqx78WLxT9MtmkcFzvgy6C7e7kHEzUTZEs2tt0"};

/// One description for every failure (TOK-21).
denial invalid_client(denial_reason reason) {
  return {errc::invalid_client, "client authentication failed", reason};
}

/// A client, and the spelling of its id in the request.
struct located {
  const client* record = nullptr;
  std::string_view id;
};

/// Finds the decoded id, else the raw one if the client found allows raw forms (CAU-03).
located locate(const client_registry& clients, const presented_credentials& who) noexcept {
  if (!who.raw_only) {
    if (const auto* c = clients.find(who.id)) return {c, who.id};
  }
  if (who.raw_only || (!who.raw_id.empty() && who.raw_id != who.id)) {
    if (const auto* c = clients.find(who.raw_id); c != nullptr && c->basic_raw_compat) {
      return {c, who.raw_id};
    }
  }
  return {nullptr, who.id};
}

/// The texts that may be the secret: at most two, so that guessing gains nothing (CAU-03). Their
/// number depends on the request alone: where the client forbids the raw form, an empty text takes
/// its place, which is never a secret and costs the same to compare.
class candidates {
 public:
  candidates(const presented_credentials& who, const client* record) noexcept : texts_{who.secret} {
    if (who.raw_secret.empty() || who.raw_secret == who.secret) return;
    const auto raw_allowed = record == nullptr || record->basic_raw_compat;
    texts_[size_++] = raw_allowed ? who.raw_secret : std::string_view{};
  }
  [[nodiscard]] const std::string_view* begin() const noexcept { return texts_.data(); }
  [[nodiscard]] const std::string_view* end() const noexcept { return texts_.data() + size_; }

 private:
  std::array<std::string_view, 2> texts_;
  std::size_t size_ = 1;
};

bool is_live(const stored_secret& s, instant now) noexcept {
  return !s.expires || now < *s.expires;
}

bool is_slow(const stored_secret& s, instant now) noexcept {
  return is_slow(s.how) && is_live(s, now);
}

bool has_slow(const client& c, instant now) noexcept {
  return std::any_of(c.secrets.begin(), c.secrets.end(),
                     [now](const stored_secret& s) { return is_slow(s, now); });
}

std::uint64_t count_live(const client& c, instant now) noexcept {
  auto count = std::uint64_t{0};
  for (const auto& s : c.secrets) count += is_live(s, now) ? 1 : 0;
  return count;
}

/// Whether a candidate is a generated secret of the client. Compares all. Costs one HMAC per
/// candidate, also without a client.
bool matches_generated(const client* record, const candidates& texts, crypto::hmac_sha256& pepper,
                       instant now) {
  auto matched = false;
  for (const auto text : texts) {
    const auto mac = pepper_secret(pepper, text);
    if (record == nullptr) continue;
    for (const auto& s : record->secrets) {
      if (s.how != secret_kind::hmac) continue;
      const auto equal = crypto::constant_time_equal(crypto::as_chars(mac), s.hash);
      matched |= equal && is_live(s, now);
    }
  }
  return matched;
}

void append_number(std::string& out, std::uint64_t number) {
  for (auto shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xff);
}

void append_text(std::string& out, std::string_view text) {
  append_number(out, text.size());
  out += text;
}

/// Identifies a secret presented to a client in its current state. That includes the number of live
/// secrets, because a secret can expire without a new version of its client, but not how they are
/// stored: a secret that is proven meanwhile stays the same secret.
crypto::digest make_proof(const client& c, const candidates& texts, crypto::hmac_sha256& process,
                          instant now) {
  auto message = std::string{};
  auto size = c.id.size() + 8 * sizeof(std::uint64_t);
  for (const auto text : texts) size += text.size();
  message.reserve(size);  // no reallocation leaves a copy in the heap
  append_text(message, c.id);
  append_number(message, c.incarnation);
  append_number(message, c.version);
  append_number(message, count_live(c, now));
  for (const auto text : texts) append_text(message, text);
  const auto wiped = crypto::secret_string{std::move(message)};
  return process(wiped.reveal());
}

slow_check make_slow_check(const client* record, const candidates& texts, instant now) {
  auto check = slow_check{};
  if (record != nullptr) {
    for (const auto& s : record->secrets) {
      if (is_slow(s, now)) check.hashes.push_back(s.hash);
    }
  }
  if (check.hashes.empty()) check.hashes.emplace_back(dummy_hash);
  for (const auto text : texts) check.candidates.emplace_back(std::string{text});
  return check;
}

/// Whether the presentation identifies no client, which no comparison of secrets could change.
/// @returns the reason, or nothing.
std::optional<denial_reason> unusable(how presented) noexcept {
  switch (presented) {
    case how::nothing:
      return denial_reason{"no client identification"};
    case how::broken_header:
      return denial_reason{"Authorization is not decodable Basic with user and password"};
    case how::assertion:
    case how::id_only:
    case how::basic:
    case how::post:
      break;
  }
  return std::nullopt;
}

/// Why this client cannot authenticate in this way, whatever the secret (CAU-05, CAU-13).
/// @param keys of which one must be that of a self-signed certificate; null = none.
/// @returns the reason, or nothing.
std::optional<denial_reason> obstacle(const client* record, const presented_credentials& who,
                                      const key_set* keys) {
  if (record == nullptr) return denial_reason{"unknown client"};
  if (record->status != client_status::active) return denial_reason{"client is suspended"};
  if (!meets_profile(*record))
    return denial_reason{"client does not meet FAPI 2.0, which this server holds all clients to"};
  const auto has_secret = who.presented != how::id_only;
  if (record->is_public() && has_secret) return denial_reason{"public client presented a secret"};
  if (record->is_public()) return std::nullopt;
  if (proof_of(record->method) == client_proof::certificate) {
    if (has_secret) return denial_reason{"wrong method"};
    return refusal_of_certificate(*record, keys, who.certificate);
  }
  if (!has_secret) return denial_reason{"confidential client presented no secret"};
  const auto registered = row_of(auth_methods, record->method).presented;
  const auto is_of_family = registered == how::basic || registered == how::post;
  if (!is_of_family || (record->strict_auth_method && who.presented != registered)) {
    return denial_reason{"wrong method"};
  }
  return std::nullopt;
}

/// Row P16, if there is a grant type.
result<client_facts> admit(const located& found, std::optional<grant_type> grant) {
  const auto& c = *found.record;
  if (grant && !c.has_grant(*grant)) {
    return deny(errc::unauthorized_client, "this client is not registered for this grant_type",
                "grant type not registered for the client");
  }
  // FAP-02: bound to a key or to a certificate.
  const auto needs_proof = c.dpop_bound_access_tokens ||
                           (c.profile == client_profile::fapi2 && !c.has_certificate_bound_tokens);
  return client_facts{.id = found.id,
                      .incarnation = c.incarnation,
                      .id_token_alg = c.id_token_alg,
                      .method = c.method,
                      .is_public = c.is_public(),
                      .may_refresh = c.has_grant(grant_type::refresh_token),
                      .rt_without_offline = c.rt_without_offline,
                      .refresh_mode = c.refresh_mode,
                      .lives = c.lives,
                      .has_static_claims = !c.access_token_claims.empty(),
                      .is_certificate_bound = c.has_certificate_bound_tokens,
                      .needs_proof = needs_proof,
                      .is_registered = c.registered.has_value()};
}

bool matches(std::string_view hash, std::string_view secret) {
  const auto* kind = kind_of_hash(hash);
  return kind != nullptr && kind->verify(hash, secret);
}

client_authenticator::outcome as_outcome(result<client_facts> admitted) {
  if (!admitted) return admitted.error();
  return *admitted;
}

}  // namespace

crypto::digest pepper_secret(crypto::hmac_sha256& pepper, std::string_view secret) {
  return pepper(secret);
}

std::optional<proven_secret> prove(const slow_check& check, crypto::hmac_sha256& pepper) {
  auto proven = std::optional<proven_secret>{};
  for (const auto& hash : check.hashes) {
    for (const auto& candidate : check.candidates) {
      if (!matches(hash, candidate.reveal())) continue;
      proven = proven_secret{check.client_id, check.incarnation, hash,
                             pepper_secret(pepper, candidate.reveal())};
    }
  }
  return proven;
}

std::optional<client> with_proven(const client& before, const proven_secret& proven) {
  if (before.incarnation != proven.incarnation) return std::nullopt;
  auto after = before;
  const auto found = std::find_if(
      after.secrets.begin(), after.secrets.end(),
      [&](const stored_secret& s) { return is_slow(s.how) && s.hash == proven.slow_hash; });
  if (found == after.secrets.end()) return std::nullopt;
  found->how = stored_secret::kind::hmac;
  found->hash = crypto::as_chars(proven.mac);
  return after;
}

proven_secrets::proven_secrets(std::size_t capacity, seconds life)
    : capacity_{capacity}, life_{life} {}

bool proven_secrets::holds(const crypto::digest& proof, instant now) const {
  const auto found = until_.find(proof);
  return found != until_.end() && now < found->second;
}

void proven_secrets::remember(const crypto::digest& proof, instant now) {
  if (capacity_ == 0) return;
  if (until_.size() >= capacity_ && !until_.contains(proof)) {
    // Erasing costs little compared with the slow comparison that led here.
    std::erase_if(until_, [&](const auto& entry) { return entry.second <= now; });
    if (until_.size() >= capacity_) until_.erase(until_.begin());
  }
  until_.insert_or_assign(proof, now + life_);
}

std::size_t proven_secrets::digest_hash::operator()(const crypto::digest& d) const noexcept {
  // A proof is a MAC, so any of its octets serve as a hash.
  auto out = std::size_t{};
  std::memcpy(&out, d.data(), sizeof out);
  return out;
}

client_authenticator::client_authenticator(const auth_keys& keys)
    : pepper_{keys.pepper}, process_{keys.process}, secret_keys_{keys.secret_keys} {}

result<client_facts> client_authenticator::admit_known(const client& c, std::string_view id,
                                                       std::optional<grant_type> grant) {
  return admit({&c, id}, grant);
}

client_authenticator::outcome client_authenticator::authenticate(const client_registry& clients,
                                                                 const token_request& request,
                                                                 instant now) {
  return identify(clients, request.who, request.grant, now);
}

client_authenticator::outcome client_authenticator::authenticate(const client_registry& clients,
                                                                 const presented_credentials& who,
                                                                 instant now) {
  return identify(clients, who, std::nullopt, now);
}

client_authenticator::outcome client_authenticator::identify(const client_registry& clients,
                                                             const presented_credentials& who,
                                                             std::optional<grant_type> grant,
                                                             instant now) {
  if (who.presented == how::assertion) return begin_assertion(clients, who, now);
  if (const auto reason = unusable(who.presented)) return invalid_client(*reason);
  const auto found = locate(clients, who);
  if (auto waits = await_certificate_keys(found.record, who, now)) return std::move(*waits);
  const auto refused = obstacle(found.record, who, certificate_keys(found.record, now));
  // With a certificate, nothing is left to prove.
  if (!refused && who.presented == how::id_only) return as_outcome(admit(found, grant));

  // From here on the work depends on the request and the client's hashes only: an obstacle prevents
  // a match from counting, not the comparison (TOK-21, CAU-12).
  const auto texts = candidates{who, found.record};
  const auto matched = matches_generated(found.record, texts, pepper_, now);
  if (matched && !refused) return as_outcome(admit(found, grant));

  auto proof = std::optional<crypto::digest>{};
  const auto has_slow_secret = found.record != nullptr && has_slow(*found.record, now);
  if (has_slow_secret && !refused) {
    proof = make_proof(*found.record, texts, process_, now);
    if (proven_.holds(*proof, now)) return as_outcome(admit(found, grant));
  }
  // Whether an unknown client costs a slow comparison depends on the form of its id alone. For a
  // known client with only generated secrets it must not depend on more.
  if (!has_slow_secret && looks_generated(who.id)) {
    return invalid_client(refused.value_or(denial_reason{"wrong or expired secret"}));
  }
  auto check = make_slow_check(found.record, texts, now);
  check.proof = proof;
  if (proof) {
    check.client_id = found.record->id;
    check.incarnation = found.record->incarnation;
  }
  return check;
}

result<client_facts> client_authenticator::settle(const client_registry& clients,
                                                  const token_request& request,
                                                  const slow_check& check, bool matched,
                                                  instant now) {
  return conclude(clients, request.who, request.grant, check, matched, now);
}

result<client_facts> client_authenticator::settle(const client_registry& clients,
                                                  const presented_credentials& who,
                                                  const slow_check& check, bool matched,
                                                  instant now) {
  return conclude(clients, who, std::nullopt, check, matched, now);
}

result<client_facts> client_authenticator::conclude(const client_registry& clients,
                                                    const presented_credentials& who,
                                                    std::optional<grant_type> grant,
                                                    const slow_check& check, bool matched,
                                                    instant now) {
  const auto found = locate(clients, who);
  if (const auto reason = obstacle(found.record, who, certificate_keys(found.record, now))) {
    return refusal{invalid_client(*reason)};
  }
  if (!matched || !check.proof) return refusal{invalid_client("wrong or expired secret")};
  const auto proof = make_proof(*found.record, candidates{who, found.record}, process_, now);
  if (!crypto::constant_time_equal(proof, *check.proof)) {
    return refusal{invalid_client("client changed while its secret was compared")};
  }
  proven_.remember(proof, now);
  return admit(found, grant);
}

}  // namespace mintage::oauth
