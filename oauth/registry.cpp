#include "oauth/registry.hpp"

#include <utility>

namespace mintage::oauth {

client_registry::client_registry(std::vector<client> clients) {
  auto filling = std::vector<std::shared_ptr<bucket>>(buckets_count);
  for (auto& c : clients) {
    auto& target = filling[bucket_of(c.id)];
    if (!target) target = std::make_shared<bucket>();
    auto record = std::make_shared<const client>(std::move(c));
    const auto is_new = target->insert_or_assign(record->id, record).second;
    if (is_new) ++size_;
  }
  std::move(filling.begin(), filling.end(), buckets_.begin());
}

const client* client_registry::find(std::string_view id) const noexcept {
  const auto& in = buckets_[bucket_of(id)];
  if (!in) return nullptr;
  const auto found = in->find(id);
  return found != in->end() ? found->second.get() : nullptr;
}

void client_registry::for_each(const std::function<void(const client&)>& visit) const {
  for (const auto& in : buckets_) {
    if (!in) continue;
    for (const auto& [id, record] : *in) visit(*record);
  }
}

std::shared_ptr<const client_registry> client_registry::with(client c) const {
  auto copy = std::make_shared<client_registry>(*this);
  auto& place = copy->buckets_[bucket_of(c.id)];
  auto changed = place ? std::make_shared<bucket>(*place) : std::make_shared<bucket>();
  auto record = std::make_shared<const client>(std::move(c));
  const auto is_new = changed->insert_or_assign(record->id, record).second;
  if (is_new) ++copy->size_;
  place = std::move(changed);
  return copy;
}

std::shared_ptr<const client_registry> client_registry::without(std::string_view id) const {
  auto copy = std::make_shared<client_registry>(*this);
  auto& place = copy->buckets_[bucket_of(id)];
  if (!place || place->find(id) == place->end()) return copy;
  auto changed = std::make_shared<bucket>(*place);
  changed->erase(changed->find(id));
  --copy->size_;
  place = std::move(changed);
  return copy;
}

std::size_t client_registry::bucket_of(std::string_view id) noexcept {
  return text_hash{}(id) % buckets_count;
}

}  // namespace mintage::oauth
