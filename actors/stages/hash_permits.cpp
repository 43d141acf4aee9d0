#include "actors/stages/hash_permits.hpp"

#include <algorithm>

namespace mintage::actors {
namespace {

template <class Key>
std::size_t count_of(const std::map<Key, std::size_t>& all, const Key& key) {
  const auto found = all.find(key);
  return found == all.end() ? 0 : found->second;
}

template <class Key>
void take_off(std::map<Key, std::size_t>& all, const Key& key) noexcept {
  const auto found = all.find(key);
  if (--found->second == 0) all.erase(found);
}

}  // namespace

hash_permits::hash_permits(std::size_t places, std::size_t per_source)
    : places_{places}, per_source_{per_source} {}

void hash_permits::set_limits(std::size_t places, std::size_t per_source) {
  const auto guard = std::scoped_lock{mutex_};
  places_ = places;
  per_source_ = per_source;
}

std::shared_ptr<const service::slow_claim> hash_permits::enter(const service::slow_claim& claim) {
  const auto guard = std::scoped_lock{mutex_};
  if (taken_ >= places_) return nullptr;
  // No source takes more than it leaves, so that there is always room for one that has none yet.
  const auto most = std::min(per_source_, places_ - taken_);
  if (count_of(of_source_, claim.source) + count_of(pretended_, claim.who) >= most) return nullptr;
  if (claim.is_real) {
    ++taken_;
    ++of_source_[claim.source];
  } else {
    ++pretended_[claim.who];
  }
  return {new service::slow_claim{claim}, [this](const service::slow_claim* c) {
            leave(*c);
            delete c;
          }};
}

void hash_permits::leave(const service::slow_claim& claim) noexcept {
  const auto guard = std::scoped_lock{mutex_};
  if (claim.is_real) {
    --taken_;
    take_off(of_source_, claim.source);
  } else {
    take_off(pretended_, claim.who);
  }
}

}  // namespace mintage::actors
