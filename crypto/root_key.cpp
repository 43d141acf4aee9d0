#include "crypto/root_key.hpp"

#include <openssl/crypto.h>
#include <sys/mman.h>

#include <cstring>
#include <new>

#include "crypto/digest.hpp"

namespace mintage::crypto {

/// A page of memory. The kernel rounds sizes up to whole pages.
class root_key::page {
 public:
  explicit page(const digest& octets)
      : at_{::mmap(nullptr, sizeof(digest), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                   0)} {
    if (at_ == MAP_FAILED) throw std::bad_alloc{};
    is_locked_ = ::mlock(at_, sizeof(digest)) == 0;
    ::madvise(at_, sizeof(digest), MADV_DONTDUMP);
    ::madvise(at_, sizeof(digest), MADV_WIPEONFORK);
    std::memcpy(at_, octets.data(), octets.size());
    ::mprotect(at_, sizeof(digest), PROT_READ);
  }
  page(const page&) = delete;
  page& operator=(const page&) = delete;
  ~page() {
    if (::mprotect(at_, sizeof(digest), PROT_READ | PROT_WRITE) == 0)
      OPENSSL_cleanse(at_, sizeof(digest));
    ::munmap(at_, sizeof(digest));
  }

  [[nodiscard]] bytes_view octets() const noexcept {
    return {static_cast<const std::uint8_t*>(at_), sizeof(digest)};
  }
  [[nodiscard]] bool is_locked() const noexcept { return is_locked_; }

 private:
  void* at_;
  bool is_locked_ = false;
};

root_key::root_key(const digest& octets) : page_{std::make_shared<const page>(octets)} {}

digest root_key::derive(std::string_view info) const {
  return hkdf_sha256(page_->octets(), info);
}

void root_key::append_to(std::string& out) const {
  out += as_chars(page_->octets());
}

bool root_key::is_locked() const noexcept {
  return page_->is_locked();
}

}  // namespace mintage::crypto
