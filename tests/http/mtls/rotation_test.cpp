// New certificates under load: no request fails, whatever the files hold when they are read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stop_token>
#include <thread>

#include "tests/http/mtls/certificate_stage.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/steady_load.hpp"

namespace mintage::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// A client that authenticates by its certificate, on a connection that it keeps and on new ones.
class certificate_load {
 public:
  certificate_load(std::uint16_t port, const party& who, const pem_pair& own)
      : side_{presenting(own)}, thread_{[this, port, who](const std::stop_token& end) {
          try {
            run(end, port, client_credentials(who).render());
          } catch (const std::exception& e) {
            failure_ = e.what();
            has_failed_ = true;
          }
        }} {}

  /// @returns why it ended early; empty when it did not.
  [[nodiscard]] std::string finish() {
    thread_.request_stop();
    thread_.join();
    return failure_;
  }
  [[nodiscard]] std::uint64_t succeeded() const noexcept { return succeeded_; }
  /// Waits for that many more successes, or for a failure.
  void await(unsigned count) const {
    eventually([this, until = succeeded_ + count] { return has_failed_ || succeeded_ >= until; });
  }

 private:
  void run(const std::stop_token& end, std::uint16_t port, const std::string& request) {
    auto kept = loopback::connection{port, {.side = &side_}};
    while (!end.stop_requested()) {
      ask(kept, request);
      auto fresh = loopback::connection{port, {.side = &side_}};
      ask(fresh, request);
    }
  }
  void ask(loopback::connection& wire, const std::string& request) {
    wire.send(request);
    const auto got = wire.receive();
    if (got.status != 200U) throw std::runtime_error{got.octets};
    ++succeeded_;
  }

  const tls_side side_;
  std::atomic<std::uint64_t> succeeded_{0};
  std::atomic<bool> has_failed_{false};
  std::string failure_;
  std::jthread thread_;
};

/// Both listeners with the same files, which are replaced.
class certificate_rotation : public testing::Test {
 protected:
  using file = std::filesystem::path;

  [[nodiscard]] pem_pair issue(const std::string& name, key_kind kind) const {
    return test_authority().issue(made.folder.path(), name, kind);
  }
  void use_certificate(const file& from) const {
    std::filesystem::rename(from, made.folder.path() / "server.pem");
  }
  void use_key(const file& from) const {
    std::filesystem::rename(from, made.folder.path() / "server.key");
  }
  /// A certificate of which only the beginning was written.
  [[nodiscard]] file write_broken() const {
    auto to = made.folder.path() / "broken.pem";
    const auto whole = read_file(made.folder.path() / "server.pem");
    write_file(to, whole.substr(0, whole.find("-----END")));
    return to;
  }
  [[nodiscard]] ended reload() const {
    return run_program({"reload", "--admin",
                        "https://127.0.0.1:" + std::to_string(s.server.admin_port()), "--ca",
                        ca.string(), "--token-file", s.server.file("admin.token").string()});
  }
  [[nodiscard]] std::size_t count_in_log(std::string_view what) const {
    const auto log = s.server.log();
    auto count = std::size_t{0};
    for (auto at = log.find(what); at != log.npos; at = log.find(what, at + 1)) ++count;
    return count;
  }
  /// The common name in the certificate that a new connection gets.
  [[nodiscard]] static std::string name_at(std::uint16_t port) {
    return connection{port}.server_name();
  }
  void expect_at_both(const std::string& name) const {
    for (const auto port : {s.server.port(), s.server.admin_port()}) EXPECT_EQ(name_at(port), name);
  }
  /// Has the server read files that are no pair: it says so, and changes nothing.
  void expect_refused(const std::string& because, const std::string& name) {
    constexpr auto told = "certificate not reloaded, the former one stays in use";
    const auto before = count_in_log(told);
    const auto done = reload();
    EXPECT_EQ(done.code, 1);
    for (const auto* key : {": http.tls.", ": admin.tls."}) EXPECT_THAT(done.err, HasSubstr(key));
    EXPECT_THAT(done.err, HasSubstr(because));
    eventually([&] { return count_in_log(told) == before + 2; });
    s.server.hang_up();
    eventually([&] { return count_in_log(told) == before + 4; });
    expect_at_both(name);
  }

  [[nodiscard]] settings both_listeners() const {
    auto all = certificate_settings(made.folder.path(), made.authority);
    all["admin.tls.certificate"] = all["http.tls.certificate"];
    all["admin.tls.key"] = all["http.tls.key"];
    // Some connections say nothing until the last reload.
    all["http.header_timeout"] = all["http.idle_timeout"] = toml_string("10m");
    return all;
  }
  [[nodiscard]] party make_machine() {
    auto machine = make_party(s.admin, {{"token_endpoint_auth_method", "tls_client_auth"},
                                        {"tls_client_auth_subject_dn", api_subject},
                                        {"grant_types", {"client_credentials"}}});
    machine.how = party::way::none;
    return machine;
  }

  client_certificates made;
  stage s{both_listeners()};
  const file ca = test_authority().write(s.server.file({}));  // beside that of the clients
};

TEST_F(certificate_rotation, fails_no_request_in_ten_reloads) {
  auto load = steady_load{{.servers = {{s.server.port(), s.server.admin_port()}},
                           .admin_token = s.server.admin_token(),
                           .clients = make_load_clients(s.admin),
                           .threads = 4,
                           .unkept = 2}};
  auto certified = certificate_load{s.server.port(), make_machine(), made.api};
  auto current = std::string{"server"};
  auto open = std::vector<std::pair<std::string, connection>>{};
  for (auto i = 0; i < 10; ++i) {
    open.emplace_back(current, connection{s.server.port()});
    const auto next = "renewed-" + std::to_string(i);
    const auto fresh = issue(next, i % 4 == 3 ? key_kind::rsa_2048 : key_kind::p256);
    if (i == 2) {
      use_certificate(write_broken());
      expect_refused("holds a broken certificate", current);
    }
    use_certificate(fresh.certificate);
    if (i == 4) expect_refused("is not the key of the certificate in", current);
    use_key(fresh.key);
    if (i % 2 == 0) {
      s.server.hang_up();
      eventually([&] { return name_at(s.server.admin_port()) == next; });
    } else {
      const auto done = reload();
      EXPECT_EQ(done.code, 0) << done.err;
    }
    expect_at_both(next);
    current = next;
    load.await_rounds(2);
    certified.await(4);
  }
  EXPECT_THAT(load.finish(), IsEmpty()) << "beside " << load.succeeded() << " that succeeded";
  EXPECT_EQ(certified.finish(), "") << "after " << certified.succeeded() << " that succeeded";
  for (auto& [name, wire] : open) {
    EXPECT_EQ(wire.server_name(), name) << "it goes on with what it began with";
    wire.send("GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(wire.receive().status, 200U);
  }
}

}  // namespace
}  // namespace mintage::test
