#include "tests/support/secure_ports.hpp"

#include <cstdlib>
#include <mutex>
#include <set>

namespace mintage::test {
namespace {

std::mutex mutex;
std::set<std::uint16_t> ports;

}  // namespace

bool is_run_over_tls() {
  return std::getenv("MINTAGE_TEST_TLS") != nullptr;
}

const certificate_authority& test_authority() {
  static const auto one = certificate_authority{};
  return one;
}

const tls_side& test_side() {
  static const auto one = [] {
    auto options = tls_client_options{};
    options.trusted = &test_authority();
    return tls_side{options};
  }();
  return one;
}

void set_secure(std::uint16_t port, bool is_secure) {
  const auto lock = std::lock_guard{mutex};
  if (is_secure) {
    ports.insert(port);
  } else {
    ports.erase(port);
  }
}

bool is_secure(std::uint16_t port) {
  const auto lock = std::lock_guard{mutex};
  return ports.contains(port);
}

}  // namespace mintage::test
