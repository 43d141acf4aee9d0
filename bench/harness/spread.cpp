#include "bench/harness/spread.hpp"

#include <algorithm>

namespace mintage::bench {

spread spread_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const auto half = values.size() / 2;
  const auto median = values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  return {median, values.front(), values.back()};
}

difference compare(const spread& first, const spread& second, bool more_is_better) {
  auto out = difference{};
  if (first.median != 0) out.percent = (second.median / first.median - 1) * 100;
  const auto rose = second.least > first.most;
  const auto fell = second.most < first.least;
  if (rose || fell) out.what = rose == more_is_better ? verdict::better : verdict::worse;
  return out;
}

}  // namespace mintage::bench
