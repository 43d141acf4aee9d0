// curl with a client certificate, directly and through haproxy and nginx. (CAU-14, CAU-15)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loopback/free_port.hpp"
#include "tests/http/mtls/certificate_stage.hpp"
#include "tests/support/eventually.hpp"

namespace mintage::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

/// Runs a program to its end. @returns its standard output.
std::string output_of(std::vector<std::string> command, const std::filesystem::path& log) {
  auto child = child_process{std::move(command), log};
  EXPECT_TRUE(child.wait(std::chrono::seconds{60})) << read_file(log);
  return child.finish();
}

class real_client : public testing::Test {
 protected:
  /// What curl gets for a token request of the client itself. @param own null = no certificate.
  std::string ask(std::uint16_t port, const party& who, const pem_pair* own) {
    auto command = std::vector<std::string>{"curl",
                                            "-sS",
                                            "--cacert",
                                            server_ca.string(),
                                            "https://localhost:" + std::to_string(port) + "/token",
                                            "-d",
                                            "grant_type=client_credentials",
                                            "-d",
                                            "client_id=" + who.id};
    if (own != nullptr) {
      command.insert(command.end(),
                     {"--cert", own->certificate.string(), "--key", own->key.string()});
    }
    return output_of(std::move(command), made.folder.path() / "curl.log");
  }
  /// A client that asks for its own tokens.
  static party add(admin_client& admin, boost::json::object with) {
    with["grant_types"] = {"client_credentials"};
    with["redirect_uris"] = boost::json::array{};
    with["scope"] = "read";
    with["tls_client_certificate_bound_access_tokens"] = true;
    auto who = make_party(admin, with);
    who.how = party::way::none;
    return who;
  }
  /// The requests of each kind of client through one address.
  void expect_clients_are_known(stage& s, std::uint16_t port) {
    const auto api = add(s.admin, tls_client());
    const auto self = add(s.admin, {{"token_endpoint_auth_method", "self_signed_tls_client_auth"},
                                    {"jwks", jwks_of(made.self.certificate)}});
    EXPECT_THAT(ask(port, api, &made.api), HasSubstr("access_token"));
    EXPECT_THAT(ask(port, self, &made.self), HasSubstr("access_token"));
    for (const auto* wrong : {static_cast<const pem_pair*>(nullptr), &std::as_const(made.other),
                              &std::as_const(made.foreign), &std::as_const(made.self)}) {
      // nginx itself refuses a chain whose signatures are wrong.
      EXPECT_THAT(ask(port, api, wrong),
                  AnyOf(HasSubstr("invalid_client"), HasSubstr("SSL certificate error")));
    }
    EXPECT_THAT(ask(port, self, &made.api), HasSubstr("invalid_client"));
  }
  /// Starts a proxy and waits until it listens.
  static void await(std::uint16_t port) {
    eventually([port] {
      try {
        auto one = loopback::tcp_socket{port, std::chrono::seconds{1}};
        return true;
      } catch (const connection_lost&) {
        return false;
      }
    });
  }

  client_certificates made;
  std::filesystem::path server_ca = [](const std::filesystem::path& folder) {
    std::filesystem::create_directory(folder / "server");
    return test_authority().write(folder / "server");
  }(made.folder.path());
  pem_pair server_pair =
      test_authority().issue(made.folder.path() / "server", "server", key_kind::p256);
  std::filesystem::path client_ca = made.authority.write(made.folder.path());
};

TEST_F(real_client, curl_presents_its_certificate) {
  auto s = stage{certificate_settings(made.folder.path(), made.authority)};
  expect_clients_are_known(s, s.server.port());
}

/// Behind a proxy on loopback.
settings behind(const char* form) {
  return {{"http.trusted_proxies", "[\"127.0.0.1\"]"},
          {"http.client_certificate_header", toml_string(form)},
          {"http.client_verified_header", toml_string("X-Client-Verified")}};
}

TEST_F(real_client, is_known_behind_haproxy) {
  auto s = stage{behind("rfc9440")};
  const auto port = loopback::find_free_port();
  const auto both = made.folder.path() / "haproxy.pem";
  write_file(both, read_file(server_pair.certificate) + read_file(server_pair.key));
  const auto config = made.folder.path() / "haproxy.cfg";
  write_file(config,
             "defaults\n  mode http\n  timeout connect 5s\n  timeout client 30s\n"
             "  timeout server 30s\nfrontend public\n  bind 127.0.0.1:" +
                 std::to_string(port) + " ssl crt " + both.string() + " ca-file " +
                 client_ca.string() +
                 " verify optional crt-ignore-err all ca-ignore-err all\n"
                 "  http-request del-header Client-Cert\n"
                 "  http-request del-header X-Client-Verified\n"
                 "  http-request set-header Client-Cert :%[ssl_c_der,base64]: if { ssl_c_used }\n"
                 "  http-request set-header X-Client-Verified %[ssl_c_verify] if { ssl_c_used }\n"
                 "  default_backend mintage\nbackend mintage\n  server one 127.0.0.1:" +
                 std::to_string(s.server.port()) + "\n");
  auto proxy =
      child_process{{"haproxy", "-db", "-f", config.string()}, made.folder.path() / "haproxy.log"};
  await(port);
  expect_clients_are_known(s, port);
}

TEST_F(real_client, is_known_behind_nginx) {
  auto s = stage{behind("nginx")};
  const auto port = loopback::find_free_port();
  const auto folder = made.folder.path();
  auto temporary = std::string{};
  for (const auto* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
    temporary += std::string{"  "} + kind + "_temp_path " + (folder / kind).string() + ";\n";
  const auto config = folder / "nginx.conf";
  write_file(config,
             "daemon off;\nmaster_process off;\npid " + (folder / "nginx.pid").string() +
                 ";\nerror_log stderr;\nevents {}\nhttp {\n" + temporary +
                 "  access_log off;\n  server {\n    listen 127.0.0.1:" + std::to_string(port) +
                 " ssl;\n    ssl_certificate " + server_pair.certificate.string() +
                 ";\n    ssl_certificate_key " + server_pair.key.string() +
                 ";\n    ssl_client_certificate " + client_ca.string() +
                 ";\n    ssl_verify_client optional_no_ca;\n"
                 "    proxy_set_header X-SSL-Client-Cert $ssl_client_escaped_cert;\n"
                 "    proxy_set_header X-Client-Verified $ssl_client_verify;\n"
                 "    location / { proxy_pass http://127.0.0.1:" +
                 std::to_string(s.server.port()) + "; }\n  }\n}\n");
  auto proxy =
      child_process{{"nginx", "-p", folder.string(), "-c", config.string()}, folder / "nginx.log"};
  await(port);
  expect_clients_are_known(s, port);
}

}  // namespace
}  // namespace mintage::test
