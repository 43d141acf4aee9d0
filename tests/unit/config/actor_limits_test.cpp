// The limits of actors::check. Here, because this program links without CAF, as config/ does.

#include "actors/options.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace mintage::actors {
namespace {

std::string broken_key(const std::function<void(options&)>& change) {
  auto o = options{};
  change(o);
  const auto errors = check(o);
  return errors.size() == 1 && !errors[0].sentence.empty() ? errors[0].key : std::string{};
}

TEST(actors_check, refuses_each_value_outside_its_range_and_takes_both_ends) {
  struct row {
    const char* key;
    std::size_t options::*member;
    std::size_t least;
    std::size_t most;
  };
  const row rows[] = {
      {"pools.workers", &options::workers, 0, 1024},
      {"pools.validator.size", &options::validators, 0, 4096},
      {"pools.code_store.size", &options::code_stores, 0, 4096},
      {"pools.code_store.batch_max", &options::batch_max, 1, 4096},
      {"pools.signer.size", &options::signers, 0, 4096},
      {"pools.hasher.size", &options::hashers, 1, 2},
      {"pools.hasher.queue", &options::hasher_queue, 1, 65536},
      {"http.max_in_flight", &options::max_in_flight, 1, 1'000'000},
      {"log.refusals", &options::refusals_kept, 0, 100'000},
  };
  for (const auto& r : rows) {
    EXPECT_EQ(broken_key([&](options& o) { o.*r.member = r.most + 1; }), r.key);
    if (r.least > 0) {
      EXPECT_EQ(broken_key([&](options& o) { o.*r.member = r.least - 1; }), r.key);
    }
    for (const auto end : {r.least, r.most}) {
      auto o = options{};
      o.*r.member = end;
      EXPECT_TRUE(check(o).empty()) << r.key << " = " << end;
    }
  }
}

TEST(actors_check, refuses_no_algorithm_repeated_ones_and_no_seal_key) {
  using enum crypto::jws_alg;
  EXPECT_EQ(broken_key([](options& o) { o.algorithms.clear(); }), "keys.algorithms");
  EXPECT_EQ(broken_key([](options& o) {
              o.algorithms = {es256, rs256, es256};
            }),
            "keys.algorithms");
  EXPECT_EQ(broken_key([](options& o) { o.seal_key_file.clear(); }), "keys.seal_key_file");
}

TEST(actors_check, reports_all_broken_limits_at_once_and_none_of_the_defaults) {
  auto o = options{};
  EXPECT_TRUE(check(o).empty());
  o.batch_max = 0;
  o.hashers = 0;
  o.algorithms.clear();
  EXPECT_EQ(check(o).size(), 3U);
}

}  // namespace
}  // namespace mintage::actors
