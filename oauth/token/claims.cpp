#include "oauth/token/claims.hpp"

#include <algorithm>
#include <array>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "oauth/endpoints.hpp"
#include "oauth/request/json_writer.hpp"

namespace mintage::oauth {
namespace {

/// base64url of the left half of a hash, stored in place.
class half_hash {
 public:
  explicit half_hash(crypto::bytes_view hash) noexcept
      : end_{crypto::base64url_write(text_.data(), hash.first(hash.size() / 2))} {}
  half_hash(const half_hash&) = delete;
  half_hash& operator=(const half_hash&) = delete;
  [[nodiscard]] std::string_view view() const noexcept {
    return {text_.data(), static_cast<std::size_t>(end_ - text_.data())};
  }

 private:
  std::array<char, crypto::base64url_size(32)> text_;
  const char* end_;
};

half_hash left_half(std::string_view access_token, crypto::jws_alg alg) {
  // Long-lived contexts per signing thread: at_hash is on the path of a request.
  thread_local auto hashers = std::array{crypto::sha2_hasher{crypto::sha2::sha256},
                                         crypto::sha2_hasher{crypto::sha2::sha384},
                                         crypto::sha2_hasher{crypto::sha2::sha512}};
  return half_hash{hashers[static_cast<std::size_t>(crypto::hash_of(alg))](access_token)};
}

/// Appends the claims about the login that both tokens share.
void append_login(json_writer& json, const login& who) {
  if (who.auth_time != instant{}) json.integer("auth_time", numeric_date(who.auth_time));
  if (!who.acr.empty()) json.string("acr", who.acr);
  if (!who.amr.empty()) json.strings("amr", who.amr);
}

/// ATK-02.
void append_audience(json_writer& json, const std::vector<target>& targets, const options& o) {
  if (targets.empty())
    return json.string("aud", base_url(o), row_of(endpoints, endpoint::userinfo).name);
  if (targets.size() == 1) return json.string("aud", targets.front().identifier);
  auto identifiers = std::vector<std::string>{};
  identifiers.reserve(targets.size());
  for (const auto& t : targets) identifiers.push_back(t.identifier);
  json.strings("aud", identifiers);
}

}  // namespace

bool is_protocol_claim(std::string_view name) noexcept {
  constexpr auto names = std::to_array<std::string_view>(
      {"iss", "sub", "aud", "exp", "iat", "nbf", "jti", "nonce", "auth_time", "acr", "amr", "azp",
       "at_hash", "c_hash", "s_hash", "sid", "cnf", "events"});
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string make_jti(const grant& g, crypto::random_source& random) {
  const auto token = random.take<8>();
  auto octets = crypto::bytes<std::tuple_size_v<family_id> + std::tuple_size_v<decltype(token)>>{};
  std::copy(token.begin(), token.end(),
            std::copy(g.family.begin(), g.family.end(), octets.begin()));
  auto out = std::string{};
  out.reserve(34);
  g.where.append_to(out);
  crypto::base64url_append(out, octets);
  return out;
}

void append_access_token_claims(std::string& out, const grant& g, const issuance& issued,
                                std::string_view jti, instant now, const options& o) {
  const auto date = numeric_date(now);
  const auto& scope = issued.scope_of(g.who.scope);
  auto json = json_writer{out};
  json.string("iss", o.issuer);
  json.integer("exp", date + resolve(issued.lives, o).access.count());
  append_audience(json, issued.targets_of(g.who.targets), o);
  json.string("sub", g.who.subject());
  json.string("client_id", g.who.client_id);
  json.integer("iat", date);
  json.string("jti", jti);
  if (!scope.empty()) json.string("scope", scope);
  append_login(json, g.who);
  if (!issued.bound_to.empty()) json.raw("cnf", render(issued.bound_to));
  if (!issued.static_claims.empty()) json.members(issued.static_claims);
  json.end();
}

void append_id_token_claims(std::string& out, const grant& g, const issuance& issued,
                            std::string_view access_token, crypto::jws_alg alg, instant now,
                            const options& o) {
  const auto date = numeric_date(now);
  const auto covered = left_half(access_token, alg);
  auto json = json_writer{out};
  json.string("iss", o.issuer);
  json.string("sub", g.who.subject());
  json.string("aud", g.who.client_id);
  json.integer("exp", date + resolve(issued.lives, o).id.count());
  json.integer("iat", date);
  if (issued.is_first && !g.who.nonce.empty()) json.string("nonce", g.who.nonce);
  append_login(json, g.who);
  json.string("at_hash", covered.view());
  if (!g.who.sid.empty()) json.string("sid", g.who.sid);
  if (!g.who.id_token_claims.empty()) json.members(g.who.id_token_claims);
  json.end();
}

std::string at_hash(std::string_view access_token, crypto::jws_alg alg) {
  return std::string{left_half(access_token, alg).view()};
}

}  // namespace mintage::oauth
