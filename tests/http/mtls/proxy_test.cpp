// Client certificates that a proxy passes on. (CAU-15; PROTOCOL.md §11 C)
#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "tests/http/mtls/certificate_stage.hpp"

namespace mintage::test {
namespace {

std::string percent_encoded(std::string_view text) {
  constexpr auto digits = std::string_view{"0123456789ABCDEF"};
  auto out = std::string{};
  for (const auto c : text) {
    const auto octet = static_cast<unsigned char>(c);
    out.append({'%', digits[octet >> 4], digits[octet & 15]});
  }
  return out;
}

/// The first certificate of a file as PEM.
std::string pem_of(const std::filesystem::path& certificate) {
  constexpr auto end = std::string_view{"-----END CERTIFICATE-----\n"};
  const auto text = read_file(certificate);
  return text.substr(0, text.find(end) + end.size());
}

std::string rfc9440_item(const std::filesystem::path& certificate) {
  return ':' + base64(der_of(certificate)) + ':';
}

/// A server behind a proxy on loopback, in the clear.
class proxied : public client_certificates, public stage {
 public:
  explicit proxied(const char* form, const char* trusted = "[\"127.0.0.1\"]")
      : stage{settings{{"http.client_certificate_header", toml_string(form)},
                       {"http.client_verified_header", toml_string(verified_by(form))},
                       {"http.trusted_proxies", trusted}}} {}
  static const char* verified_by(std::string_view form) {
    return form == "none" ? "" : "X-Client-Verified";
  }

  party add(const boost::json::object& metadata) {
    auto made = make_party(admin, metadata);
    made.how = party::way::none;
    return made;
  }
  /// Redeems a new code with these header fields.
  void expect(const party& who, const field_list& fields, const expected& want) {
    auto call = redemption(who, mint(who));
    for (const auto& [name, value] : fields) call.add_header(name, value);
    check_answer(call.send_to(server.port()), call, want);
  }
};

TEST(passed_on_certificate, authenticates_in_each_form_CAU_15) {
  const auto check = [](const char* form, const char* name, const auto& value_of) {
    auto s = proxied{form};
    const auto who = s.add(tls_client());
    s.expect(who, {{name, value_of(s.api.certificate)}, {"X-Client-Verified", "SUCCESS"}}, success);
    s.expect(who, {{name, value_of(s.api.certificate)}, {"X-Client-Verified", "0"}}, success);
    s.expect(who, {{name, value_of(s.other.certificate)}, {"X-Client-Verified", "0"}},
             invalid_client);
    s.expect(who, {}, invalid_client);
  };
  check("rfc9440", "Client-Cert", rfc9440_item);
  check("nginx", "X-SSL-Client-Cert", [](auto& file) { return percent_encoded(pem_of(file)); });
  check("envoy", "X-Forwarded-Client-Cert", [](auto& file) {
    return "Hash=00;Cert=\"" + percent_encoded(pem_of(file)) + "\";Subject=\"CN=x;y\"";
  });
}

TEST(passed_on_certificate, of_an_untrusted_peer_is_not_read_NEG_074) {
  auto s = proxied{"rfc9440", "[\"192.0.2.1\"]"};
  const auto who = s.add(tls_client());
  s.expect(who, {{"Client-Cert", rfc9440_item(s.api.certificate)}, {"X-Client-Verified", "0"}},
           invalid_client);
  // Not even that it is malformed.
  s.expect(who, {{"Client-Cert", "x"}, {"Client-Cert", "y"}}, invalid_client);
}

TEST(passed_on_certificate, is_not_read_unless_the_config_names_its_form) {
  auto s = proxied{"none"};
  const auto who = s.add(tls_client());
  s.expect(who, {{"Client-Cert", rfc9440_item(s.api.certificate)}, {"X-Client-Verified", "0"}},
           invalid_client);
}

TEST(passed_on_certificate, counts_for_tls_client_auth_only_when_its_chain_was_verified_CAU_15) {
  auto s = proxied{"rfc9440"};
  const auto value = rfc9440_item(s.api.certificate);
  const auto who = s.add(tls_client());
  const auto self = s.add({{"token_endpoint_auth_method", "self_signed_tls_client_auth"},
                           {"jwks", jwks_of(s.api.certificate)}});
  s.expect(who, {{"Client-Cert", value}}, invalid_client);
  for (const auto* said : {"", "NONE", "FAILED:self-signed", "20"}) {
    s.expect(who, {{"Client-Cert", value}, {"X-Client-Verified", said}}, invalid_client);
    s.expect(self, {{"Client-Cert", value}, {"X-Client-Verified", said}}, success);
  }
  s.expect(self, {{"Client-Cert", value}}, success);
}

TEST(passed_on_certificate, that_comes_twice_or_malformed_is_refused_CAU_15) {
  auto s = proxied{"rfc9440"};
  const auto who = s.add(tls_client());
  const auto right =
      std::pair<std::string, std::string>{"Client-Cert", rfc9440_item(s.api.certificate)};
  s.expect(who, {right, right, {"X-Client-Verified", "0"}}, invalid_request);
  s.expect(who, {right, {"X-Client-Verified", "0"}, {"X-Client-Verified", "0"}}, invalid_request);
  for (const auto* value : {":", "YWJj", ":YWJj:", ":%:"})
    s.expect(who, {{"Client-Cert", value}}, invalid_request);
  // A proxy that sets the field for everybody sends it empty for those without one.
  s.expect(s.c1, {{"Client-Cert", "::"}, {"X-Client-Verified", "0"}}, success);
}

}  // namespace
}  // namespace mintage::test
