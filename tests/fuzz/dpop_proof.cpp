/// @file
/// Fuzzes a DPoP proof. After a first line "sign", the second line is a JOSE header and the rest
/// are claims, which are signed before the check; any other input is the header field as it is.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base64.hpp"
#include "crypto/jws.hpp"
#include "oauth/dpop/proof.hpp"
#include "oauth/dpop/target_uri.hpp"
#include "tests/unit/crypto/example_key.hpp"

namespace {

using namespace mintage;

void require(bool holds) {
  if (!holds) __builtin_trap();
}

void check_proof(std::string_view field) {
  static const auto urls = std::vector<std::string>{"https://idp.example/token"};
  static auto nonces = oauth::dpop_nonces{crypto::digest{1}};
  static auto hash = crypto::sha256_hasher{};
  const auto target = oauth::proof_target{"POST", urls};
  const auto now = oauth::instant{oauth::seconds{1'800'000'000}};
  auto proof = oauth::read_proof(field, false, target);
  if (!proof) return require(proof.error().code == oauth::errc::invalid_dpop_proof);
  require(!proof->jti.empty() && proof->jti.size() <= 256);
  require(field.starts_with(proof->signed_text) && field.find(',') == field.npos);
  if (oauth::check_proof_nonce(*proof, nonces, now)) require(proof->nonce_age.has_value());
  if (oauth::check_proof_time(*proof, now, oauth::seconds{60}) && !proof->nonce_age) {
    const auto id = oauth::replay_id_of(*proof, target, oauth::seconds{60}, hash);
    require(id.usable_from <= now && now < id.expires);
  }
  static_cast<void>(crypto::verify_signature(proof->key, proof->signed_text, proof->signature));
}

/// A normal form is its own normal form.
void check_uri(std::string_view text) {
  const auto normal = oauth::normal_target_uri(text);
  require(!normal || oauth::normal_target_uri(*normal) == normal);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr auto mark = std::string_view{"sign\n"};
  auto text = std::string_view{reinterpret_cast<const char*>(data), size};
  check_uri(text);
  if (!text.starts_with(mark)) {
    check_proof(text);
    return 0;
  }
  text.remove_prefix(mark.size());
  const auto end = std::min(text.find('\n'), text.size());
  const auto claims = text.substr(std::min(end + 1, text.size()));
  static auto signer = crypto::jws_signer{
      crypto::signing_key::load(crypto::jws_alg::es256, crypto::example_der()).value()};
  auto compact = std::string{};
  signer.append_compact(compact, crypto::base64url(text.substr(0, end)), claims);
  check_proof(compact);
  return 0;
}
