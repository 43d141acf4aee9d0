// Files of certificates and keys: what is refused, and how a running server reloads them.

#include <openssl/pem.h>

#include <fstream>

#include "net/tls/context.hpp"
#include "tests/unit/net/tls/tls_fixture.hpp"

namespace mintage::net {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class tls_reload : public tls_server_test {
 protected:
  [[nodiscard]] peer connect(const loopback::session_ptr& offered = nullptr) {
    return peer{server_->public_port(), client, offered};
  }
  void write(const std::filesystem::path& file, std::string_view text) const {
    std::ofstream{file, std::ios::trunc} << text;
  }
  [[nodiscard]] std::string read(const std::filesystem::path& file) const {
    auto in = std::ifstream{file};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  loopback::tls_side client = side();
};

TEST_F(tls_reload, gives_new_connections_the_new_certificate_and_leaves_open_ones_alone) {
  settings.io_threads = 2;
  start();
  auto open = connect();
  open.send(token_request());
  EXPECT_EQ(open.receive().status, 200U);
  replace_pair("renewed");
  EXPECT_TRUE(server_->reload_certificates().empty());
  for (auto n = 0; n < 4; ++n) EXPECT_EQ(connect().tls().server_name(), "renewed");
  EXPECT_EQ(open.tls().server_name(), "first");
  open.send(token_request());
  EXPECT_EQ(open.receive().status, 200U);
  EXPECT_EQ(server_->certificates().size(), 2U);
  EXPECT_THAT(server_->certificates()[0].expires, testing::MatchesRegex("20..-..-..T..:..:..Z"));
}

TEST_F(tls_reload, lets_a_handshake_that_has_begun_finish_with_the_old_one) {
  start();
  auto early = peer{server_->public_port()};
  auto later = connect();  // its handshake is done, so the server has accepted the one before
  replace_pair("renewed");
  EXPECT_TRUE(server_->reload_certificates().empty());
  early.secure(client);
  EXPECT_EQ(early.tls().server_name(), "first");
}

TEST_F(tls_reload, changes_the_kind_of_key) {
  start();
  replace_pair("renewed", loopback::key_kind::rsa_2048);
  EXPECT_TRUE(server_->reload_certificates().empty());
  EXPECT_EQ(connect().tls().server_key(), loopback::key_kind::rsa_2048);
}

TEST_F(tls_reload, resumes_sessions_from_before_it) {
  start();
  for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto this_version = side_of(version);
    auto p = peer{server_->public_port(), this_version};
    p.send(token_request());
    EXPECT_EQ(p.receive().status, 200U);
    replace_pair("renewed");
    EXPECT_TRUE(server_->reload_certificates().empty());
    EXPECT_TRUE(
        (peer{server_->public_port(), this_version, p.tls().session()}.tls().was_resumed()));
  }
}

TEST_F(tls_reload, keeps_what_it_has_when_a_file_is_bad) {
  start();
  write(pair.key, "no key");
  const auto refused = server_->reload_certificates();
  ASSERT_EQ(refused.size(), 2U);  // both listeners have this pair
  EXPECT_EQ(refused[0].key, "http.tls.key");
  EXPECT_EQ(refused[0].sentence, pair.key.string() + ": holds no private key in PEM form");
  EXPECT_EQ(refused[1].key, "admin.tls.key");
  auto p = connect();
  EXPECT_EQ(p.tls().server_name(), "first");
  p.send(token_request());
  EXPECT_EQ(p.receive().status, 200U);
  replace_pair("renewed");
  EXPECT_TRUE(server_->reload_certificates().empty());
  EXPECT_EQ(connect().tls().server_name(), "renewed");
}

TEST_F(tls_reload, does_nothing_without_TLS) {
  settings.tls = settings.admin_tls = {};
  start();
  EXPECT_TRUE(server_->reload_certificates().empty());
  EXPECT_TRUE(server_->certificates().empty());
  EXPECT_EQ(ask(token_request()).status, 200U);
}

/// The error about the pair in the settings, as "KEY: SENTENCE".
std::string fault_of(const tls_options& o) {
  const auto made = tls_context::load(o, "http.tls");
  if (made) return "nothing";
  return made.error().front().key + ": " + made.error().front().sentence;
}

TEST_F(tls_reload, names_key_and_file_of_every_fault) {
  const auto certificate = pair.certificate.string();
  const auto key = pair.key.string();
  auto& o = settings.tls;
  EXPECT_EQ(fault_of(o), "nothing");

  std::filesystem::permissions(key, std::filesystem::perms{0640});
  EXPECT_THAT(fault_of(o), StartsWith("http.tls.key: " + key +
                                      ": holds a private key and must be "
                                      "accessible by its owner only"));
  std::filesystem::permissions(key, std::filesystem::perms{0600});

  o.key = folder / "absent";
  EXPECT_THAT(fault_of(o), StartsWith("http.tls.key: " + o.key.string() +
                                      ": cannot be read: No "
                                      "such file"));
  o.key = folder;
  EXPECT_EQ(fault_of(o), "http.tls.key: " + folder.string() + ": is not a file");

  const auto other = authority.issue(folder, "other", loopback::key_kind::p256);
  const auto rsa = authority.issue(folder, "rsa", loopback::key_kind::rsa_2048);
  for (const auto& wrong : {other.key, rsa.key}) {
    o.key = wrong;
    EXPECT_EQ(fault_of(o), "http.tls.key: " + wrong.string() +
                               ": is not the key of the certificate in " + certificate);
  }
  o.key = key;

  o.certificate = key;
  EXPECT_EQ(fault_of(o), "http.tls.certificate: " + key + ": holds no certificate in PEM form");
  o.certificate = folder / "broken.pem";
  write(o.certificate, read(certificate) + "-----BEGIN CERTIFICATE-----\nAAAA\n");
  EXPECT_THAT(fault_of(o), StartsWith("http.tls.certificate: " + o.certificate.string() +
                                      ": holds a broken certificate"));
  o.certificate = certificate;

  const auto weak = authority.issue(folder, "weak", loopback::key_kind::rsa_1024);
  o.certificate = weak.certificate;
  o.key = weak.key;
  EXPECT_THAT(fault_of(o), HasSubstr(weak.certificate.string() + ": cannot be used: ee key too "
                                                                 "small"));
  o.certificate = certificate;
  o.key = key;

  o.second_certificate = other.certificate;
  o.second_key = other.key;
  EXPECT_THAT(fault_of(o), HasSubstr("http.tls.second_certificate: " + other.certificate.string() +
                                     ": is of the same kind"));
  o.second_key = folder / "absent";
  EXPECT_THAT(fault_of(o), StartsWith("http.tls.second_key: "));
}

TEST_F(tls_reload, asks_for_no_passphrase) {
  const auto raw = read(pair.key);
  const auto in = std::unique_ptr<BIO, loopback::freed<BIO_free>>{
      BIO_new_mem_buf(raw.data(), static_cast<int>(raw.size()))};
  const auto key =
      loopback::evp_key_ptr{PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr)};
  const auto out =
      std::unique_ptr<BIO, loopback::freed<BIO_free>>{BIO_new_file(pair.key.c_str(), "w")};
  auto passphrase = std::string{"secret"};
  PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), EVP_aes_128_cbc(), passphrase.data(),
                                static_cast<int>(passphrase.size()), nullptr, nullptr);
  BIO_flush(out.get());
  EXPECT_EQ(fault_of(settings.tls),
            "http.tls.key: " + pair.key.string() + ": the key is encrypted; decrypt it first");
}

TEST_F(tls_reload, keeps_a_server_from_starting_with_a_bad_file) {
  settings.admin_tls.key = folder / "absent";
  EXPECT_EQ(check_files(settings).size(), 1U);
  try {
    const auto made = server{settings, rules, {}};
    FAIL() << "it started";
  } catch (const certificate_error& e) {
    EXPECT_THAT(e.what(), StartsWith("admin.tls.key: " + settings.admin_tls.key.string()));
  }
}

}  // namespace
}  // namespace mintage::net
