// Handshake records where requests should be: what they may cost.

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "net/tls/session.hpp"
#include "tests/unit/net/tls/tls_fixture.hpp"

namespace mintage::net {
namespace {

using namespace std::chrono_literals;

constexpr auto flood_reason = "the peer sent TLS handshake records instead of requests";

/// Records that update the client's keys, each as it goes over the wire.
std::string key_updates(SSL* client, int count, bool asks_for_answers = false) {
  auto* const to = BIO_new(BIO_s_mem());
  auto* const wire = SSL_get_wbio(client);
  BIO_up_ref(wire);
  SSL_set0_wbio(client, to);
  const auto kind = asks_for_answers ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED;
  for (auto n = 0; n < count; ++n) {
    EXPECT_EQ(SSL_key_update(client, kind), 1);
    EXPECT_EQ(SSL_do_handshake(client), 1);
  }
  auto* octets = static_cast<char*>(nullptr);
  const auto size = BIO_get_mem_data(to, &octets);
  auto out = std::string{octets, static_cast<std::size_t>(size)};
  SSL_set0_wbio(client, wire);
  return out;
}

std::string big_endian(std::uint64_t n, std::size_t size) {
  auto out = std::string(size, '\0');
  for (; size-- > 0; n >>= 8) out[size] = static_cast<char>(n & 0xff);
  return out;
}

std::string key_block(SSL* client, std::size_t size) {
  auto secret = std::array<unsigned char, 48>{};
  auto seed = std::array<unsigned char, 64>{};
  SSL_SESSION_get_master_key(SSL_get0_session(client), secret.data(), secret.size());
  SSL_get_server_random(client, seed.data(), 32);
  SSL_get_client_random(client, seed.data() + 32, 32);
  auto label = std::string{"key expansion"};
  auto digest = std::string{"SHA256"};
  const OSSL_PARAM inputs[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, secret.data(), secret.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, label.data(), label.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed.data(), seed.size()),
      OSSL_PARAM_construct_end()};
  auto* const kdf = EVP_KDF_fetch(nullptr, "TLS1-PRF", nullptr);
  auto* const context = EVP_KDF_CTX_new(kdf);
  auto out = std::string(size, '\0');
  EXPECT_EQ(EVP_KDF_derive(context, reinterpret_cast<unsigned char*>(out.data()), size, inputs), 1);
  EVP_KDF_CTX_free(context);
  EVP_KDF_free(kdf);
  return out;
}

/// Records that ask to renegotiate, as OpenSSL's own client would not write them.
/// @pre TLS 1.2 with ECDHE-ECDSA-AES128-GCM-SHA256, and nothing sent since the handshake.
std::string renegotiations(SSL* client, int count) {
  const auto block = key_block(client, 40);
  const auto* const key = reinterpret_cast<const unsigned char*>(block.data());
  auto* const cipher = EVP_CIPHER_CTX_new();
  auto out = std::string{};
  for (auto sequence = std::uint64_t{1}; sequence <= static_cast<std::uint64_t>(count);
       ++sequence) {
    const auto number = big_endian(sequence, 8);
    const auto nonce = block.substr(32, 4) + number;
    const auto header = std::string{"\x16\x03\x03", 3};
    const auto data = number + header + big_endian(4, 2);
    const auto hello = std::string{"\1\0\0\0", 4};
    auto sealed = std::string(20, '\0');
    auto* const to = reinterpret_cast<unsigned char*>(sealed.data());
    auto n = 0;
    const auto bytes = [](const std::string& s) {
      return reinterpret_cast<const unsigned char*>(s.data());
    };
    EVP_EncryptInit_ex(cipher, EVP_aes_128_gcm(), nullptr, key, bytes(nonce));
    EVP_EncryptUpdate(cipher, nullptr, &n, bytes(data), static_cast<int>(data.size()));
    EVP_EncryptUpdate(cipher, to, &n, bytes(hello), 4);
    EVP_EncryptFinal_ex(cipher, to, &n);
    EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, 16, to + 4);
    out += header + big_endian(8 + sealed.size(), 2) + number + sealed;
  }
  EVP_CIPHER_CTX_free(cipher);
  return out;
}

class tls_flood : public tls_server_test {
 protected:
  [[nodiscard]] peer connect() { return peer{server_->public_port(), client}; }
  static void send_raw(peer& p, std::string_view octets) {
    for (auto tries = 0; !octets.empty() && tries < 1000; ++tries) {
      const auto n = p.send_some(octets);
      octets.remove_prefix(n);
      if (n == 0) std::this_thread::sleep_for(1ms);
      if (p.is_reset()) return;
    }
  }
  loopback::tls_side client = side_of(TLS1_3_VERSION);
};

TEST_F(tls_flood, of_key_updates_ends_the_connection_while_others_are_served) {
  start();
  auto other = connect();
  other.send(token_request());
  EXPECT_EQ(other.receive().status, 200U);
  for (const auto asks : {false, true}) {
    auto p = connect();
    p.send(token_request());
    EXPECT_EQ(p.receive().status, 200U);
    send_raw(p, key_updates(p.tls().get(), 2000, asks));
    other.send(token_request());
    EXPECT_EQ(other.receive().status, 200U);
    static_cast<void>(p.is_closed());
    eventually([&] { return p.is_reset(); });
    eventually([&] { return last_reason() == flood_reason; });
    other.send(request("GET", "/nope"));  // another reason in between
    EXPECT_EQ(other.receive().status, 404U);
  }
}

TEST_F(tls_flood, of_renegotiations_ends_the_connection) {
  start();
  const auto old = side({.min_version = TLS1_2_VERSION,
                         .max_version = TLS1_2_VERSION,
                         .ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"});
  auto p = peer{server_->public_port(), old};
  send_raw(p, renegotiations(p.tls().get(), 2000));
  eventually([&] { return last_reason() == flood_reason; });
  eventually([&] { return p.is_reset(); });
}

TEST_F(tls_flood, is_no_client_that_updates_its_keys_with_each_request) {
  start();
  auto p = connect();
  for (auto n = 0; n < 60; ++n) {
    send_raw(p, key_updates(p.tls().get(), 1, n % 2 == 0));
    p.send(token_request(std::to_string(n)));
    ASSERT_EQ(p.receive().body, "{\"code\":\"" + std::to_string(n) + "\"}");
  }
}

/// A session of the server at one end of a pair of sockets, its handshake done.
class tls_turn : public tls_server_test {
 protected:
  tls_turn() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    const auto context = tls_context::load(settings.tls, "http.tls");
    session.emplace(tls_entry{*context, ticket_keys::first({})}, ends[0]);
    SSL_set_fd(speaker.get(), ends[1]);
    for (auto n = 0; n < 10 && SSL_is_init_finished(speaker.get()) != 1; ++n) {
      SSL_connect(speaker.get());
      static_cast<void>(session->handshake());
    }
    EXPECT_EQ(session->handshake(), tls_session::state::done);
  }
  ~tls_turn() override {
    speaker.reset();
    session.reset();
    for (const auto end : ends) ::close(end);
  }
  [[nodiscard]] std::size_t unread() const {
    auto n = 0;
    ::ioctl(ends[0], FIONREAD, &n);
    return static_cast<std::size_t>(n);
  }

  loopback::tls_side client = side_of(TLS1_3_VERSION);
  std::array<int, 2> ends{};
  std::unique_ptr<SSL, loopback::freed<SSL_free>> speaker{SSL_new(client.get())};
  std::optional<tls_session> session;
};

TEST_F(tls_turn, reads_16_KiB_of_the_socket_at_most) {
  const auto data = std::string(16 * 1024, 'x');
  for (auto n = 0; n < 6; ++n) ASSERT_EQ(SSL_write(speaker.get(), data.data(), 16 * 1024), 16384);
  auto into = std::string(256 * 1024, '\0');
  for (auto taken = std::size_t{0}; taken < 6 * data.size();) {
    const auto before = unread();
    const auto got = session->read(into);
    EXPECT_LE(before - unread(), 16U * 1024);
    ASSERT_TRUE(got.how == tls_session::state::done || got.how == tls_session::state::needs_read);
    taken += got.octets;
  }
}

TEST_F(tls_turn, reads_few_key_updates_before_it_gives_up) {
  const auto octets = key_updates(speaker.get(), 1000);
  ASSERT_EQ(::send(ends[1], octets.data(), octets.size(), 0), static_cast<ssize_t>(octets.size()));
  const auto before = unread();
  auto into = std::string(1024, '\0');
  EXPECT_EQ(session->read(into).how, tls_session::state::failed);
  EXPECT_LE(before - unread(), 4U * 1024);
  EXPECT_EQ(session->failure(), flood_reason);
}

}  // namespace
}  // namespace mintage::net
