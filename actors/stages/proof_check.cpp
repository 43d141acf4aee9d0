#include "actors/stages/proof_check.hpp"

#include <memory>
#include <utility>

#include "oauth/dpop/target_uri.hpp"

namespace mintage::actors {

proof_check::proof_check(const oauth::options& rules, const crypto::subkeys& nonce_keys,
                         const lives_in_use* lives)
    : rules_{rules}, lives_{lives}, nonces_{nonce_keys} {
  const auto base = oauth::base_url(rules);
  for (const auto& e : oauth::endpoints) {
    const auto url = std::string{base}.append(e.name);
    auto& all = urls_[static_cast<std::size_t>(e.id)];
    all = {oauth::normal_target_uri(url).value_or(url)};
    const auto alias = oauth::alias_url(rules, e.id);
    if (!alias.empty()) all.push_back(oauth::normal_target_uri(alias).value_or(alias));
  }
}

oauth::proof_target proof_check::target_of(const place& from) const {
  return {from.method, urls_[static_cast<std::size_t>(from.at)]};
}

std::optional<oauth::denial> proof_check::read(service::presented_proofs& x, const place& from,
                                               oauth::instant now) {
  x.proof.reset();
  x.is_proof_signed = false;
  x.bound_to.jkt.reset();
  if (!x.dpop) return std::nullopt;
  auto proof = oauth::read_proof(*x.dpop, x.dpop_repeated, target_of(from));
  if (!proof) return proof.error();
  if (rules_.dpop_nonces_required || from.needs_nonce) {
    if (const auto checked = oauth::check_proof_nonce(*proof, nonces_, now); !checked) {
      x.dpop_nonce = nonces_.current(now);
      return checked.error();
    }
  }
  x.proof = std::make_unique<oauth::dpop_proof>(std::move(*proof));
  return std::nullopt;
}

crypto::jws_check proof_check::signature_of(const service::presented_proofs& x) {
  return {&x.proof->key, x.proof->signed_text, x.proof->signature};
}

std::optional<oauth::denial> proof_check::judge(service::presented_proofs& x, oauth::instant now) {
  if (!x.is_proof_signed) return oauth::wrong_proof_signature();
  const auto timely = oauth::check_proof_time(*x.proof, now, max_age());
  if (!timely) return timely.error();
  x.bound_to.jkt = x.proof->jkt;
  if (x.proof->nonce_age == oauth::dpop_nonces::age::older) x.dpop_nonce = nonces_.current(now);
  return std::nullopt;
}

std::optional<oauth::denial> proof_check::conclude(service::presented_proofs& x, const place& from,
                                                   bool needs_proof, bool is_fapi,
                                                   oauth::instant now) {
  if (!x.proof) return needs_proof ? std::optional{oauth::proof_is_missing()} : std::nullopt;
  if (is_fapi && !oauth::is_fapi_proof(*x.proof)) return oauth::proof_is_not_for_fapi();
  if (const auto why = judge(x, now)) return why;
  x.replay_ids.add(oauth::replay_id_of(*x.proof, target_of(from), max_age(), hash_));
  x.proof.reset();
  return std::nullopt;
}

std::optional<oauth::denial> proof_check::conclude_at_userinfo(service::query_exchange& x,
                                                               oauth::instant now) {
  if (!x.proof) return oauth::proof_of_token_is_missing();
  if (const auto why = judge(x, now)) return why;
  const auto is_right = oauth::check_proof_of_token(*x.proof, x.request.token, hash_);
  if (!is_right) return is_right.error();
  x.proof.reset();
  return std::nullopt;
}

}  // namespace mintage::actors
