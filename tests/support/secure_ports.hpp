/// @file
/// Which ports of loopback are spoken to over TLS: whole test programs run over it when the
/// environment says MINTAGE_TEST_TLS.
#pragma once

#include <cstdint>

#include "loopback/certificate_authority.hpp"
#include "loopback/tls_client.hpp"

namespace mintage::test {

using loopback::certificate_authority;
using loopback::key_kind;
using loopback::pem_pair;
using loopback::tls_client;
using loopback::tls_client_options;
using loopback::tls_refused;
using loopback::tls_side;

/// Whether servers of tests get certificates unless told otherwise.
[[nodiscard]] bool is_run_over_tls();
/// The one authority of a test program. Thread-safe.
[[nodiscard]] const certificate_authority& test_authority();
/// How connections of tests speak TLS: they trust `test_authority` and check the address.
[[nodiscard]] const tls_side& test_side();

/// Thread-safe.
void set_secure(std::uint16_t port, bool is_secure);
[[nodiscard]] bool is_secure(std::uint16_t port);

}  // namespace mintage::test
