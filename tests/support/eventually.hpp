/// @file
/// A wait for a condition instead of a time.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace mintage::test {

/// Returns once `holds()` is true. Fails the test after 30 s.
template <class Condition>
void eventually(Condition holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!holds()) {
    ASSERT_LT(std::chrono::steady_clock::now(), end);
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

}  // namespace mintage::test
