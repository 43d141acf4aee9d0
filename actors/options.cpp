#include "actors/options.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace mintage::actors {
namespace {

/// A number and its allowed range.
struct limit {
  std::string_view key;
  std::size_t value;
  std::size_t least;
  std::size_t most;
  /// The meaning of 0 where it is allowed.
  std::string_view zero;
};

std::string sentence(const limit& l) {
  auto out = "must be " + std::to_string(std::max(l.least, std::size_t{1})) + " to " +
             std::to_string(l.most);
  if (l.least == 0) out += ", or 0 for " + std::string{l.zero};
  return out;
}

}  // namespace

std::vector<oauth::config_error> check(const options& o) {
  constexpr auto per_lane = std::string_view{"one per I/O thread"};
  const auto limits = {
      limit{"pools.workers", o.workers, 0, 1024, "one"},
      limit{"pools.validator.size", o.validators, 0, 4096, per_lane},
      // A shard owns at least one of the 4096 slots.
      limit{"pools.code_store.size", o.code_stores, 0, 4096, per_lane},
      limit{"pools.code_store.batch_max", o.batch_max, 1, 4096, {}},
      limit{"pools.signer.size", o.signers, 0, 4096, per_lane},
      // Each argon2id takes tens of MiB and a whole core (CAU-12).
      limit{"pools.hasher.size", o.hashers, 1, 2, {}},
      limit{"pools.hasher.queue", o.hasher_queue, 1, 65536, {}},
      limit{"pools.hasher.queue_per_source", o.hasher_queue_per_source, 1, 65536, {}},
      limit{"fetch.waiting", o.key_waits, 1, 65536, {}},
      limit{"http.max_in_flight", o.max_in_flight, 1, 1'000'000, {}},
      limit{"log.refusals", o.refusals_kept, 0, 100'000, "none"},
  };
  auto errors = std::vector<oauth::config_error>{};
  for (const auto& l : limits) {
    if (l.value < l.least || l.value > l.most) errors.push_back({std::string{l.key}, sentence(l)});
  }

  auto algorithms = o.algorithms;
  std::sort(algorithms.begin(), algorithms.end());
  if (algorithms.empty()) {
    errors.push_back({"keys.algorithms", "must name at least one algorithm"});
  } else if (std::adjacent_find(algorithms.begin(), algorithms.end()) != algorithms.end()) {
    errors.push_back({"keys.algorithms", "must name each algorithm once"});
  }
  if (o.seal_key_file.empty()) errors.push_back({"keys.seal_key_file", "must not be empty"});
  return errors;
}

}  // namespace mintage::actors
