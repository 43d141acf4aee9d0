#include "tests/support/http_client.hpp"

#include <map>
#include <mutex>
#include <utility>

#include "tests/support/secret_book.hpp"
#include "tests/support/secure_ports.hpp"

namespace mintage::test {

namespace {

std::mutex refused_mutex;                                       // guards the next one
std::map<std::uint16_t, std::vector<std::string>> refused_ids;  // by port

void note(std::uint16_t port, const http_answer& got) {
  if (got.status / 100 != 4) return;
  const auto guard = std::scoped_lock{refused_mutex};
  refused_ids[port].push_back(got.field("X-Request-Id"));
}

}  // namespace

std::vector<std::string> take_refused_ids(std::uint16_t port) {
  const auto guard = std::scoped_lock{refused_mutex};
  return std::exchange(refused_ids[port], {});
}

connection::connection(std::uint16_t port, std::chrono::milliseconds patience)
    : loopback::connection{port,
                           {.patience = patience,
                            .side = is_secure(port) ? &test_side() : nullptr,
                            .watch = remember_secrets_in}},
      port_{port} {}

http_answer connection::receive(bool to_head) {
  auto got = loopback::connection::receive(to_head);
  note(port_, got);
  return got;
}

std::optional<http_answer> connection::receive_or_end() {
  auto got = loopback::connection::receive_or_end();
  if (got) note(port_, *got);
  return got;
}

}  // namespace mintage::test
