#include "tests/sim/seeded_random.hpp"

// OpenSSL deprecates the replacement of its generator; there is no other way here.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/rand.h>

namespace mintage::sim {
namespace {

std::mt19937_64 octets;

int fill(unsigned char* out, int count) {
  for (auto i = 0; i < count; ++i) out[i] = static_cast<unsigned char>(octets() >> 32);
  return 1;
}
int is_seeded() {
  return 1;
}

constexpr auto method = RAND_METHOD{.seed = nullptr,
                                    .bytes = fill,
                                    .cleanup = nullptr,
                                    .add = nullptr,
                                    .pseudorand = fill,
                                    .status = is_seeded};

}  // namespace

repeatable_openssl::repeatable_openssl(std::uint64_t seed) {
  octets.seed(seed);
  RAND_set_rand_method(&method);
}

repeatable_openssl::~repeatable_openssl() {
  RAND_set_rand_method(nullptr);
}

}  // namespace mintage::sim
