// Authentication by client certificate, and what tokens are bound to. (CAU-14, MTL-01)
#include "oauth/client/certificate_auth.hpp"

#include "crypto/base64.hpp"
#include "tests/support/issued_certificate.hpp"
#include "tests/unit/oauth/client/authentication_fixture.hpp"

namespace mintage::oauth {
namespace {

using crypto::chain_verdict;
using loopback::certificate_wish;

class certificate_authentication : public authentication {
 protected:
  static client with_subject(std::string text, subject_field field = subject_field::dn) {
    auto c = make(generated_id, {});
    c.method = auth_method::tls_client_auth;
    c.subject = {field, std::move(text)};
    return c;
  }
  /// A request with `client_id` in the body.
  static token_request over(const crypto::certificate* presented) {
    auto r = request(how::id_only, generated_id);
    r.who.certificate = presented;
    return r;
  }

  test::issuer_of_certificates issuer;
  certificate_wish wish{.subject = {{"O", "Example"}, {"CN", "api"}}};
};

TEST_F(certificate_authentication, compares_the_one_registered_field) {
  wish.alternatives =
      "DNS:api.example.com,URI:https://example.com/api,IP:192.0.2.7,email:api@example.com";
  const auto own = issuer.read(wish);
  struct row {
    subject_field field;
    const char* right;
    const char* wrong;
  };
  for (const auto& r :
       {row{subject_field::dn, "cn=api,O=Example", "O=Example,CN=api"},
        row{subject_field::san_dns, "API.example.com", "api.example.org"},
        row{subject_field::san_uri, "https://example.com/api", "https://example.com/API"},
        row{subject_field::san_ip, "192.0.2.7", "192.0.2.8"},
        row{subject_field::san_email, "api@example.com", "Api@example.com"}}) {
    expect_known(authenticate(with_subject(r.right, r.field), over(&own)), generated_id);
    expect_invalid_client(authenticate(with_subject(r.wrong, r.field), over(&own)),
                          "the client certificate has another subject");
  }
}

TEST_F(certificate_authentication, demands_a_chain_that_its_receiver_has_verified) {
  for (const auto verdict :
       {chain_verdict::unknown_issuer, chain_verdict::expired, chain_verdict::revoked,
        chain_verdict::no_current_list, chain_verdict::unfit, chain_verdict::refused_by_proxy,
        chain_verdict::not_told}) {
    const auto own = issuer.read(wish, verdict);
    const auto outcome = authenticate(with_subject("CN=api,O=Example"), over(&own));
    ASSERT_TRUE(std::holds_alternative<denial>(outcome)) << static_cast<int>(verdict);
    EXPECT_EQ(std::get<denial>(outcome).code, errc::invalid_client);
  }
}

TEST_F(certificate_authentication, fails_without_one_or_with_a_secret_CAU_01) {
  const auto c = with_subject("CN=api,O=Example");
  const auto own = issuer.read(wish);
  expect_invalid_client(authenticate(c, over(nullptr)), "no client certificate was presented");
  for (const auto presented : {how::basic, how::post}) {
    auto r = request(presented, generated_id, "guess");
    r.who.certificate = &own;
    expect_invalid_client(authenticate(c, r), "wrong method");
  }
  auto suspended = c;
  suspended.status = client_status::suspended;
  expect_invalid_client(authenticate(suspended, over(&own)), "client is suspended");
}

TEST_F(certificate_authentication, is_no_substitute_for_a_secret) {
  const auto own = issuer.read(wish);
  const auto c = make(generated_id, {generated(secret)});
  expect_invalid_client(authenticate(c, over(&own)), "confidential client presented no secret");
}

TEST_F(certificate_authentication, costs_an_unknown_client_of_any_id_what_it_costs_unknown_ones) {
  auto c = with_subject("CN=api");
  c.id = "chosen";
  expect_dummy(authenticate(c, request(how::id_only, "chosen")));
  expect_dummy(authenticate(c, request(how::id_only, "other")));
}

TEST_F(certificate_authentication, finds_the_key_of_a_self_signed_one_in_the_jwks) {
  const auto own = issuer.read(wish, chain_verdict::unknown_issuer);
  const auto other = issuer.read(wish, chain_verdict::unknown_issuer);
  auto c = make(generated_id, {});
  c.method = auth_method::self_signed_tls_client_auth;
  expect_invalid_client(authenticate(c, over(&own)),
                        "the key of the client certificate is not registered");
  const auto key = crypto::signing_key::generate(crypto::jws_alg::es256).public_part();
  c.keys = std::make_shared<const key_set>(key_set::read("{\"keys\":[" + key.jwk() + "]}").value());
  expect_invalid_client(authenticate(c, over(&other)),
                        "the key of the client certificate is not registered");
}

TEST_F(certificate_authentication, waits_for_the_keys_at_a_jwks_uri) {  // CAU-11, RFC 8705 §2.2.2
  constexpr auto url = "https://app.example/jwks";
  const auto own = issuer.read(wish, chain_verdict::unknown_issuer);
  auto c = make(generated_id, {});
  c.method = auth_method::self_signed_tls_client_auth;
  c.jwks_uri = url;
  const auto publish = [&](key_set_ptr set, std::optional<denial> why) {
    auto known = std::make_shared<remote_key_set>();
    known->keys = std::move(set);
    known->why = why;
    known->until = noon + seconds{1};
    authenticator.use(remote_keys{}.with(url, std::move(known)));
  };
  // What is decided when no fetch helps.
  const auto end_of = [&](const pending_assertion& waits) {
    const auto clients = client_registry{{c}};
    const auto end = authenticator.conclude_assertion(clients, over(&own).who, std::nullopt, waits,
                                                      false, {}, noon);
    EXPECT_FALSE(end.used);
    return end.client.error();
  };
  const auto wait_of = [&] {
    auto outcome = authenticate(c, over(&own));
    EXPECT_TRUE(std::holds_alternative<pending_assertion>(outcome));
    return std::get<pending_assertion>(std::move(outcome));
  };

  const auto unknown = wait_of();
  ASSERT_TRUE(unknown.wanted);
  EXPECT_EQ(unknown.wanted->url, url);
  EXPECT_FALSE(unknown.wanted->lacks_kid);
  EXPECT_EQ(end_of(unknown).code, errc::temporarily_unavailable);

  publish(nullptr, no_keys_fetched());
  const auto failed = wait_of();
  EXPECT_FALSE(failed.wanted);
  EXPECT_EQ(end_of(failed).reason, no_keys_fetched().reason);

  const auto key = crypto::signing_key::generate(crypto::jws_alg::es256).public_part();
  publish(std::make_shared<const key_set>(key_set::read("{\"keys\":[" + key.jwk() + "]}").value()),
          std::nullopt);
  const auto old = wait_of();
  ASSERT_TRUE(old.wanted);
  EXPECT_TRUE(old.wanted->lacks_kid);
  EXPECT_EQ(end_of(old).code, errc::invalid_client);
  EXPECT_EQ(end_of(old).reason, "the key of the client certificate is not registered");

  // Nothing is fetched for those who cannot be this client.
  expect_invalid_client(authenticate(c, over(nullptr)), "no client certificate was presented");
  c.status = client_status::suspended;
  expect_invalid_client(authenticate(c, over(&own)), "client is suspended");
}

TEST_F(certificate_authentication, binds_tokens_by_registration_alone_MTL_01) {
  const auto own = issuer.read(wish, chain_verdict::not_told);
  EXPECT_EQ(bind_to_certificate(true, &own).value(), own.thumbprint());
  EXPECT_EQ(bind_to_certificate(false, &own).value(), std::nullopt);
  EXPECT_EQ(bind_to_certificate(false, nullptr).value(), std::nullopt);
  EXPECT_EQ(bind_to_certificate(true, nullptr).error().code, errc::invalid_request);
}

}  // namespace
}  // namespace mintage::oauth
