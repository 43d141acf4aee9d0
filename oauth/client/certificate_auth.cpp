#include "oauth/client/certificate_auth.hpp"

#include "oauth/denial_reasons.hpp"

namespace mintage::oauth {
namespace {

/// Why a chain does not count. @returns the reason, or nothing.
std::optional<denial_reason> refusal_of_chain(crypto::chain_verdict v) noexcept {
  using enum crypto::chain_verdict;
  switch (v) {
    case verified:
      return std::nullopt;
    case unknown_issuer:
      return denial_reason{"the client certificate leads to no authority of client_ca"};
    case expired:
      return denial_reason{
          "the client certificate or an authority of it has expired or is not valid yet"};
    case revoked:
      return denial_reason{"the client certificate or an authority of it is revoked"};
    case no_current_list:
      return denial_reason{"an authority of the client certificate has no current revocation list"};
    case unfit:
      return denial_reason{"the client certificate has an unsound chain or is not for clients"};
    case refused_by_proxy:
      return denial_reason{"the proxy did not verify the client certificate"};
    case not_told:
      return denial_reason{"the proxy does not say whether it verified the client certificate"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<denial_reason> refusal_of_certificate(const client& c, const key_set* keys,
                                                    const crypto::certificate* presented) {
  if (presented == nullptr) return denial_reason{"no client certificate was presented"};
  if (c.method == auth_method::self_signed_tls_client_auth) {
    const auto key = presented->key_thumbprint();
    if (key && keys != nullptr && keys->has_thumbprint(*key)) return std::nullopt;
    return denial_reason{"the key of the client certificate is not registered"};
  }
  if (const auto reason = refusal_of_chain(presented->chain())) return reason;
  if (c.subject && is_subject_of(*c.subject, *presented)) return std::nullopt;
  return denial_reason{"the client certificate has another subject"};
}

result<std::optional<crypto::digest>> bind_to_certificate(bool is_bound,
                                                          const crypto::certificate* presented) {
  if (!is_bound) return std::nullopt;
  if (presented != nullptr) return presented->thumbprint();
  return deny(errc::invalid_request, "a client certificate is required to bind the token to",
              "certificate-bound client presented no certificate");
}

}  // namespace mintage::oauth
