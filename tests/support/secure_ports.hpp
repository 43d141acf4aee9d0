/// @file
/// The TCP ports of loopback that use TLS. With MINTAGE_TEST_TLS in the environment, whole test
/// programs run over TLS.
#pragma once

#include <cstdint>

#include "loopback/certificate_authority.hpp"
#include "loopback/stream.hpp"

namespace mintage::test {

using loopback::certificate_authority;
using loopback::key_kind;
using loopback::pem_pair;
using loopback::tls_client_options;
using loopback::tls_refused;
using loopback::tls_side;

/// Whether servers of tests get certificates by default.
[[nodiscard]] bool is_run_over_tls();
/// The authority of this test program. Thread-safe.
[[nodiscard]] const certificate_authority& test_authority();
/// The TLS settings of test connections: they trust `test_authority` and check the address.
[[nodiscard]] const tls_side& test_side();

/// Records whether a TCP port uses TLS. Thread-safe.
void set_secure(std::uint16_t port, bool is_secure);
[[nodiscard]] bool is_secure(std::uint16_t port);

}  // namespace mintage::test
