#include "oauth/client/registry.hpp"

#include <algorithm>
#include <utility>

#include "oauth/request/uri.hpp"

namespace mintage::oauth {
namespace {

/// The origins that `c` registers (TOK-20), without duplicates.
std::vector<std::string> origins_of(const client& c) {
  auto out = c.allowed_origins;
  if (c.is_public()) {
    for (const auto& uri : c.redirect_uris) {
      const auto parts = split_uri(uri);
      if (parts && parts->has_scheme("https")) out.push_back(origin_of(*parts));
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

auto place_of(const std::vector<resource>& in, std::string_view identifier) {
  return std::lower_bound(
      in.begin(), in.end(), identifier,
      [](const resource& r, std::string_view name) { return r.as.identifier < name; });
}

/// Inserts `r` in order, in place of a resource with the same identifier.
void put(std::vector<resource>& in, resource&& r) {
  const auto place = in.begin() + (place_of(in, r.as.identifier) - in.cbegin());
  if (place != in.end() && place->as.identifier == r.as.identifier) {
    *place = std::move(r);
  } else {
    in.insert(place, std::move(r));
  }
}

}  // namespace

client_registry::client_registry(std::vector<client> clients, std::vector<resource> resources,
                                 client_profile profile)
    : profile_{profile} {
  auto filling = std::vector<std::shared_ptr<bucket>>(buckets_count);
  for (auto& c : clients) {
    auto& target = filling[bucket_of(c.id)];
    if (!target) target = std::make_shared<bucket>();
    auto record = record_of(std::move(c));
    const auto is_new = target->insert_or_assign(record->id, record).second;
    if (is_new) ++size_;
  }
  std::move(filling.begin(), filling.end(), buckets_.begin());

  auto origins = origin_table{};
  for_each([&](const client& c) {
    count_registered(nullptr, &c);
    for (auto& origin : origins_of(c)) ++origins[std::move(origin)];
  });
  origins_ = std::make_shared<const origin_table>(std::move(origins));

  auto sorted = std::vector<resource>{};
  for (auto& r : resources) put(sorted, std::move(r));
  resources_ = std::make_shared<const std::vector<resource>>(std::move(sorted));
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
  auto record = record_of(std::move(c));
  copy->count_origins(find(record->id), record.get());
  copy->count_registered(find(record->id), record.get());
  const auto is_new = changed->insert_or_assign(record->id, record).second;
  if (is_new) ++copy->size_;
  place = std::move(changed);
  return copy;
}

std::shared_ptr<const client_registry> client_registry::without(std::string_view id) const {
  auto copy = std::make_shared<client_registry>(*this);
  const auto* const gone = find(id);
  if (gone == nullptr) return copy;
  copy->count_origins(gone, nullptr);
  copy->count_registered(gone, nullptr);
  auto& place = copy->buckets_[bucket_of(id)];
  auto changed = std::make_shared<bucket>(*place);
  changed->erase(changed->find(id));
  --copy->size_;
  place = std::move(changed);
  return copy;
}

const resource* client_registry::find_resource(std::string_view identifier) const noexcept {
  const auto at = place_of(resources(), identifier);
  return at != resources().end() && at->as.identifier == identifier ? &*at : nullptr;
}

const resource* client_registry::resource_of_scope(std::string_view token) const noexcept {
  for (const auto& r : resources()) {
    if (std::find(r.scopes.begin(), r.scopes.end(), token) != r.scopes.end()) return &r;
  }
  return nullptr;
}

const std::vector<resource>& client_registry::resources() const noexcept {
  static const auto none = std::vector<resource>{};
  return resources_ ? *resources_ : none;
}

std::shared_ptr<const client_registry> client_registry::with_resource(resource r) const {
  auto changed = resources();
  put(changed, std::move(r));
  auto copy = std::make_shared<client_registry>(*this);
  copy->resources_ = std::make_shared<const std::vector<resource>>(std::move(changed));
  return copy;
}

std::shared_ptr<const client_registry> client_registry::without_resource(
    std::string_view identifier) const {
  auto copy = std::make_shared<client_registry>(*this);
  auto changed = resources();
  std::erase_if(changed, [&](const resource& r) { return r.as.identifier == identifier; });
  copy->resources_ = std::make_shared<const std::vector<resource>>(std::move(changed));
  return copy;
}

bool client_registry::has_origin(std::string_view origin) const noexcept {
  return origins_ && origins_->find(origin) != origins_->end();
}

void client_registry::count_origins(const client* before, const client* after) {
  const auto old_ones = before != nullptr ? origins_of(*before) : std::vector<std::string>{};
  const auto new_ones = after != nullptr ? origins_of(*after) : std::vector<std::string>{};
  if (old_ones == new_ones) return;
  auto counts = origins_ ? *origins_ : origin_table{};
  for (const auto& origin : new_ones) ++counts[origin];
  for (const auto& origin : old_ones) {
    const auto at = counts.find(origin);
    if (--at->second == 0) counts.erase(at);
  }
  origins_ = std::make_shared<const origin_table>(std::move(counts));
}

void client_registry::count_registered(const client* before, const client* after) noexcept {
  const auto is_registered = [](const client* c) { return c != nullptr && c->registered; };
  const auto is_open = [&](const client* c) {
    return is_registered(c) && c->registered->is_open();
  };
  if (is_registered(before)) --registered_size_;
  if (is_registered(after)) ++registered_size_;
  if (is_open(before)) --open_size_;
  if (is_open(after)) ++open_size_;
}

std::shared_ptr<const client> client_registry::record_of(client&& c) const {
  c.profile = stricter(c.profile, profile_);
  return std::make_shared<const client>(std::move(c));
}

std::size_t client_registry::bucket_of(std::string_view id) noexcept {
  return text_hash{}(id) % buckets_count;
}

}  // namespace mintage::oauth
