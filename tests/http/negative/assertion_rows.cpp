// Part D: client assertions, NEG-076 to NEG-103.
#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "crypto/ecdsa_der.hpp"
#include "tests/http/negative/row.hpp"

namespace mintage::test {
namespace {

using boost::json::object;
using boost::json::serialize;

/// What an assertion is made of; starts as that of a good one of `world::signer`.
struct draft {
  object header;
  object claims;
  /// Sent instead of `claims`.
  std::string payload{};
};
using change = std::function<void(world&, draft&)>;

std::string sign(const client_key& by, const draft& d) {
  return by.sign(d.header, d.payload.empty() ? serialize(d.claims) : d.payload);
}

draft make_draft(const party& who) {
  return {who.key->header(), assertion_claims(who.id)};
}

/// A redemption with a changed assertion, which the client's own key has signed.
row drafted(std::string id, std::string variant, const expected& want, const change& how,
            party_of who = &world::signer) {
  return bent(
      std::move(id), std::move(variant), want, want.status == 200 ? after::dead : after::live,
      [how, who](world& w, token_call& c) {
        auto d = make_draft(w.*who);
        how(w, d);
        c.set("client_assertion", sign(*(w.*who).key, d));
      },
      who);
}

boost::json::value text_of_size(std::size_t size) {
  return boost::json::string(size, 'x');
}

row with_claim(std::string id, std::string variant, const expected& want, std::string name,
               const std::function<boost::json::value()>& value) {
  return drafted(std::move(id), std::move(variant), want,
                 [name, value](world&, draft& d) { d.claims[name] = value(); });
}

row without_claim(std::string id, std::string variant, std::string name) {
  return drafted(std::move(id), std::move(variant), invalid_client,
                 [name](world&, draft& d) { d.claims.erase(name); });
}

row with_header(std::string id, std::string variant, const expected& want, std::string name,
                const boost::json::value& value) {
  return drafted(std::move(id), std::move(variant), want,
                 [name, value](world&, draft& d) { d.header[name] = value; });
}

/// A redemption whose assertion is changed after it was signed.
row respelled(std::string id, std::string variant,
              const std::function<std::string(std::string)>& how) {
  return bent(
      std::move(id), std::move(variant), invalid_client, after::live,
      [how](world&, token_call& c) {
        c.set("client_assertion", how(c.parameter("client_assertion")));
      },
      &world::signer);
}

/// The same with another signature than its own.
row resigned(std::string id, std::string variant,
             const std::function<std::string(std::string)>& how) {
  return respelled(std::move(id), std::move(variant), [how](const std::string& text) {
    const auto dot = text.rfind('.');
    const auto signature = crypto::base64url_decode(text.substr(dot + 1)).value();
    return text.substr(0, dot + 1) + crypto::base64url(how(signature));
  });
}

std::string in_der(const std::string& raw) {
  return std::string{crypto::as_chars(crypto::ecdsa_der_from_raw(crypto::as_bytes(raw)).view())};
}

/// NEG-080: HMAC with what everybody knows of the client's key.
row keyed_with(std::string variant, const std::function<std::string(const client_key&)>& secret) {
  return bent(
      "NEG-080", std::move(variant), invalid_client, after::live,
      [secret](world& w, token_call& c) {
        const auto text = crypto::base64url(std::string_view{R"({"alg":"HS256"})"}) + "." +
                          crypto::base64url(serialize(assertion_claims(w.signer.id)));
        auto mac = crypto::hmac_sha256{crypto::as_bytes(secret(*w.signer.key))};
        c.set("client_assertion", text + "." + crypto::base64url(mac(text)));
      },
      &world::signer);
}

/// NEG-079, in several spellings.
row unsigned_one(std::string variant, std::string alg) {
  return bent(
      "NEG-079", std::move(variant), invalid_client, after::live,
      [alg](world& w, token_call& c) {
        c.set("client_assertion", crypto::base64url(serialize(object{{"alg", alg}})) + "." +
                                      crypto::base64url(serialize(assertion_claims(w.signer.id))) +
                                      ".");
      },
      &world::signer);
}

/// NEG-085: a foreign key, and the header that would lead to it.
row foreign_key(std::string variant, std::string member,
                const std::function<boost::json::value(const client_key&)>& value) {
  return bent(
      "NEG-085", std::move(variant), invalid_client, after::live,
      [member, value](world& w, token_call& c) {
        const auto foreign = client_key{crypto::jws_alg::es256};
        auto d = make_draft(w.signer);
        d.header[member] = value(foreign);
        c.set("client_assertion", sign(foreign, d));
      },
      &world::signer);
}

/// NEG-101: of two requests with one assertion the second is refused, whatever it asks for.
void assertion_twice(world& w) {
  const auto first = w.mint(w.signer);
  const auto second = w.mint(w.signer);
  auto call = redemption(w.signer, first);
  check_answer(call.send_to(w.server.port()), call, success);
  call.set("code", second);
  check_answer(call.send_to(w.server.port()), call, invalid_client);
  w.expect_live(w.signer, second);
}

/// The same where the first request failed for a later reason: its assertion is used up (CAU-07).
void assertion_burned_by_a_failure(world& w) {
  const auto code = w.mint(w.signer);
  auto call = redemption(w.signer, "mco_AA" + std::string(43, 'A'));
  check_answer(call.send_to(w.server.port()), call, invalid_grant);
  call.set("code", code);
  check_answer(call.send_to(w.server.port()), call, invalid_client);
  w.expect_live(w.signer, code);
}

/// The same at another endpoint.
void assertion_at_two_endpoints(world& w) {
  auto asked = question("/introspect", w.signer, "unknown");
  const auto got = asked.send_to(w.server.port());
  EXPECT_EQ(got.status, 200U) << got.octets;
  const auto code = w.mint(w.signer);
  auto call = redemption(w.signer, code);
  call.set("client_assertion", asked.parameter("client_assertion"));
  check_answer(call.send_to(w.server.port()), call, invalid_client);
  w.expect_live(w.signer, code);
  // The challenge of introspection names no method (INT-01).
  EXPECT_EQ(asked.send_to(w.server.port()).status, 401U);
  auto revocation = question("/revoke", w.signer, "unknown");
  EXPECT_EQ(revocation.send_to(w.server.port()).status, 200U);
  EXPECT_EQ(revocation.send_to(w.server.port()).status, 400U);
}

/// A refused assertion is not used up.
void assertion_not_burned_before_its_signature(world& w) {
  const auto code = w.mint(w.signer);
  auto call = redemption(w.signer, code);
  const auto good = call.parameter("client_assertion");
  auto bad = good;
  bad[bad.size() - 10] = bad[bad.size() - 10] == 'A' ? 'B' : 'A';
  call.set("client_assertion", bad);
  check_answer(call.send_to(w.server.port()), call, invalid_client);
  call.set("client_assertion", good);
  check_answer(call.send_to(w.server.port()), call, success);
}

/// One party for each algorithm that is made here: all succeed.
row accepted_algorithm(std::string variant, crypto::jws_alg alg) {
  auto run = [alg](world& w) {
    const auto who = make_signing_party(w.admin, std::make_shared<client_key>(alg));
    w.expect_live(who, w.mint(who));
  };
  return {"NEG-081", std::move(variant), run};
}

/// NEG-081: the client has keys for both algorithms, and is registered for one of them.
void other_algorithm(world& w) {
  const auto wrong = client_key{crypto::jws_alg::es384};
  auto keys = boost::json::array{w.signer.key->jwk(), wrong.jwk()};
  const auto who = make_signing_party(
      w.admin, w.signer.key,
      {{"jwks", object{{"keys", keys}}}, {"token_endpoint_auth_signing_alg", "ES256"}});
  const auto code = w.mint(who);
  auto call = redemption(who, code);
  call.set("client_assertion", make_assertion(wrong, who.id));
  check_answer(call.send_to(w.server.port()), call, invalid_client);
  w.expect_live(who, code);
}

std::vector<row> rows_of_form() {
  return {
      bent(
          "NEG-076", "", invalid_request, after::live,
          [](world&, token_call& c) { c.drop("client_assertion_type"); }, &world::signer),
      bent(
          "NEG-076", "reverse", invalid_request, after::live,
          [](world&, token_call& c) { c.drop("client_assertion"); }, &world::signer),
      bent(
          "NEG-077", "", invalid_request, after::live,
          [](world&, token_call& c) {
            c.set("client_assertion_type",
                  "urn:ietf:params:oauth:client-assertion-type:saml2-bearer");
          },
          &world::signer),
      respelled("NEG-078", "two_parts",
                [](const std::string& text) { return text.substr(0, text.rfind('.')); }),
      respelled("NEG-078", "five_parts", [](const std::string& text) { return text + ".AA.AA"; }),
      respelled("NEG-078", "garbage", [](const std::string&) { return "no-assertion-at-all"; }),
      respelled("NEG-078", "padding", [](const std::string& text) { return text + "="; }),
      unsigned_one("", "none"),
      unsigned_one("capitals", "NONE"),
      keyed_with("jwk", [](const client_key& k) { return serialize(k.jwk()); }),
      keyed_with("pem", [](const client_key& k) { return k.pem(); }),
      {"NEG-081", "", other_algorithm},
      accepted_algorithm("accepts_es256", crypto::jws_alg::es256),
      accepted_algorithm("accepts_es384", crypto::jws_alg::es384),
      accepted_algorithm("accepts_rs256", crypto::jws_alg::rs256),
      accepted_algorithm("accepts_ps256", crypto::jws_alg::ps256),
      accepted_algorithm("accepts_eddsa", crypto::jws_alg::eddsa),
      with_header("NEG-081", "name_of_another", invalid_client, "alg", "ES384"),
      resigned("NEG-082", "", in_der),
      resigned("NEG-083", "r_is_0",
               [](const std::string& raw) { return std::string(32, '\0') + raw.substr(32); }),
      resigned("NEG-083", "s_is_0",
               [](const std::string& raw) { return raw.substr(0, 32) + std::string(32, '\0'); }),
      resigned("NEG-083", "s_is_above_n",
               [](const std::string& raw) { return raw.substr(0, 32) + std::string(32, '\xff'); }),
      resigned("NEG-083", "length_63", [](const std::string& raw) { return raw.substr(0, 63); }),
      resigned("NEG-083", "length_65", [](const std::string& raw) { return raw + '\0'; }),
      resigned("NEG-083", "all_0", [](const std::string&) { return std::string(64, '\0'); }),
  };
}

std::vector<row> rows_of_headers() {
  return {
      with_header("NEG-084", "", invalid_client, "crit", boost::json::array{"exp"}),
      with_header("NEG-084", "b64", invalid_client, "b64", true),
      foreign_key("jwk", "jwk", [](const client_key& k) { return k.jwk(); }),
      foreign_key("jku", "jku", [](const client_key&) { return "https://127.0.0.1:1/jwks"; }),
      foreign_key("x5u", "x5u", [](const client_key&) { return "https://127.0.0.1:1/x5u"; }),
      foreign_key("x5c", "x5c", [](const client_key&) { return boost::json::array{"MIIB"}; }),
      foreign_key("kid", "kid", [](const client_key& k) { return k.header().at("kid"); }),
      with_header("NEG-086", "by_value", invalid_client, "kid", "unknown-kid-marker"),
      with_header("NEG-087", "path", invalid_client, "kid", "../../etc/passwd"),
      with_header("NEG-087", "sql", invalid_client, "kid", "' OR 1=1; DROP TABLE client; --"),
      with_header("NEG-087", "long", invalid_client, "kid", text_of_size(10'000)),
      with_header("NEG-087", "number", invalid_client, "kid", 7),
      drafted("NEG-087", "absent", success, [](world&, draft& d) { d.header.erase("kid"); }),
      with_header("NEG-103", "", invalid_client, "typ", "at+jwt"),
      with_header("NEG-103", "request_object", invalid_client, "typ", "oauth-authz-req+jwt"),
      with_header("NEG-103", "jwt", success, "typ", "JWT"),
      with_header("NEG-103", "own_type", success, "typ", "client-authentication+jwt"),
  };
}

std::vector<row> rows_of_names() {
  return {
      drafted("NEG-088", "", invalid_client,
              [](world& w, draft& d) {
                d.payload = serialize(d.claims);
                d.payload.insert(1, R"("sub":")" + w.signer.id + R"(",)");
              }),
      without_claim("NEG-089", "", "sub"),
      without_claim("NEG-089", "iss", "iss"),
      with_claim("NEG-089", "number", invalid_client, "sub", [] { return 7; }),
      with_claim("NEG-090", "", invalid_client, "iss", [] { return "another-issuer"; }),
      bent(
          "NEG-091", "", invalid_request, after::live,
          [](world& w, token_call& c) { c.add("client_id", w.c1.id); }, &world::signer),
      bent(
          "NEG-091", "same", success, after::dead,
          [](world& w, token_call& c) { c.add("client_id", w.signer.id); }, &world::signer),
      bent(
          "NEG-091", "key_of_another", invalid_client, after::live,
          [](world& w, token_call& c) {
            c.set("client_assertion", make_assertion(*w.signer_2.key, w.signer.id));
          },
          &world::signer),
      bent(
          "NEG-091", "unknown_client", invalid_client, after::live,
          [](world& w, token_call& c) {
            c.set("client_assertion", make_assertion(*w.signer.key, "nobody-marker"));
          },
          &world::signer),
      bent("NEG-091", "client_with_a_secret", invalid_client, after::live,
           [](world& w, token_call& c) {
             c.drop_header("Authorization").add("client_assertion_type", assertion_type);
             c.add("client_assertion", make_assertion(*w.signer.key, w.c1.id));
           }),
      bent(
          "NEG-091", "secret_instead", invalid_client_401, after::live,
          [](world& w, token_call& c) {
            c.drop("client_assertion").drop("client_assertion_type");
            c.basic(w.signer.id, "secret-marker");
          },
          &world::signer),
      bent(
          "NEG-091", "nothing_instead", invalid_client, after::live,
          [](world& w, token_call& c) {
            c.drop("client_assertion").drop("client_assertion_type").add("client_id", w.signer.id);
          },
          &world::signer),
  };
}

std::vector<row> rows_of_audiences() {
  const auto token_url = boost::json::string{std::string{issuer} + "/token"};
  const auto own = boost::json::string{issuer};
  const auto set_audience = [](boost::json::value aud) {
    return [aud](world&, draft& d) { d.claims["aud"] = aud; };
  };
  const auto both = boost::json::array{issuer, "https://foreign.example"};
  return {
      drafted("NEG-092", "", invalid_client, set_audience("https://foreign.example")),
      drafted("NEG-092", "empty", invalid_client, set_audience(boost::json::array{})),
      without_claim("NEG-092", "missing", "aud"),
      drafted("NEG-092", "slash", invalid_client,
              set_audience(boost::json::string{std::string{issuer} + "/"})),
      drafted("NEG-093", "strict", invalid_client, set_audience(token_url)),
      drafted("NEG-093", "compat", success, set_audience(token_url), &world::lenient_signer),
      drafted("NEG-093", "compat_issuer", success, set_audience(own), &world::lenient_signer),
      drafted(
          "NEG-093", "compat_explicit_type", invalid_client,
          [token_url](world&, draft& d) {
            d.claims["aud"] = token_url;
            d.header["typ"] = "client-authentication+jwt";
          },
          &world::lenient_signer),
      drafted("NEG-094", "strict", invalid_client, set_audience(both)),
      drafted("NEG-094", "compat", invalid_client, set_audience(both), &world::lenient_signer),
      drafted("NEG-095", "strict", success, set_audience(boost::json::array{issuer})),
  };
}

std::vector<row> rows_of_times() {
  const auto in = [](std::int64_t seconds) {
    return [seconds] { return boost::json::value(seconds_now() + seconds); };
  };
  return {
      drafted("NEG-096", "past", invalid_client,
              [](world&, draft& d) {
                d.claims["iat"] = seconds_now() - 360;
                d.claims["exp"] = seconds_now() - 300;
              }),
      without_claim("NEG-096", "missing", "exp"),
      with_claim("NEG-096", "string", invalid_client, "exp",
                 [] { return boost::json::string{std::to_string(seconds_now() + 60)}; }),
      with_claim("NEG-096", "just_past", success, "exp", in(-20)),
      with_claim("NEG-097", "", success, "nbf", in(8)),
      with_claim("NEG-097", "iat", success, "iat", in(8)),
      with_claim("NEG-098", "iat", invalid_client, "iat", in(61)),
      with_claim("NEG-098", "nbf", invalid_client, "nbf", in(61)),
      drafted("NEG-099", "", invalid_client,
              [](world&, draft& d) {
                d.claims["iat"] = seconds_now() - 600;
                d.claims["exp"] = seconds_now() + 3600;
              }),
      drafted("NEG-099", "no_iat", invalid_client,
              [](world&, draft& d) {
                d.claims.erase("iat");
                d.claims["exp"] = seconds_now() + 3600;
              }),
      with_claim("NEG-099", "fresh_but_long", success, "exp", in(3600)),
      without_claim("NEG-100", "", "jti"),
      with_claim("NEG-100", "empty", invalid_client, "jti", [] { return ""; }),
      with_claim("NEG-100", "number", invalid_client, "jti", [] { return 7; }),
      with_claim("NEG-100", "long", invalid_client, "jti", [] { return text_of_size(257); }),
  };
}

}  // namespace

std::vector<row> rows_of_assertions() {
  auto all = std::vector<row>{
      {"NEG-101", "", assertion_twice},
      {"NEG-101", "after_a_failure", assertion_burned_by_a_failure},
      {"NEG-101", "endpoints", assertion_at_two_endpoints},
      {"NEG-101", "not_burned", assertion_not_burned_before_its_signature},
  };
  for (auto&& some :
       {rows_of_form(), rows_of_headers(), rows_of_names(), rows_of_audiences(), rows_of_times()})
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

}  // namespace mintage::test
