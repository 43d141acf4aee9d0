#include "oauth/client/remote_keys.hpp"

#include <utility>

namespace mintage::oauth {

const remote_key_set* remote_keys::find(std::string_view url, instant now) const {
  const auto& in = buckets_[bucket_of(url)];
  if (in == nullptr) return nullptr;
  const auto found = in->find(url);
  if (found == in->end() || found->second->until <= now) return nullptr;
  const auto& set = *found->second;
  // A load first: readers of all threads share the line.
  if (!set.is_used.load(std::memory_order_relaxed))
    set.is_used.store(true, std::memory_order_relaxed);
  return &set;
}

remote_keys_snapshot remote_keys::with(const std::string& url, entry e) const {
  auto made = std::make_shared<remote_keys>(*this);
  auto& in = made->buckets_[bucket_of(url)];
  auto changed = in == nullptr ? bucket{} : *in;
  if (e == nullptr)
    changed.erase(url);
  else
    changed.insert_or_assign(url, std::move(e));
  in = std::make_shared<const bucket>(std::move(changed));
  return made;
}

wanted_keys keys_wanted_of(const client& c, bool lacks_kid) {
  return {.client_id = c.id,
          .url = c.jwks_uri,
          .lacks_kid = lacks_kid,
          .is_open = c.registered && c.registered->is_open()};
}

}  // namespace mintage::oauth
