// Client certificates of the public listener: who is asked, and what is found out. (CAU-14, CAU-15)
#include "crypto/certificate.hpp"
#include "tests/unit/net/tls/tls_fixture.hpp"

namespace mintage::net {
namespace {

using crypto::chain_verdict;
using loopback::certificate_wish;
using namespace std::chrono_literals;
using testing::EndsWith;

class tls_client_certificate : public tls_server_test {
 protected:
  tls_client_certificate() {
    settings.tls.client_certificates = client_certificates::optional;
    settings.tls.client_ca = authority.write(folder);
  }
  [[nodiscard]] loopback::pem_pair issue(const certificate_wish& wanted) const {
    return authority.issue(folder, "client", wanted);
  }
  [[nodiscard]] loopback::tls_side presenting(const loopback::pem_pair& own,
                                              int version = 0) const {
    auto options = loopback::tls_client_options{.own = own, .resumes = true};
    if (version != 0) options.min_version = options.max_version = version;
    return side(options);
  }
  /// What the service learns of the certificate: "THUMBPRINT VERDICT".
  [[nodiscard]] std::string told(const loopback::tls_side& client) {
    auto p = peer{server_->public_port(), client};
    p.send(token_request("certificate"));
    return p.receive().body;
  }
  [[nodiscard]] static auto ends_in(chain_verdict v) {
    return EndsWith(' ' + std::to_string(static_cast<int>(v)));
  }
  certificate_wish wish{.subject = {{"CN", "api"}}};
};

TEST_F(tls_client_certificate, is_optional_and_verified_with_both_versions) {
  start();
  EXPECT_EQ(told(side()), "none");
  for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION})
    EXPECT_THAT(told(presenting(issue(wish), version)), ends_in(chain_verdict::verified));
}

TEST_F(tls_client_certificate, is_not_asked_for_when_it_is_off) {
  settings.tls.client_certificates = client_certificates::off;
  settings.tls.client_ca.clear();
  start();
  EXPECT_EQ(told(presenting(issue(wish))), "none");
}

TEST_F(tls_client_certificate, without_a_trusted_chain_is_still_told) {
  start();
  const auto self = loopback::certificate_authority::write_self_signed(folder, "self", wish);
  EXPECT_THAT(told(presenting(self)), ends_in(chain_verdict::unknown_issuer));
  const auto foreign = loopback::certificate_authority{}.issue(folder, "foreign", wish);
  EXPECT_THAT(told(presenting(foreign)), ends_in(chain_verdict::unknown_issuer));
  wish.begins = -48h;
  wish.ends = -24h;
  EXPECT_THAT(told(presenting(issue(wish))), ends_in(chain_verdict::expired));
  wish.begins = 24h;
  wish.ends = 48h;
  EXPECT_THAT(told(presenting(issue(wish))), ends_in(chain_verdict::expired));
  wish = {.subject = {{"CN", "api"}}, .usage = "serverAuth"};
  EXPECT_THAT(told(presenting(issue(wish))), ends_in(chain_verdict::unfit));
}

TEST_F(tls_client_certificate, leads_to_no_authority_when_none_is_configured) {
  settings.tls.client_ca.clear();
  start();
  EXPECT_THAT(told(presenting(issue(wish))), ends_in(chain_verdict::unknown_issuer));
}

TEST_F(tls_client_certificate, with_a_weak_key_ends_the_handshake) {
  start();
  wish.kind = loopback::key_kind::rsa_1024;
  const auto client = presenting(issue(wish), TLS1_2_VERSION);
  EXPECT_THROW((peer{server_->public_port(), client}), loopback::tls_refused);
  eventually(
      [&] { return last_reason() == "the certificate of the peer has a key that is too weak"; });
}

TEST_F(tls_client_certificate, is_judged_by_the_revocation_lists_of_now) {
  const auto one = issue(wish);
  const auto client = presenting(one);
  settings.tls.client_crl = authority.write_revocations(folder, {});
  start();
  EXPECT_THAT(told(client), ends_in(chain_verdict::verified));
  static_cast<void>(authority.write_revocations(folder, {one.certificate}));
  EXPECT_THAT(server_->reload_certificates(), testing::IsEmpty());
  EXPECT_THAT(told(client), ends_in(chain_verdict::revoked));
  static_cast<void>(authority.write_revocations(folder, {}, -30s));
  EXPECT_THAT(server_->reload_certificates(), testing::IsEmpty());
  EXPECT_THAT(told(client), ends_in(chain_verdict::no_current_list));
}

TEST_F(tls_client_certificate, needs_a_list_of_each_authority) {
  settings.tls.client_crl = loopback::certificate_authority{}.write_revocations(folder, {});
  start();
  EXPECT_THAT(told(presenting(issue(wish))), ends_in(chain_verdict::no_current_list));
}

TEST_F(tls_client_certificate, is_presented_anew_where_a_session_could_be_resumed) {
  start();
  for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto client = presenting(issue(wish), version);
    auto last = loopback::session_ptr{};
    for (auto turn = 0; turn < 3; ++turn) {
      auto p = peer{server_->public_port(), client, last};
      EXPECT_FALSE(p.tls().was_resumed());
      p.send(token_request("certificate"));
      EXPECT_THAT(p.receive().body, ends_in(chain_verdict::verified));
      last = p.tls().session();
    }
  }
}

TEST_F(tls_client_certificate, does_not_hinder_the_resumption_of_sessions_without_one) {
  start();
  for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto options = loopback::tls_client_options{.resumes = true};
    options.min_version = options.max_version = version;
    const auto client = side(options);
    auto first = peer{server_->public_port(), client};
    first.send(token_request("certificate"));
    EXPECT_EQ(first.receive().body, "none");
    auto second = peer{server_->public_port(), client, first.tls().session()};
    EXPECT_TRUE(second.tls().was_resumed());
    second.send(token_request("certificate"));
    EXPECT_EQ(second.receive().body, "none");
  }
}

TEST_F(tls_client_certificate, is_not_asked_for_on_the_admin_listener_nor_by_the_first_of_two) {
  settings.mtls_listen = "127.0.0.1:0";
  start();
  const auto client = presenting(issue(wish));
  EXPECT_EQ(told(client), "none");
  auto second = peer{server_->mtls_port(), client};
  second.send(token_request("certificate"));
  EXPECT_THAT(second.receive().body, ends_in(chain_verdict::verified));
}

/// A proxy has a certificate of its own, which is not that of its clients (CAU-15).
TEST_F(tls_client_certificate, of_a_proxy_that_passes_on_others_is_nobodys) {
  settings.trusted_proxies = {"127.0.0.1"};
  settings.client_certificate_header = certificate_header::rfc9440;
  start();
  EXPECT_EQ(told(presenting(issue(wish))), "none");
}

}  // namespace
}  // namespace mintage::net
