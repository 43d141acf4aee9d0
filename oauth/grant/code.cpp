#include "oauth/grant/code.hpp"

#include <algorithm>
#include <array>

#include "crypto/base64.hpp"
#include "oauth/denial_reasons.hpp"
#include "oauth/grant/pkce.hpp"
#include "oauth/request/request_parameters.hpp"
#include "oauth/request/uri.hpp"
#include "oauth/token/token_text.hpp"

namespace mintage::oauth {
namespace {

constexpr auto code_prefix = std::string_view{"mco_"};

template <class Unsigned>
std::uint8_t* put_big_endian(std::uint8_t* to, Unsigned value) noexcept {
  for (auto shift = static_cast<int>(sizeof value) * 8 - 8; shift >= 0; shift -= 8) {
    *to++ = static_cast<std::uint8_t>(value >> shift);
  }
  return to;
}

/// One description for every code that cannot be redeemed (TOK-21).
denial no_such_grant(denial_reason reason) noexcept {
  return {errc::invalid_grant,
          "the code is unknown, expired, already used, or was issued for other parameters", reason};
}

}  // namespace

result<void> read_code_grant(const parameters& sent, token_request& out) {
  if (!sent.has(parameter::code)) return deny(errc::invalid_request, "code is missing", "no code");
  if (sent.has(parameter::code_verifier) && !is_code_verifier(sent[parameter::code_verifier])) {
    return refusal{malformed_verifier()};
  }
  out.code = sent[parameter::code];
  out.redirect_uri = sent[parameter::redirect_uri];
  out.code_verifier = sent[parameter::code_verifier];
  return {};
}

crypto::secret_string make_code(slot s, crypto::random_source& random) {
  return draw_token_text(code_prefix, s, random);
}

std::optional<code_ref> find_code(std::string_view text, crypto::sha256_hasher& hash) {
  const auto where = slot_of_token_text(code_prefix, text);
  if (!where) return std::nullopt;
  return code_ref{*where, hash(text)};
}

crypto::digest make_binding(std::string_view client_id, std::uint64_t incarnation,
                            std::string_view redirect_uri, std::string_view challenge,
                            const std::optional<crypto::digest>& dpop_jkt,
                            crypto::sha256_hasher& hash) {
  const auto uri = split_native_uri(redirect_uri).value_or(native_uri{redirect_uri, {}});
  // All lengths come first, at a fixed width, so octets cannot move between fields. "none" has a
  // marker of its own that no challenge can equal, and so has a DPoP key, whose width is fixed. One
  // head saves calls into the digest.
  constexpr auto has_challenge = 1;
  constexpr auto has_key = 2;
  const auto markers = (challenge.empty() ? 0 : has_challenge) | (dpop_jkt ? has_key : 0);
  auto head = crypto::bytes<4 + 8 + 4 + 1 + 4>{};
  auto* end = put_big_endian(head.data(), static_cast<std::uint32_t>(client_id.size()));
  end = put_big_endian(end, incarnation);
  end = put_big_endian(end, static_cast<std::uint32_t>(uri.before.size() + uri.behind.size()));
  end = put_big_endian(end, static_cast<std::uint8_t>(markers));
  put_big_endian(end, static_cast<std::uint32_t>(challenge.size()));
  hash.begin();
  hash.add(head);
  hash.add(crypto::as_bytes(client_id));
  hash.add(crypto::as_bytes(uri.before));
  if (!uri.behind.empty()) hash.add(crypto::as_bytes(uri.behind));
  hash.add(crypto::as_bytes(challenge));
  if (dpop_jkt) hash.add(*dpop_jkt);
  return hash.end();
}

crypto::digest claimed_binding(const client_facts& who, const token_request& request,
                               std::string_view redirect_uri,
                               const std::optional<crypto::digest>& dpop_jkt,
                               crypto::sha256_hasher& hash) {
  auto text = std::array<char, crypto::base64url_size(32)>{};
  auto challenge = std::string_view{};
  if (!request.code_verifier.empty()) {
    crypto::base64url_write(text.data(), hash(request.code_verifier));
    challenge = {text.data(), text.size()};
  }
  return make_binding(who.id, who.incarnation, redirect_uri, challenge, dpop_jkt, hash);
}

bool may_omit_redirect_uri(const authorization_code& code, const client* known) noexcept {
  if (code.is_uri_implied) return true;
  return !code.challenge.empty() && known != nullptr && known->redirect_uris.size() == 1;
}

denial explain_mismatch(const authorization_code& code, const client_facts& who,
                        const token_request& request, std::string_view redirect_uri,
                        const confirmation& shown) {
  if (code.who.client_id != who.id) return no_such_grant("code of another client");
  if (code.who.incarnation != who.incarnation) {
    return no_such_grant("code of a client that was removed and made again");
  }
  if (redirect_uri.empty()) {
    return {errc::invalid_request, "redirect_uri is missing", "redirect_uri is missing (COD-02)"};
  }
  if (redirect_uri != code.redirect_uri) return no_such_grant("redirect_uri differs");
  if (code.challenge.empty() && !request.code_verifier.empty()) {
    return {errc::invalid_request, "code_verifier was sent for a code without code_challenge",
            "code_verifier without a stored challenge (PKC-06)"};
  }
  if (!code.challenge.empty() && request.code_verifier.empty()) {
    return no_such_grant("code_verifier is missing (PKC-05)");
  }
  if (!code.challenge.empty() && !check_pkce_s256(request.code_verifier, code.challenge)) {
    return no_such_grant("code_verifier does not match (PKC-04)");
  }
  if (code.dpop_jkt && !shown.jkt) {
    return no_such_grant("DPoP proof is missing for a code that is bound to a key (COD-09)");
  }
  if (code.dpop_jkt && code.dpop_jkt != shown.jkt) {
    return no_such_grant("DPoP proof by another key than the code is bound to (COD-09)");
  }
  return no_such_grant("binding differs, but no part of it does");
}

denial unknown_code() noexcept {
  return no_such_grant("unknown code");
}
denial expired_code() noexcept {
  return no_such_grant("code expired (COD-08)");
}
denial consumed_code() noexcept {
  return no_such_grant("code already used (COD-06)");
}
denial dead_code() noexcept {
  return no_such_grant("code failed too often (COD-05)");
}

denial void_code() noexcept {
  return no_such_grant(
      "voided after it was minted: subject or session revoked, or epoch raised (NEG-118, NEG-212)");
}

bool replay_revokes(instant received, instant consumed_at, const client* known,
                    const options& o) noexcept {
  const auto is_fapi = known != nullptr && known->profile == client_profile::fapi2;
  return received > consumed_at + (is_fapi ? milliseconds{0} : o.code_dup_window);
}

}  // namespace mintage::oauth
