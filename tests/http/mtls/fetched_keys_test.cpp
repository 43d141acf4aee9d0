// Self-signed certificates whose keys are at the client's jwks_uri. (CAU-11, CAU-14)
#include <gtest/gtest.h>

#include <mutex>

#include "loopback/https_host.hpp"
#include "tests/http/mtls/certificate_stage.hpp"

namespace mintage::test {
namespace {

/// A host that serves one key set, which may be changed.
class key_host {
 public:
  void show(const std::filesystem::path& certificate) {
    const auto guard = std::scoped_lock{mutex_};
    shown_ = boost::json::serialize(jwks_of(certificate));
  }
  [[nodiscard]] settings with() const {
    return {{"fetch.ca_file", toml_string(authority_.write(folder_.path()).string())},
            {"fetch.allow_loopback_for_tests", "true"}};
  }
  [[nodiscard]] std::string url() const { return host_.url("/jwks"); }
  [[nodiscard]] std::size_t requests() const { return host_.requests(); }

 private:
  temporary_folder folder_;
  certificate_authority authority_;
  std::mutex mutex_;
  std::string shown_;
  loopback::https_host host_{authority_.issue(folder_.path(), "host", key_kind::p256),
                             [this](loopback::https_host::visit& v) {
                               const auto guard = std::scoped_lock{mutex_};
                               v.answer("200 OK", "Content-Type: application/json\r\n", shown_);
                             }};
};

TEST(client_certificate, of_a_jwks_uri_is_found_there_and_may_be_replaced) {  // RFC 8705 §2.2.2
  auto host = key_host{};
  auto s = certificate_stage{host.with()};
  const auto next = certificate_authority::write_self_signed(
      s.folder.path(), "next", certificate_wish{.subject = {{"CN", "self"}}});
  host.show(s.self.certificate);
  const auto who = s.add(
      {{"token_endpoint_auth_method", "self_signed_tls_client_auth"}, {"jwks_uri", host.url()}});
  for (auto i = 0; i < 3; ++i) EXPECT_EQ(s.redeem_with(&s.self, who, s.mint(who)).status, 200U);
  const auto side = presenting(s.self);
  EXPECT_EQ(send_over(&side, s.server.port(), question("/introspect", who, "unknown")).status,
            200U);
  EXPECT_EQ(host.requests(), 1U);

  // Another certificate is looked for once; then the former one is worth nothing.
  host.show(next.certificate);
  EXPECT_EQ(s.redeem_with(&next, who, s.mint(who)).status, 200U);
  EXPECT_EQ(host.requests(), 2U);
  s.expect_refused(who, &s.self, next, invalid_client);
  s.expect_refused(who, &s.api, next, invalid_client);
  s.expect_refused(who, nullptr, next, invalid_client);
  EXPECT_EQ(host.requests(), 2U);  // once in 30 s
}

}  // namespace
}  // namespace mintage::test
