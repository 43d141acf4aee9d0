// The second public listener, and where the metadata announces it. (RFC 8705 §5)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loopback/free_port.hpp"
#include "tests/http/mtls/certificate_stage.hpp"
#include "tests/support/client_key.hpp"

namespace mintage::test {
namespace {

using testing::HasSubstr;

TEST(mtls_listener, asks_for_certificates_in_the_place_of_the_first) {
  const auto port = loopback::find_free_port();
  auto s =
      certificate_stage{{{"http.mtls_listen", toml_string("127.0.0.1:" + std::to_string(port))}}};
  const auto who = s.add(tls_client());
  const auto code = s.mint(who);
  check_answer(s.redeem_with(&s.api, who, code), redemption(who, code), invalid_client);
  const auto side = presenting(s.api);
  EXPECT_EQ(send_over(&side, port, redemption(who, code)).status, 200U);
  // Clients without one are served there, too.
  EXPECT_EQ(send_over(&test_side(), port, redemption(s.c1, s.mint(s.c1))).status, 200U);
}

TEST(mtls_listener, takes_new_files_on_SIGHUP_as_the_first_does) {
  const auto port = loopback::find_free_port();
  auto s =
      certificate_stage{{{"http.mtls_listen", toml_string("127.0.0.1:" + std::to_string(port))}}};
  const auto renewed = test_authority().issue(s.folder.path(), "renewed", key_kind::p256);
  std::filesystem::rename(renewed.certificate, s.folder.path() / "server.pem");
  std::filesystem::rename(renewed.key, s.folder.path() / "server.key");
  s.server.hang_up();
  for (const auto at : {s.server.port(), port}) {
    while (loopback::connection{at, {.side = &test_side()}}.server_name() != "renewed") {
    }
  }
}

TEST(metadata, announces_aliases_where_the_config_has_their_base) {
  auto s =
      certificate_stage{{{"discovery.mtls_base_url", toml_string("https://mtls.example.com")}}};
  auto call = token_call{};
  call.method = "GET";
  call.target = "/.well-known/openid-configuration";
  const auto got = parse_object(send_over(&test_side(), s.server.port(), call).body);
  const auto& aliases = got.at("mtls_endpoint_aliases").as_object();
  for (const auto* name : {"token", "introspect", "revoke", "userinfo"}) {
    const auto member = name == std::string_view{"introspect"} ? "introspection_endpoint"
                        : name == std::string_view{"revoke"}   ? "revocation_endpoint"
                                                               : std::string{name} + "_endpoint";
    EXPECT_EQ(text_of(aliases, member), std::string{"https://mtls.example.com/"} + name);
  }
  EXPECT_EQ(aliases.size(), 4U);
  EXPECT_TRUE(got.at("tls_client_certificate_bound_access_tokens").as_bool());
  const auto methods = boost::json::serialize(got.at("token_endpoint_auth_methods_supported"));
  EXPECT_THAT(methods, HasSubstr("\"tls_client_auth\""));
  EXPECT_THAT(methods, HasSubstr("\"self_signed_tls_client_auth\""));
}

TEST(metadata, announces_nothing_of_certificates_that_are_not_asked_for_MET_02) {
  auto s = stage{};
  auto call = token_call{};
  call.method = "GET";
  call.target = "/.well-known/openid-configuration";
  const auto body = call.send_to(s.server.port()).body;
  EXPECT_EQ(body.find("tls_client"), std::string::npos) << body;
  EXPECT_EQ(body.find("mtls"), std::string::npos);
}

TEST(metadata, names_aliases_that_an_assertion_may_have_as_audience_CAU_08) {
  auto s =
      certificate_stage{{{"discovery.mtls_base_url", toml_string("https://mtls.example.com")}}};
  const auto key = client_key{crypto::jws_alg::es256};
  for (const auto* mode : {"strict", "compat"}) {
    const auto who = s.add({{"token_endpoint_auth_method", "private_key_jwt"},
                            {"jwks", key.jwks()},
                            {"assertion_aud_mode", mode}});
    auto claims = assertion_claims(who.id);
    claims["aud"] = "https://mtls.example.com/token";
    const auto call =
        redemption(who, s.mint(who))
            .drop("client_id")
            .add("client_assertion_type", assertion_type)
            .add("client_assertion", key.sign(key.header(), boost::json::serialize(claims)));
    const auto want = std::string_view{mode} == "compat" ? success : invalid_client;
    check_answer(send_over(&test_side(), s.server.port(), call), call, want);
  }
}

TEST(config, names_file_and_key_of_what_cannot_be_used) {
  auto made = client_certificates{};
  auto with = certificate_settings(made.folder.path(), made.authority);
  const auto refused = [&](const settings& changed) {
    auto all = with;
    for (const auto& [key, value] : changed) all[key] = value;
    const auto s = server_process{all};
    const auto done = run_program({"check", "--config", s.config_file().string()});
    EXPECT_EQ(done.code, 2);
    return done.err;
  };
  const auto absent = toml_string("absent.pem");
  EXPECT_THAT(
      refused({{"http.tls.client_ca", absent}}),
      testing::AllOf(HasSubstr("http.tls.client_ca: "), HasSubstr("absent.pem: cannot be read")));
  EXPECT_THAT(refused({{"http.tls.client_crl", toml_string(made.api.certificate.string())}}),
              HasSubstr("http.tls.client_crl: " + made.api.certificate.string() + ": holds no"));
  EXPECT_THAT(refused({{"http.tls.client_certificates", toml_string("on")}}),
              HasSubstr("must be \"off\" or \"optional\""));
  EXPECT_THAT(refused({{"http.tls.client_certificates", toml_string("off")}}),
              HasSubstr("http.tls.client_ca: needs"));
  EXPECT_THAT(refused({{"http.client_certificate_header", toml_string("nginx")}}),
              HasSubstr("needs the proxies in http.trusted_proxies"));
  EXPECT_THAT(refused({{"http.client_verified_header", toml_string("X-Verified")}}),
              HasSubstr("http.client_verified_header: needs http.client_certificate_header"));
  EXPECT_THAT(refused({{"discovery.mtls_base_url", toml_string("http://mtls.example.com")}}),
              HasSubstr("discovery.mtls_base_url: must be a URL such as https://"));
}

}  // namespace
}  // namespace mintage::test
