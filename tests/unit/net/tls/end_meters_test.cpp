// The metric that shows when the files of certificates end.
#include <chrono>
#include <map>
#include <string>
#include <variant>

#include "tests/unit/net/tls/tls_fixture.hpp"

namespace mintage::net {
namespace {

using namespace std::chrono_literals;

class certificate_ends : public tls_server_test {
 protected:
  /// What the page shows, as the time that is left.
  [[nodiscard]] std::map<std::string, std::chrono::seconds> left() const {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto out = std::map<std::string, std::chrono::seconds>{};
    for (const auto& s : server_->meters().all()) {
      EXPECT_EQ(s.what.name, "mintage_certificate_end_seconds");
      const auto ends = std::get<std::function<std::uint64_t()>>(s.cell)();
      if (ends == 0) continue;
      out[s.with.at(0).value] = std::chrono::seconds{ends} - now.time_since_epoch();
    }
    return out;
  }
  static bool is_about(std::chrono::seconds a, std::chrono::seconds b) {
    return std::chrono::abs(a - b) < 2min;
  }
};

TEST_F(certificate_ends, are_those_of_the_files_in_use) {
  settings.tls.client_certificates = client_certificates::optional;
  settings.tls.client_ca = authority.write(folder);
  settings.tls.client_crl = authority.write_revocations(folder, {}, 1h);
  start();
  auto found = left();
  EXPECT_EQ(found.size(), 4U);
  EXPECT_TRUE(is_about(found["http.tls.certificate"], 24h));
  EXPECT_TRUE(is_about(found["admin.tls.certificate"], 24h));
  EXPECT_TRUE(is_about(found["http.tls.client_crl"], 1h));
  EXPECT_GT(found["http.tls.client_ca"], 1h);

  // A reload shows the new files.
  static_cast<void>(authority.write_revocations(folder, {}, 3h));
  const auto fresh = authority.issue(folder, "renewed", loopback::key_kind::p256,
                                     "IP:127.0.0.1,DNS:localhost", 12h);
  std::filesystem::rename(fresh.certificate, pair.certificate);
  std::filesystem::rename(fresh.key, pair.key);
  EXPECT_TRUE(server_->reload_certificates().empty());
  found = left();
  EXPECT_TRUE(is_about(found["http.tls.certificate"], 12h));
  EXPECT_TRUE(is_about(found["http.tls.client_crl"], 3h));
}

TEST_F(certificate_ends, are_not_shown_of_files_that_are_not_named) {
  start();
  EXPECT_EQ(left().size(), 2U);
}

}  // namespace
}  // namespace mintage::net
