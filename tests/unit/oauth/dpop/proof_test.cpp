#include "oauth/dpop/proof.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oauth/grant/confirmation.hpp"
#include "tests/support/dpop_key.hpp"

namespace mintage::oauth {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// RFC 9449 §4.1 and §7.1.
constexpr auto proof_of_rfc = std::string_view{
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUk"
    "lDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUw"
    "Q2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6I"
    "mh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A"
    "0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg"};
constexpr auto proof_at_resource_of_rfc = std::string_view{
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUk"
    "lDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUw"
    "Q2R2R1JEQSIsImNydiI6IlAtMjU2In19."
    "eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaH"
    "R0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoi"
    "ZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRim"
    "PPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA"};
constexpr auto token_of_rfc = std::string_view{"Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"};

const auto urls_of_rfc = std::vector<std::string>{"https://server.example.com/token"};
const auto resource_of_rfc =
    std::vector<std::string>{"https://resource.example.org/protectedresource"};
const auto urls = std::vector<std::string>{"https://idp.example/token"};

constexpr auto now = instant{1'800'000'000'500ms};

bool is_signed(const dpop_proof& p) {
  return crypto::verify_signature(p.key, p.signed_text, p.signature);
}

test::dpop_key& key() {
  static auto made = test::dpop_key{};
  return made;
}

std::string claims_with(std::string_view more = {}) {
  return R"({"jti":"a","htm":"POST","htu":"https://idp.example/token","iat":1800000000)" +
         std::string{more} + '}';
}

result<dpop_proof> read(std::string_view field, bool is_repeated = false) {
  return read_proof(field, is_repeated, {"POST", urls});
}

dpop_proof read_claims(std::string_view claims) {
  // Views are of the text: kept for the whole program.
  static auto texts = std::vector<std::unique_ptr<std::string>>{};
  texts.push_back(std::make_unique<std::string>(key().sign(claims)));
  return read(*texts.back()).value();
}

std::string reason_of(std::string_view field, bool is_repeated = false) {
  const auto got = read(field, is_repeated);
  if (got) return "accepted";
  EXPECT_EQ(got.error().code, errc::invalid_dpop_proof);
  return std::string{std::string_view{got.error().reason}};
}

TEST(read_proof, known_answers) {  // RFC 9449 §4.1, §7.1; KAT-04, KAT-05
  auto hash = crypto::sha256_hasher{};
  const auto proof = read_proof(proof_of_rfc, false, {"POST", urls_of_rfc});
  ASSERT_TRUE(proof);
  EXPECT_EQ(proof->jkt, read_thumbprint("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"));
  EXPECT_EQ(proof->jti, "-BwC3ESc6acc2lTc");
  EXPECT_EQ(proof->issued, instant{1562262616s});
  EXPECT_FALSE(proof->ath);
  EXPECT_TRUE(is_signed(*proof));
  const auto at_resource = read_proof(proof_at_resource_of_rfc, false, {"GET", resource_of_rfc});
  ASSERT_TRUE(at_resource);
  EXPECT_TRUE(is_signed(*at_resource));
  EXPECT_EQ(at_resource->ath, "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
  EXPECT_TRUE(check_proof_of_token(*at_resource, token_of_rfc, hash));
  EXPECT_FALSE(check_proof_of_token(*at_resource, "Kz", hash));
  EXPECT_FALSE(check_proof_of_token(*proof, token_of_rfc, hash));
}

TEST(read_proof, takes_each_algorithm) {  // DPO-02
  for (const auto& alg : proof_algs) {
    auto own = test::dpop_key{alg.id};
    const auto text = own.sign(claims_with());
    const auto proof = read(text);
    ASSERT_TRUE(proof) << crypto::to_string(alg.id);
    EXPECT_TRUE(is_signed(*proof));
    EXPECT_EQ(proof->jkt, read_thumbprint(own.jkt()));
  }
}

TEST(read_proof, needs_one_field_of_the_right_form) {  // DPO-01, DPO-02, NEG-167, NEG-183
  const auto good = key().sign(claims_with());
  EXPECT_EQ(reason_of(good), "accepted");
  EXPECT_THAT(reason_of(good, true), HasSubstr("DPO-01"));
  EXPECT_THAT(reason_of(good + ", " + good), HasSubstr("DPO-01"));
  for (const auto& bad : {std::string{}, std::string{"x"}, good + ".", "." + good, good + "=",
                          good.substr(0, good.rfind('.')), good + ".a.b"}) {
    EXPECT_THAT(reason_of(bad), HasSubstr("not a compact JWS (DPO-02)")) << bad;
  }
  EXPECT_THAT(reason_of(key().sign(claims_with(R"(,"x":")" + std::string(7000, 'x') + '"'))),
              HasSubstr("8 KiB"));
}

/// The header of the key's proofs, with one text replaced by another.
std::string header_with(std::string_view from, std::string_view to) {
  auto text = key().header();
  const auto at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(read_proof, needs_typ_alg_and_a_public_key) {  // DPO-02, DPO-03, NEG-168, NEG-169
  struct row {
    const char* what;
    std::string header;
    const char* reason;
  };
  const auto jwk = R"("jwk":)" + key().jwk();
  for (const auto& r : {
           row{"upper case", header_with("dpop+jwt", "DPoP+JWT"), "accepted"},
           row{"prefix", header_with("dpop+jwt", "application/dpop+jwt"), "accepted"},
           row{"other members", header_with("{", R"({"kid":1,"jku":"https://x","x5c":[],)"),
               "accepted"},
           row{"typ", header_with("dpop+jwt", "JWT"), "another typ"},
           row{"no typ", header_with(R"("typ":"dpop+jwt",)", ""), "another typ"},
           row{"HS256", header_with("ES256", "HS256"), "alg that is not"},
           row{"none", header_with("ES256", "none"), "alg that is not"},
           row{"RS512", header_with("ES256", "RS512"), "alg that is not"},
           row{"no alg", header_with(R"("alg":"ES256",)", ""), "alg that is not"},
           row{"another alg", header_with("ES256", "ES384"), "does not fit"},
           row{"PS256", header_with("ES256", "PS256"), "does not fit"},
           row{"private", header_with(R"("kty")", R"("d":"AAAA","kty")"), "no sound public key"},
           row{"oct", header_with(jwk, R"("jwk":{"kty":"oct","k":"AAAA"})"), "no sound public"},
           row{"no jwk", header_with("," + jwk, ""), "without a jwk"},
           row{"jwk as text", header_with(jwk, R"("jwk":"x")"), "without a jwk"},
           row{"crit", header_with("{", R"({"crit":["exp"],)"), "compact JWS"},
           row{"b64", header_with("{", R"({"b64":true,)"), "compact JWS"},
           row{"alg twice", header_with("{", R"({"alg":"ES256",)"), "compact JWS"},
       }) {
    EXPECT_THAT(reason_of(key().sign(r.header, claims_with())), HasSubstr(r.reason)) << r.what;
  }
}

TEST(read_proof, needs_its_claims) {  // DPO-04 to DPO-06, NEG-170 to NEG-172, NEG-183
  struct row {
    std::string from;
    std::string to;
    const char* reason;
  };
  for (const auto& r : {
           row{R"("jti":"a",)", "", "DPO-04"},
           row{R"("jti":"a")", R"("jti":"")", "DPO-04"},
           row{R"("jti":"a")", R"("jti":1)", "DPO-04"},
           row{R"("jti":"a")", R"("jti":")" + std::string(257, 'j') + '"', "DPO-04"},
           row{R"("jti":"a")", R"("jti":")" + std::string(256, 'j') + '"', "accepted"},
           row{R"("htm":"POST",)", "", "DPO-04"},
           row{R"("htm":"POST")", R"("htm":["POST"])", "DPO-04"},
           row{R"("htm":"POST")", R"("htm":"GET")", "DPO-05"},
           row{R"("htm":"POST")", R"("htm":"post")", "DPO-05"},
           row{R"("htu":)", R"("hti":)", "DPO-04"},
           row{"idp.example", "other.example", "DPO-06"},
           row{"https://", "http://", "DPO-06"},
           row{"/token", "/userinfo", "DPO-06"},
           row{"/token", "/token/", "DPO-06"},
           row{"idp.example/", "IDP.example:443/./", "accepted"},
           row{"/token", "/token?a#b", "accepted"},
           row{R"(,"iat":1800000000)", "", "DPO-04"},
           row{"1800000000", R"("1800000000")", "DPO-04"},
           row{"1800000000", "1e300", "DPO-04"},
           row{"1800000000", "1800000000.5", "accepted"},
           row{R"("iat")", R"("nonce":1,"iat")", "DPO-04"},
           row{R"("iat")", R"("exp":"x","iat")", "DPO-04"},
           row{R"("iat")", R"("nbf":null,"iat")", "DPO-04"},
           row{R"("iat")", R"("ath":1,"iat")", "DPO-04"},
           row{R"("iat")", R"("ath":"x","iat")", "accepted"},  // DPO-10
           row{R"("iat")", R"("iat":1,"iat")", "DPO-04"},
           row{"{", "[{", "DPO-04"},
       }) {
    auto claims = claims_with();
    ASSERT_NE(claims.find(r.from), claims.npos) << r.from;
    claims.replace(claims.find(r.from), r.from.size(), r.to);
    EXPECT_THAT(reason_of(key().sign(claims)), HasSubstr(r.reason)) << claims;
  }
}

TEST(check_proof_time, counts_from_iat) {  // DPO-07, NEG-175, NEG-176
  const auto p = read_claims(claims_with());
  struct row {
    milliseconds later;
    bool expected;
  };
  for (const auto& r :
       {row{0ms, true}, row{10s, true}, row{60s, true}, row{60'001ms, false}, row{1h, false},
        row{-8s, true}, row{-30s, true}, row{-30'001ms, false}, row{-1h, false}}) {
    const auto at = instant{1'800'000'000s} + r.later;
    EXPECT_EQ(check_proof_time(p, at, 60s).has_value(), r.expected) << r.later.count();
    auto with_nonce = p;
    with_nonce.nonce_age = dpop_nonces::age::fresh;
    EXPECT_TRUE(check_proof_time(with_nonce, at, 60s)) << "a nonce replaces iat";
  }
}

TEST(check_proof_time, honours_exp_and_nbf) {  // DPO-07
  const auto is_right = [](std::string_view more) {
    return check_proof_time(read_claims(claims_with(more)), now, 60s).has_value();
  };
  EXPECT_TRUE(is_right(R"(,"exp":1799999971,"nbf":1800000030)"));
  EXPECT_FALSE(is_right(R"(,"exp":1799999970)"));
  EXPECT_FALSE(is_right(R"(,"nbf":1800000031)"));
}

TEST(check_proof_nonce, needs_one_of_this_server) {  // DPO-11, NEG-179
  auto nonces = dpop_nonces{crypto::digest{1}};
  const auto nonce = std::string{nonces.current(now)};
  auto p = read_claims(claims_with(R"(,"nonce":")" + nonce + '"'));
  const auto is_refused = [&](instant at) {
    p.nonce_age.reset();
    const auto checked = check_proof_nonce(p, nonces, at);
    return !checked && checked.error().code == errc::use_dpop_nonce && !p.nonce_age;
  };
  EXPECT_FALSE(is_refused(now));
  EXPECT_EQ(p.nonce_age, dpop_nonces::age::fresh);
  EXPECT_FALSE(is_refused(now + 60s));
  EXPECT_EQ(p.nonce_age, dpop_nonces::age::older);
  EXPECT_TRUE(is_refused(now + 2min));
  p.nonce = "";
  EXPECT_TRUE(is_refused(now));
  p.nonce.reset();
  EXPECT_TRUE(is_refused(now));
}

TEST(replay_id_of_a_proof, is_of_url_key_and_jti) {  // DPO-08
  auto hash = crypto::sha256_hasher{};
  const auto name = [&](const dpop_proof& p, std::span<const std::string> at) {
    return replay_id_of(p, {"POST", at}, 60s, hash).hash;
  };
  const auto p = read_claims(claims_with());
  EXPECT_EQ(name(p, urls), name(read_claims(claims_with(R"(,"x":1)")), urls));
  EXPECT_NE(name(p, urls), name(p, urls_of_rfc));
  auto changed = p;
  changed.jti = "b";
  EXPECT_NE(name(p, urls), name(changed, urls));
  changed = p;
  changed.jkt[31] ^= 1;
  EXPECT_NE(name(p, urls), name(changed, urls));
}

TEST(replay_id_of_a_proof, lives_as_long_as_the_proof) {  // DPO-08
  auto hash = crypto::sha256_hasher{};
  const auto target = proof_target{"POST", urls};
  auto p = read_claims(claims_with());
  const auto by_time = replay_id_of(p, target, 60s, hash);
  EXPECT_EQ(by_time.expires, instant{1'800'000'000s} + 90s);
  EXPECT_EQ(by_time.usable_from, instant{1'800'000'000s} - 30s);
  EXPECT_EQ(by_time.when_known.code, errc::invalid_dpop_proof);
  auto nonces = dpop_nonces{crypto::digest{1}};
  p.nonce = nonces.current(now);
  p.nonce_age = dpop_nonces::age::fresh;
  const auto by_nonce = replay_id_of(p, target, 60s, hash);
  EXPECT_EQ(by_nonce.expires, instant{1'800'000'000s} + 150s);
  EXPECT_EQ(by_nonce.usable_from, instant{1'800'000'000s} - 30s);
}

TEST(replay_id_of_a_proof, outlasts_a_change_of_the_test_of_age) {  // DPO-07, DPO-08, DPO-11
  auto hash = crypto::sha256_hasher{};
  const auto target = proof_target{"POST", urls};
  auto p = read_claims(claims_with());
  auto nonces = dpop_nonces{crypto::digest{1}};
  p.nonce = nonces.current(now);
  // Nonces are not required now, and are when it comes again, by the clock of another node.
  const auto by_time = replay_id_of(p, target, 5s, hash);
  const auto last = p.issued + 5s;
  EXPECT_GE(by_time.expires,
            dpop_nonces::life_of(nonces.current(last)).until + dpop_nonces::slot_length);
  // The other way round.
  p.nonce_age = dpop_nonces::age::fresh;
  EXPECT_EQ(replay_id_of(p, target, 600s, hash).expires, p.issued + 630s);
  p.issued += 1h;  // by a clock that is wrong: not as long as its client likes
  EXPECT_EQ(replay_id_of(p, target, 600s, hash).expires,
            dpop_nonces::life_of(*p.nonce).until + 630s);
}

}  // namespace
}  // namespace mintage::oauth
