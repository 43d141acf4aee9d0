// RAND_METHOD is the only hook without a provider of our own. OpenSSL 3.0 deprecates it and keeps
// it.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/process_random.hpp"

#include <pthread.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace mintage::crypto {

namespace {

/// Octets that the generator returned and that are not used yet.
class octet_buffer {
 public:
  octet_buffer() = default;
  octet_buffer(const octet_buffer&) = delete;
  octet_buffer& operator=(const octet_buffer&) = delete;
  ~octet_buffer() { OPENSSL_cleanse(octets_.data(), octets_.size()); }

  bool take(unsigned char* out, std::size_t size) {
    if (size > octets_.size() / 4) {
      return draw(out, size);
    }
    if (octets_.size() - used_ < size) {
      if (!draw(octets_.data(), octets_.size())) {
        return false;
      }
      used_ = 0;
    }
    std::memcpy(out, octets_.data() + used_, size);
    OPENSSL_cleanse(octets_.data() + used_, size);
    used_ += size;
    return true;
  }
  void forget() noexcept { used_ = octets_.size(); }

 private:
  /// Draws from this thread's private generator, which OpenSSL reseeds, also after a fork. It
  /// returns at most 64 KiB per call.
  static bool draw(unsigned char* out, std::size_t size) {
    constexpr auto most = std::size_t{1} << 16;
    auto* generator = RAND_get0_private(nullptr);
    for (; size > 0; out += std::min(size, most), size -= std::min(size, most)) {
      if (generator == nullptr ||
          EVP_RAND_generate(generator, out, std::min(size, most), 0, 0, nullptr, 0) != 1) {
        return false;
      }
    }
    return true;
  }

  std::array<unsigned char, 4096> octets_{};
  std::size_t used_ = octets_.size();
};

octet_buffer& thread_buffer() {
  thread_local auto here = octet_buffer{};
  return here;
}

int bytes(unsigned char* out, int size) {
  return size >= 0 && thread_buffer().take(out, static_cast<std::size_t>(size)) ? 1 : 0;
}

int status() {
  return RAND_OpenSSL()->status();
}

constexpr auto method = RAND_METHOD{nullptr, bytes, nullptr, nullptr, bytes, status};

}  // namespace

void buffer_process_random() noexcept {
  // The child has one thread, the one that forked. It must not return octets that the parent also
  // returns.
  ::pthread_atfork(nullptr, nullptr, [] { thread_buffer().forget(); });
  RAND_set_rand_method(&method);
}

}  // namespace mintage::crypto
