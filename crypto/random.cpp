#include "crypto/random.hpp"

#include <algorithm>
#include <cstdlib>

#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace mintage::crypto {

namespace {

constexpr auto buffer_size = std::size_t{4096};

}  // namespace

buffered_random::buffered_random() : buffer_(buffer_size), used_{buffer_size} {}

buffered_random::~buffered_random() {
  OPENSSL_cleanse(buffer_.data(), buffer_.size());
}

void buffered_random::fill(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    if (used_ == buffer_.size()) {
      if (RAND_bytes(buffer_.data(), static_cast<int>(buffer_.size())) != 1) {
        std::abort();
      }
      used_ = 0;
    }
    const auto taken =
        std::span{buffer_}.subspan(used_, std::min(out.size(), buffer_.size() - used_));
    std::copy(taken.begin(), taken.end(), out.begin());
    OPENSSL_cleanse(taken.data(), taken.size());
    used_ += taken.size();
    out = out.subspan(taken.size());
  }
}

}  // namespace mintage::crypto
