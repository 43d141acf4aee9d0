#include "net/fetch/host_budget.hpp"

#include <algorithm>

namespace mintage::net {

double host_budget::permits_of(const bucket& b, moment now) const noexcept {
  const auto minutes = std::chrono::duration<double, std::ratio<60>>{now - b.counted}.count();
  return std::min(size_, b.permits + minutes * size_);
}

bool host_budget::take(const std::string& host, moment now) {
  auto found = buckets_.find(host);
  if (found == buckets_.end()) {
    if (buckets_.size() >= most_hosts)
      std::erase_if(buckets_, [&](const auto& b) { return permits_of(b.second, now) >= size_; });
    if (buckets_.size() >= most_hosts) return false;
    found = buckets_.emplace(host, bucket{size_, now}).first;
  }
  auto& b = found->second;
  b = {permits_of(b, now), now};
  if (b.permits < 1) return false;
  b.permits -= 1;
  return true;
}

}  // namespace mintage::net
