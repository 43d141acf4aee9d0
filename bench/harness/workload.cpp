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
    auto& p = parts_.emplace_back(part{std::move(each), 0, 0, {}, 0, 0});
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

bool workload::next(std::string& out, drawn_request& t) {
  auto& p = due();
  auto& values = p.what.values;
  t.part = static_cast<std::uint32_t>(&p - parts_.data());
  t.value = 0;
  switch (p.what.use) {
    case value_use::none:
      p.what.form.write(out, {});
      return true;
    case value_use::again:
      if (p.next == values.size()) p.next = 0;
      [[fallthrough]];
    case value_use::once:
      if (p.next == values.size()) return false;
      t.value = static_cast<std::uint32_t>(p.next++);
      break;
    case value_use::replaced:
    case value_use::until_granted:
      if (p.free_count == 0) return false;
      t.value = p.free[p.free_begin];
      p.free_begin = p.free_begin + 1 == p.free.size() ? 0 : p.free_begin + 1;
      --p.free_count;
      break;
  }
  p.what.form.write(out, values[t.value]);
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
