// Authentication by client certificate over TLS. (CAU-14; PROTOCOL.md §11 C)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/http/mtls/certificate_stage.hpp"
#include "tests/support/eventually.hpp"

namespace mintage::test {
namespace {

using testing::HasSubstr;

TEST(client_certificate, authenticates_by_its_subject_in_both_versions_of_TLS) {
  auto s = certificate_stage{};
  const auto who = s.add(tls_client());
  for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto side = presenting(s.api, version);
    EXPECT_EQ(send_over(&side, s.server.port(), redemption(who, s.mint(who))).status, 200U);
  }
}

TEST(client_certificate, authenticates_by_each_kind_of_alternative_name) {
  auto s = certificate_stage{};
  for (const auto& [member, right, wrong] :
       {std::tuple{"san_dns", "API.example.com", "www.example.com"},
        {"san_uri", "https://example.com/api", "https://example.com/other"},
        {"san_ip", "192.0.2.7", "192.0.2.8"},
        {"san_email", "api@example.com", "API@example.com"}}) {
    const auto name = "tls_client_auth_" + std::string{member};
    const auto metadata = boost::json::object{{"token_endpoint_auth_method", "tls_client_auth"}};
    auto with = metadata;
    with[name] = right;
    const auto known = s.add(with);
    EXPECT_EQ(s.redeem_with(&s.api, known, s.mint(known)).status, 200U) << member;
    with[name] = wrong;
    const auto unknown = s.add(with);
    EXPECT_EQ(s.redeem_with(&s.api, unknown, s.mint(unknown)).status, 400U) << member;
  }
}

TEST(client_certificate, is_demanded_of_a_client_that_is_registered_for_it_NEG_071) {
  auto s = certificate_stage{};
  s.expect_refused(s.add(tls_client()), nullptr, s.api, invalid_client);
  const auto self = s.add({{"token_endpoint_auth_method", "self_signed_tls_client_auth"},
                           {"jwks", jwks_of(s.self.certificate)}});
  s.expect_refused(self, nullptr, s.self, invalid_client);
}

TEST(client_certificate, of_another_subject_is_refused_NEG_072) {
  auto s = certificate_stage{};
  s.expect_refused(s.add(tls_client()), &s.other, s.api, invalid_client);
}

TEST(client_certificate, of_another_authority_or_of_none_is_refused_CAU_14) {
  auto s = certificate_stage{};
  s.expect_refused(s.add(tls_client()), &s.foreign, s.api, invalid_client);
  s.expect_refused(
      s.add(tls_client("CN=self")), &s.self,
      s.authority.issue(s.folder.path(), "ca-self", certificate_wish{.subject = {{"CN", "self"}}}),
      invalid_client);
}

TEST(client_certificate, with_a_secret_is_the_wrong_method_NEG_073) {
  auto s = certificate_stage{};
  const auto who = s.add(tls_client());
  const auto code = s.mint(who);
  const auto side = presenting(s.api);
  const auto post = redemption(who, code).add("client_secret", "guess");
  check_answer(send_over(&side, s.server.port(), post), post, invalid_client);
  const auto basic = redemption(who, code).drop("client_id").basic(who.id, "guess");
  check_answer(send_over(&side, s.server.port(), basic), basic, invalid_client_401);
  EXPECT_EQ(s.redeem_with(&s.api, who, code).status, 200U);
}

TEST(client_certificate, needs_the_client_id_in_the_body_CAU_14) {
  auto s = certificate_stage{};
  const auto who = s.add(tls_client());
  const auto call = redemption(who, s.mint(who)).drop("client_id");
  const auto side = presenting(s.api);
  check_answer(send_over(&side, s.server.port(), call), call, invalid_client);
}

TEST(client_certificate, that_is_self_signed_must_have_a_registered_key_NEG_075) {
  auto s = certificate_stage{};
  const auto who = s.add({{"token_endpoint_auth_method", "self_signed_tls_client_auth"},
                          {"jwks", jwks_of(s.self.certificate)}});
  const auto stranger = certificate_authority::write_self_signed(
      s.folder.path(), "stranger", certificate_wish{.subject = {{"CN", "self"}}});
  s.expect_refused(who, &stranger, s.self, invalid_client);
  s.expect_refused(who, &s.api, s.self, invalid_client);
}

TEST(client_certificate, that_is_self_signed_may_have_expired_CAU_14) {
  auto s = certificate_stage{};
  const auto old =
      certificate_authority::write_self_signed(s.folder.path(), "old",
                                               certificate_wish{.subject = {{"CN", "x"}},
                                                                .begins = std::chrono::hours{-48},
                                                                .ends = std::chrono::hours{-24}});
  const auto who = s.add({{"token_endpoint_auth_method", "self_signed_tls_client_auth"},
                          {"jwks", jwks_of(old.certificate)}});
  EXPECT_EQ(s.redeem_with(&old, who, s.mint(who)).status, 200U);
}

TEST(client_certificate, of_an_authority_must_not_have_expired_and_be_for_clients_CAU_14) {
  auto s = certificate_stage{};
  const auto who = s.add(tls_client());
  auto wish = certificate_wish{.subject = {{"C", "DE"}, {"O", "Example"}, {"CN", "api"}}};
  wish.usage = "serverAuth";
  const auto for_servers = s.authority.issue(s.folder.path(), "for-servers", wish);
  s.expect_refused(who, &for_servers, s.api, invalid_client);
  wish.usage = "clientAuth";
  wish.begins = std::chrono::hours{-48};
  wish.ends = std::chrono::hours{-24};
  const auto old = s.authority.issue(s.folder.path(), "old", wish);
  s.expect_refused(who, &old, s.api, invalid_client);
  eventually(
      [&] { return s.server.log().find("has expired or is not valid yet") != std::string::npos; });
}

TEST(client_certificate, that_is_revoked_is_refused_from_the_reload_on) {
  auto made = client_certificates{};
  const auto list = made.authority.write_revocations(made.folder.path(), {});
  auto with = certificate_settings(made.folder.path(), made.authority);
  with["http.tls.client_crl"] = toml_string(list.string());
  auto s = stage{with};
  const auto who = [&] {
    auto one = make_party(s.admin, tls_client());
    one.how = party::way::none;
    return one;
  }();
  const auto side = presenting(made.api);
  auto open = loopback::connection{s.server.port(), {.side = &side}};
  const auto status = [&](loopback::connection& over) {
    over.send(redemption(who, s.mint(who)).render());
    return over.receive().status;
  };
  EXPECT_EQ(status(open), 200U);
  static_cast<void>(made.authority.write_revocations(made.folder.path(), {made.api.certificate}));
  s.server.hang_up();
  eventually([&] {
    auto fresh = loopback::connection{s.server.port(), {.side = &side}};
    return status(fresh) == 400U;
  });
  eventually([&] { return s.server.log().find("is revoked") != std::string::npos; });
  // A list that has expired says nothing of anybody.
  static_cast<void>(
      made.authority.write_revocations(made.folder.path(), {}, std::chrono::seconds{-30}));
  s.server.hang_up();
  eventually([&] {
    auto fresh = loopback::connection{s.server.port(), {.side = &side}};
    return status(fresh) == 400U &&
           s.server.log().find("no current revocation list") != std::string::npos;
  });
}

TEST(client_certificate, is_asked_for_again_where_a_session_could_be_resumed) {
  auto s = certificate_stage{};
  const auto who = s.add(tls_client());
  for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto options = tls_client_options{};
    options.trusted = &test_authority();
    options.own = s.api;
    options.resumes = true;
    options.min_version = options.max_version = version;
    const auto side = tls_side{options};
    auto session = loopback::session_ptr{};
    for (auto turn = 0; turn < 3; ++turn) {
      auto socket = loopback::tcp_socket{s.server.port(), std::chrono::seconds{20}};
      auto over = loopback::stream{&side, socket.get(), std::chrono::seconds{20}, session};
      EXPECT_FALSE(over.was_resumed());
      EXPECT_TRUE(over.send(redemption(who, s.mint(who)).render()));
      auto octets = std::array<char, 4096>{};
      const auto size = over.receive(octets);
      ASSERT_GT(size, 0);
      EXPECT_THAT((std::string{octets.data(), static_cast<std::size_t>(size)}),
                  HasSubstr("200 OK"));
      session = over.session();
    }
  }
}

TEST(client_certificate, is_asked_of_nobody_unless_the_config_says_so) {
  auto s = certificate_stage{{{"http.tls.client_certificates", toml_string("off")},
                              {"http.tls.client_ca", toml_string("")}}};
  const auto who = s.add(tls_client());
  const auto code = s.mint(who);
  check_answer(s.redeem_with(&s.api, who, code), redemption(who, code), invalid_client);
}

}  // namespace
}  // namespace mintage::test
