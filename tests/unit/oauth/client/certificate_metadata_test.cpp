// What a client is registered with about its certificate. (CAU-14, MTL-01)
#include <gtest/gtest.h>

#include "oauth/client/certificate_subject.hpp"
#include "oauth/client/metadata.hpp"
#include "tests/unit/oauth/counting_random.hpp"

namespace mintage::oauth {
namespace {

std::optional<std::string>& value_of(client_metadata& m, subject_field f) {
  return m.certificate_subjects[static_cast<std::size_t>(f)];
}

client_metadata sample(std::string_view method = "tls_client_auth") {
  auto m = client_metadata{};
  m.token_endpoint_auth_method = method;
  m.redirect_uris = {"https://client.example/cb"};
  return m;
}

admin_result<client> made_of(const client_metadata& m) {
  auto random = test::counting_random{};
  return make_client(m, instant{}, random);
}

std::string fault_of(const client_metadata& m) {
  const auto made = made_of(m);
  return made ? "" : made.error().description;
}

TEST(certificate_metadata, has_exactly_one_subject_with_tls_client_auth) {
  auto m = sample();
  EXPECT_NE(fault_of(m).find("exactly one of tls_client_auth_subject_dn"), std::string::npos);
  value_of(m, subject_field::dn) = "CN=api,O=Example";
  const auto made = made_of(m);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->subject, (certificate_subject{subject_field::dn, "CN=api,O=Example"}));
  EXPECT_FALSE(made->is_public());
  EXPECT_TRUE(made->secrets.empty());
  value_of(m, subject_field::san_dns) = "api.example.com";
  EXPECT_NE(fault_of(m).find("exactly one"), std::string::npos);
}

TEST(certificate_metadata, has_no_subject_with_another_method) {
  for (const auto* method : {"client_secret_basic", "none"}) {
    auto m = sample(method);
    value_of(m, subject_field::san_ip) = "192.0.2.1";
    EXPECT_NE(fault_of(m).find("tls_client_auth_san_ip needs"), std::string::npos) << method;
  }
}

TEST(certificate_metadata, needs_keys_with_self_signed_certificates) {
  EXPECT_EQ(fault_of(sample("self_signed_tls_client_auth")),
            "jwks or jwks_uri is required for self_signed_tls_client_auth");
  auto m = sample("self_signed_tls_client_auth");
  m.jwks_uri = "https://app.example/jwks";
  EXPECT_EQ(fault_of(m), "");
}

TEST(certificate_metadata, has_no_secret) {
  auto m = sample();
  value_of(m, subject_field::dn) = "CN=api";
  m.client_id = "api";
  EXPECT_TRUE(made_of(m));
  m.client_secret = crypto::secret_string{"chosen elsewhere"};
  EXPECT_FALSE(made_of(m));
}

TEST(certificate_metadata, replaces_the_subject_by_one_that_is_sent_later) {
  auto m = sample();
  value_of(m, subject_field::dn) = "CN=api";
  const auto before = made_of(m).value();
  auto change = client_metadata{};
  change.client_name = "x";
  EXPECT_EQ(change_client(before, change)->subject, before.subject);
  value_of(change, subject_field::san_email) = "jo@example.com";
  change.tls_client_certificate_bound_access_tokens = true;
  const auto after = change_client(before, change);
  EXPECT_EQ(after->subject, (certificate_subject{subject_field::san_email, "jo@example.com"}));
  EXPECT_TRUE(after->has_certificate_bound_tokens);
}

TEST(certificate_metadata, refuses_values_that_no_certificate_can_have) {
  struct row {
    subject_field field;
    const char* value;
  };
  for (const auto& [field, value] :
       {row{subject_field::dn, "C = DE, CN = api"}, row{subject_field::dn, ""},
        row{subject_field::san_dns, "*.example.com"}, row{subject_field::san_dns, "a..b"},
        row{subject_field::san_dns, ".a"}, row{subject_field::san_dns, "a b"},
        row{subject_field::san_dns, ""}, row{subject_field::san_uri, "example.com/a"},
        row{subject_field::san_uri, "https://example.com/a b"},
        row{subject_field::san_ip, "192.0.2.0/24"}, row{subject_field::san_ip, "localhost"},
        row{subject_field::san_email, "example.com"}, row{subject_field::san_email, "@example.com"},
        row{subject_field::san_email, "jo@"}}) {
    auto m = sample();
    value_of(m, field) = value;
    EXPECT_EQ(fault_of(m).find(row_of(subject_fields, field).name), 0U) << value << fault_of(m);
  }
}

}  // namespace
}  // namespace mintage::oauth
