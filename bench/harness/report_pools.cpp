#include <boost/json.hpp>

#include "bench/harness/report.hpp"

namespace mintage::bench {
namespace {

namespace json = boost::json;

double seconds(nanoseconds t) {
  return std::chrono::duration<double>{t}.count();
}

/// One value per reading, or null where a pool is not in it.
template <class Value>
json::array series(const std::vector<pool_reading>& readings, Value value_of) {
  auto out = json::array{};
  for (auto i = std::size_t{0}; i < readings.size(); ++i) out.push_back(value_of(i));
  return out;
}

/// Names of pools, as the first reading has them.
template <class Map>
std::vector<std::string> names_in(const Map& map) {
  auto out = std::vector<std::string>{};
  for (const auto& [name, _] : map) out.push_back(name);
  return out;
}

json::value found_in(const std::map<std::string, double>& map, const std::string& name) {
  const auto found = map.find(name);
  return found == map.end() ? json::value(nullptr) : json::value(found->second);
}

/// Working threads of a pool between two readings.
json::array busy(const std::vector<pool_reading>& readings, const std::string& pool) {
  return series(readings, [&](std::size_t i) -> json::value {
    if (i == 0) return nullptr;
    const auto& now = readings[i].busy_seconds;
    const auto& before = readings[i - 1].busy_seconds;
    const auto time = seconds(readings[i].at - readings[i - 1].at);
    if (!now.contains(pool) || !before.contains(pool) || time <= 0) return nullptr;
    return (now.at(pool) - before.at(pool)) / time;
  });
}

json::array batch_means(const std::vector<pool_reading>& readings, const std::string& pool) {
  return series(readings, [&](std::size_t i) -> json::value {
    if (i == 0) return nullptr;
    const auto& now = readings[i].batch_size;
    const auto& before = readings[i - 1].batch_size;
    if (!now.contains(pool) || !before.contains(pool)) return nullptr;
    const auto between = now.at(pool) - before.at(pool);
    if (between.count == 0) return nullptr;
    return between.sum / static_cast<double>(between.count);
  });
}

/// Batches of the whole round by the upper bound of their size; the last bound is null.
json::array batch_counts(const std::vector<pool_reading>& readings, const std::string& pool) {
  auto out = json::array{};
  const auto& last = readings.back().batch_size;
  if (!last.contains(pool)) return out;
  const auto during = last.at(pool) - readings.front().batch_size.at(pool);
  for (const auto& [bound, count] : during.buckets) {
    const auto is_finite = bound < 1e300;
    out.push_back(json::array{is_finite ? json::value(bound) : json::value(nullptr), count});
  }
  return out;
}

}  // namespace

json::value pools_to_json(const std::vector<pool_reading>& readings) {
  if (readings.size() < 2) return nullptr;
  const auto& first = readings.front();
  auto depths = json::object{};
  for (const auto& pool : names_in(first.queue_depth)) {
    depths[pool] =
        series(readings, [&](std::size_t i) { return found_in(readings[i].queue_depth, pool); });
  }
  auto working = json::object{};
  for (const auto& pool : names_in(first.busy_seconds)) working[pool] = busy(readings, pool);
  auto means = json::object{};
  auto sizes = json::object{};
  for (const auto& pool : names_in(first.batch_size)) {
    means[pool] = batch_means(readings, pool);
    sizes[pool] = batch_counts(readings, pool);
  }
  return json::object{
      {"t",
       series(readings, [&](std::size_t i) -> json::value { return seconds(readings[i].at); })},
      {"in_flight",
       series(readings, [&](std::size_t i) -> json::value { return readings[i].in_flight; })},
      {"queue_depth", depths},
      {"busy", working},
      {"batch_mean", means},
      {"batch_sizes", sizes}};
}

}  // namespace mintage::bench
