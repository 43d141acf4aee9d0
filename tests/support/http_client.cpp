#include "tests/support/http_client.hpp"

#include "tests/support/secret_book.hpp"
#include "tests/support/secure_ports.hpp"

namespace mintage::test {

connection::connection(std::uint16_t port, std::chrono::milliseconds patience)
    : loopback::connection{port,
                           {.patience = patience,
                            .side = is_secure(port) ? &test_side() : nullptr,
                            .watch = remember_secrets_in}} {}

}  // namespace mintage::test
