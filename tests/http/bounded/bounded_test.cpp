// A million codes minted and redeemed leave a directory of bounded size, without a clean-up job.
// MINTAGE_BOUNDED_CODES sets another count, MINTAGE_BOUNDED_MB another bound.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <thread>

#include "loopback/environment.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

using namespace std::chrono_literals;
using loopback::number_from;
namespace fs = std::filesystem;

constexpr auto batch = std::size_t{500};
constexpr auto pipelined = std::size_t{50};
constexpr auto workers_count = 4;

/// Size of a folder whose files may be created and removed meanwhile.
std::uint64_t size_of(const fs::path& folder) {
  auto out = std::uint64_t{0};
  auto ignored = std::error_code{};
  for (auto it = fs::directory_iterator{folder, ignored}; it != fs::directory_iterator{};
       it.increment(ignored)) {
    auto size = it->file_size(ignored);
    if (!ignored) out += size;
  }
  return out;
}

/// Mints and redeems until `left` is used up.
class worker {
 public:
  worker(const stage& s, const party& who, std::atomic<std::int64_t>& left)
      : admin_{s.server.admin_port(), s.server.admin_token()},
        wire_{s.server.port()},
        who_{who},
        left_{left} {}

  void run() {
    while (left_.fetch_sub(batch) > 0) {
      auto body = mint_body(who_);
      body["scope"] = "profile";
      auto codes = admin_.mint_many(body, batch);
      for (auto first = std::size_t{0}; first < batch; first += pipelined) {
        redeem(codes, first);
      }
    }
  }
  std::size_t redeemed = 0;
  std::string surprise;

 private:
  void redeem(const std::vector<std::string>& codes, std::size_t first) {
    auto burst = std::string{};
    for (auto i = first; i < first + pipelined; ++i) burst += redemption(who_, codes[i]).render();
    wire_.send(burst);
    for (auto i = std::size_t{0}; i < pipelined; ++i) {
      auto got = wire_.receive();
      got.status == 200 ? ++redeemed : (surprise = got.octets, std::size_t{0});
    }
  }

  admin_client admin_;
  connection wire_;
  party who_;
  std::atomic<std::int64_t>& left_;
};

TEST(a_million_codes, minted_and_redeemed_leave_a_directory_of_bounded_size) {
  auto const count = number_from("MINTAGE_BOUNDED_CODES").value_or(1'000'000);
  auto const bound = number_from("MINTAGE_BOUNDED_MB").value_or(400) * 1024 * 1024;
  auto s = stage{{{"tokens.code_ttl", toml_string("5s")},
                  {"tokens.code_tombstone", toml_string("2s")},
                  {"tokens.access_ttl", toml_string("2s")},
                  {"storage.rocksdb.durability", toml_string("os")},
                  {"storage.rocksdb.memtable_mb", "16"},
                  {"log.level", toml_string("warn")}}};
  // Without openid and without refresh: one signature, and a grant that ends with its token.
  auto who = make_party(s.admin, {{"grant_types", {"authorization_code"}}});
  auto left = std::atomic<std::int64_t>{static_cast<std::int64_t>(count)};
  auto done = std::atomic<bool>{false};
  auto largest = std::uint64_t{0};
  auto begun = std::chrono::steady_clock::now();
  auto failures = std::atomic<int>{0};
  auto workers = std::vector<worker>{};
  workers.reserve(workers_count);
  for (auto i = 0; i < workers_count; ++i) workers.emplace_back(s, who, left);
  auto sampler = std::thread{[&] {
    for (; !done; std::this_thread::sleep_for(250ms)) {
      largest = std::max(largest, size_of(s.server.file("db")));
    }
  }};
  auto threads = std::vector<std::thread>{};
  for (auto& each : workers) {
    threads.emplace_back([&] {
      try {
        each.run();
      } catch (const std::exception& e) {
        each.surprise = e.what();
        ++failures;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  done = true;
  sampler.join();
  auto redeemed = std::size_t{0};
  for (auto& each : workers) {
    EXPECT_EQ(each.surprise, "");
    redeemed += each.redeemed;
  }
  EXPECT_EQ(failures, 0);
  EXPECT_GE(redeemed, count);
  auto at_end = size_of(s.server.file("db"));
  EXPECT_EQ(s.server.stop(), 0);
  auto stopped = size_of(s.server.file("db"));
  std::cout << redeemed << " codes in " << took << " s, " << static_cast<double>(redeemed) / took
            << "/s; directory at most " << largest / 1048576 << " MiB, at the end "
            << at_end / 1048576 << " MiB, after the stop " << stopped / 1048576 << " MiB\n";
  EXPECT_LT(largest, bound);
  EXPECT_LT(stopped, bound);
}

}  // namespace

}  // namespace mintage::test
