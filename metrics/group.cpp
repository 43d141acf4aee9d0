#include "metrics/group.hpp"

namespace mintage::metrics {

void board::attach(const meter_group& g) {
  const auto guard = std::scoped_lock{mutex_};
  groups_.push_back(&g);
}

std::vector<const meter_group*> board::groups() const {
  const auto guard = std::scoped_lock{mutex_};
  return groups_;
}

}  // namespace mintage::metrics
