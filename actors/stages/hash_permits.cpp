#include "actors/stages/hash_permits.hpp"

namespace mintage::actors {

std::shared_ptr<void> hash_permits::enter() {
  if (free_.fetch_sub(1, std::memory_order_relaxed) > 0)
    return {static_cast<void*>(this),
            [this](void*) { free_.fetch_add(1, std::memory_order_relaxed); }};
  free_.fetch_add(1, std::memory_order_relaxed);
  return nullptr;
}

}  // namespace mintage::actors
