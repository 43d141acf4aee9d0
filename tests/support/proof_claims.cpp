#include "tests/support/proof_claims.hpp"

#include <atomic>
#include <chrono>
#include <string>

#include "tests/support/server_process.hpp"

namespace mintage::test {

boost::json::object proof_claims(std::string_view path, std::string_view method) {
  static auto number = std::atomic<std::uint64_t>{0};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto start = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  return {{"jti", std::to_string(start) + "-" + std::to_string(++number)},
          {"htm", std::string{method}},
          {"htu", std::string{issuer} + std::string{path}},
          {"iat", std::chrono::duration_cast<std::chrono::seconds>(now).count()}};
}

std::string proof_by(dpop_key& who, std::string_view path) {
  return who.sign(boost::json::serialize(proof_claims(path)));
}

}  // namespace mintage::test
