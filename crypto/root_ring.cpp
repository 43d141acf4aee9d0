#include "crypto/root_ring.hpp"

#include <atomic>
#include <mutex>
#include <utility>

namespace mintage::crypto {
namespace {

/// Part of the database's format: DO NOT CHANGE.
constexpr auto lasting_labels =
    std::array<std::string_view, lasting_subkeys_count>{"mintage/pepper/1", "mintage/pairwise/1"};

}  // namespace

bool are_same(const root_key& a, const root_key& b) {
  constexpr auto label = std::string_view{"mintage/same/1"};
  return constant_time_equal(a.derive(label), b.derive(label));
}

root_ring_content first_ring(root_key only) {
  auto out = root_ring_content{};
  for (auto i = std::size_t{0}; i < lasting_labels.size(); ++i)
    out.lasting[i] = only.derive(lasting_labels[i]);
  out.newest = std::move(only);
  return out;
}

struct root_ring::state {
  explicit state(root_ring_content c) : content{std::move(c)} {}

  mutable std::mutex mutex;  // guards content and next
  root_ring_content content;
  std::optional<root_key> next;
  std::atomic<std::uint32_t> changes{1};
};

root_ring::root_ring(root_ring_content content)
    : state_{std::make_shared<state>(std::move(content))} {}

root_ring::root_ring(const digest& only) : root_ring{first_ring(root_key{only})} {}

root_ring_content root_ring::content() const {
  const auto lock = std::lock_guard{state_->mutex};
  return state_->content;
}

void root_ring::accept(root_key next) {
  const auto lock = std::lock_guard{state_->mutex};
  state_->next = std::move(next);
  ++state_->changes;
}

void root_ring::change(root_ring_content content) {
  const auto lock = std::lock_guard{state_->mutex};
  if (state_->next && are_same(*state_->next, content.newest)) state_->next.reset();
  state_->content = std::move(content);
  ++state_->changes;
}

std::uint32_t root_ring::changes() const noexcept {
  return state_->changes.load();
}

digest root_ring::lasting(lasting_subkey which) const {
  const auto lock = std::lock_guard{state_->mutex};
  return state_->content.lasting[static_cast<std::size_t>(which)];
}

derived_keys root_ring::derive_all(std::string_view purpose, subkey_life life) const {
  const auto lock = std::lock_guard{state_->mutex};
  auto out = derived_keys{{state_->content.newest.derive(purpose)}, 1};
  if (state_->next) out.all.push_back(state_->next->derive(purpose));
  out.makers = out.all.size();
  for (const auto& f : state_->content.former)
    if (f.is_recent || life == subkey_life::any) out.all.push_back(f.key.derive(purpose));
  return out;
}

std::vector<digest> root_ring::derive(std::string_view purpose) const {
  return derive_all(purpose).all;
}

subkeys::subkeys(root_ring ring, std::string purpose, subkey_life life)
    : from_{origin{std::move(ring), std::move(purpose), life}} {
  update();
}

bool subkeys::update() {
  if (!from_) return false;
  // Read first: a change in between is taken over by the next call.
  const auto changes = from_->ring.changes();
  if (changes == from_->changes) return false;
  keys_ = from_->ring.derive_all(from_->purpose, from_->life);
  from_->changes = changes;
  return true;
}

mac_subkeys::mac_subkeys(subkeys keys) : keys_{std::move(keys)} {
  take();
}

void mac_subkeys::take() {
  all_.clear();
  for (const auto& k : keys_.all()) all_.emplace_back(bytes_view{k});
}

bool mac_subkeys::update() {
  const auto has_changed = keys_.update();
  if (has_changed) take();
  return has_changed;
}

}  // namespace mintage::crypto
