#include "bench/harness/workload.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace mintage::bench {

namespace {

/// Whether values are used again: then they are in a ring.
bool is_ring(value_use use) noexcept {
  return use == value_use::replaced || use == value_use::until_granted;
}

}  // namespace

workload::workload(std::vector<work> parts) {
  assert(!parts.empty());
  for (auto& each : parts) {
    weights_ += each.weight;
    auto& p = parts_.emplace_back(part{std::move(each), 0, 0, 0, {}, 0, 0});
    if (!is_ring(p.what.use)) continue;
    p.free.resize(p.what.values.size());
    for (auto i = std::size_t{0}; i < p.free.size(); ++i) p.free[i] = static_cast<std::uint32_t>(i);
    p.free_count = p.free.size();
  }
}

// Each request adds the weight of every part to its credit; the part with most credit is chosen and
// pays for all. So no part falls behind its share by more than one request.
workload::part& workload::due() {
  if (parts_.size() == 1) return parts_.front();
  for (auto& p : parts_) p.credit += p.what.weight;
  auto& richest = *std::max_element(parts_.begin(), parts_.end(), [](const part& a, const part& b) {
    return a.credit < b.credit;
  });
  richest.credit -= weights_;
  return richest;
}

/// The index of the next value; nothing when there is none left.
std::optional<std::uint32_t> workload::draw(part& p) {
  const auto count = p.what.values.size();
  switch (p.what.use) {
    case value_use::none:
      return 0;
    case value_use::again:
      if (p.next == count) p.next = 0;
      [[fallthrough]];
    case value_use::once:
      if (p.next == count) return {};
      return static_cast<std::uint32_t>(p.next++);
    case value_use::replaced:
    case value_use::until_granted:
      break;
  }
  if (p.free_count == 0) return {};
  const auto value = p.free[p.free_begin];
  p.free_begin = p.free_begin + 1 == p.free.size() ? 0 : p.free_begin + 1;
  --p.free_count;
  return value;
}

bool workload::next(std::string& out, drawn_request& t) {
  auto& p = due();
  const auto& what = p.what;
  if (!what.proofs.empty() && p.next_proof == what.proofs.size()) return false;
  const auto value = draw(p);
  if (!value) return false;
  t.part = static_cast<std::uint32_t>(&p - parts_.data());
  t.value = *value;
  what.form.write(out, what.use == value_use::none ? std::string_view{} : what.values[*value],
                  what.proofs.empty() ? std::string_view{} : what.proofs[p.next_proof++]);
  return true;
}

void workload::succeeded(const drawn_request& t, std::string_view refresh_token) {
  auto& p = parts_[t.part];
  if (p.what.use != value_use::replaced) return;
  if (!refresh_token.empty()) p.what.values[t.value].assign(refresh_token);
  put_back(p, t.value);
}

void workload::failed(const drawn_request& t, bool refused) {
  auto& p = parts_[t.part];
  if (!is_ring(p.what.use)) return;
  if (refused) {
    p.what.values[t.value].clear();
  } else {
    put_back(p, t.value);
  }
}

void workload::put_back(part& p, std::uint32_t value) {
  p.free[(p.free_begin + p.free_count) % p.free.size()] = value;
  ++p.free_count;
}

std::vector<std::string> workload::take_values(std::size_t index) {
  auto values = std::exchange(parts_[index].what.values, {});
  std::erase_if(values, [](const std::string& v) { return v.empty(); });
  return values;
}

std::vector<std::vector<std::string>> deal(std::vector<std::string> values, std::size_t parts) {
  auto out = std::vector<std::vector<std::string>>(parts);
  for (auto i = std::size_t{0}; i < values.size(); ++i)
    out[i % parts].push_back(std::move(values[i]));
  return out;
}

}  // namespace mintage::bench
