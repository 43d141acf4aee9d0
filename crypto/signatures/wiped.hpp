/// @file
/// Secrets of fixed size that do not outlive their scope. For crypto/ only.
#pragma once

#include <openssl/crypto.h>

#include <type_traits>

namespace mintage::crypto {

/// A value that is wiped when its scope ends, by return or by exception.
template <class T>
struct wiped {
  static_assert(std::is_trivially_copyable_v<T>);
  T value{};
  wiped() = default;
  wiped(const wiped&) = delete;
  wiped& operator=(const wiped&) = delete;
  ~wiped() { OPENSSL_cleanse(&value, sizeof(value)); }
};

}  // namespace mintage::crypto
