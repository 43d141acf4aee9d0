/// @file
/// The cores that a program and its children run on.
#pragma once

#include <sched.h>

#include <vector>

namespace mintage::loopback {

/// Numbers of cores, as the kernel counts them.
using cores = std::vector<int>;

[[nodiscard]] cpu_set_t as_set(const cores& some) noexcept;
/// The cores that the calling thread may use.
[[nodiscard]] cores allowed_cores();
/// Restricts the calling thread, and threads that it starts later, to these cores.
/// @throws std::system_error when the kernel refuses.
void stay_on(const cores& some);

}  // namespace mintage::loopback
