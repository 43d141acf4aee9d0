#include "loopback/cores.hpp"

#include <cerrno>
#include <system_error>

namespace mintage::loopback {

cpu_set_t as_set(const cores& some) noexcept {
  auto set = cpu_set_t{};
  for (const auto core : some) CPU_SET(static_cast<std::size_t>(core), &set);
  return set;
}

cores allowed_cores() {
  auto set = cpu_set_t{};
  if (::sched_getaffinity(0, sizeof set, &set) != 0)
    throw std::system_error{errno, std::generic_category(), "sched_getaffinity"};
  auto out = cores{};
  for (auto core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(static_cast<std::size_t>(core), &set)) out.push_back(core);
  }
  return out;
}

void stay_on(const cores& some) {
  const auto set = as_set(some);
  if (::sched_setaffinity(0, sizeof set, &set) != 0)
    throw std::system_error{errno, std::generic_category(), "sched_setaffinity"};
}

}  // namespace mintage::loopback
