// What metrics and answers say of backups that were made and that failed.
#include "app/backup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "storage/memory/engine.hpp"

namespace mintage::app {
namespace {

using std::chrono::seconds;

class settable_clock final : public oauth::clock {
 public:
  [[nodiscard]] oauth::instant now() const noexcept override { return now_; }
  void advance(seconds by) { now_ += by; }

 private:
  oauth::instant now_{seconds{1'800'000'000}};
};

class fake_source final : public storage::backup_source {
 public:
  explicit fake_source(const oauth::clock& clock) : clock_{clock} {}
  storage::backup_report back_up(const std::filesystem::path& to, const std::stop_token&) override {
    if (to == "/wrong") throw storage::wrong_place{"/wrong exists already"};
    if (to == "/full") throw storage::storage_error{"the disk is full"};
    return {.directory = to, .made = clock_.now(), .files = 3, .octets = 5};
  }

 private:
  const oauth::clock& clock_;
};

class backup_service_test : public testing::Test {
 protected:
  [[nodiscard]] backup_service open() { return {&source_, engine_->records(), clock_, log_}; }
  /// The numbers of the cells, in their unit.
  static std::map<std::string_view, double> read(const backup_service& s) {
    auto all = std::map<std::string_view, double>{};
    for (const auto& series : s.meters()->all()) {
      const auto& cell = std::get<std::function<std::uint64_t()>>(series.cell);
      all[series.what.name] = static_cast<double>(cell()) * series.what.unit;
    }
    return all;
  }
  [[nodiscard]] double now() const {
    return static_cast<double>(oauth::numeric_date(clock_.now()));
  }

  static constexpr auto success = "mintage_backup_last_success_timestamp_seconds";
  static constexpr auto failure = "mintage_backup_last_failure_timestamp_seconds";
  static constexpr auto failures = "mintage_backup_failures_total";

  settable_clock clock_;
  event_log log_ = event_log::make_log({.level = log_level::error});
  std::unique_ptr<storage::engine> engine_ = storage::open_memory_engine(10);
  fake_source source_{clock_};
};

TEST_F(backup_service_test, tells_nothing_before_the_first) {
  auto all = read(open());
  EXPECT_EQ(all[success], 0);
  EXPECT_EQ(all[failure], 0);
  EXPECT_EQ(all[failures], 0);
}

TEST_F(backup_service_test, knows_the_last_one_after_a_restart) {
  const auto made = now();
  {
    auto s = open();
    EXPECT_TRUE(s.make({"/there"}, {}));
    EXPECT_EQ(read(s)[success], made);
  }
  clock_.advance(seconds{86400});
  auto s = open();
  EXPECT_EQ(read(s)[success], made);
  engine_->records().put_note("last-backup", "unreadable");
  EXPECT_EQ(read(open())[success], 0);
}

TEST_F(backup_service_test, tells_of_failures_until_one_is_made) {
  auto s = open();
  const auto made = now();
  EXPECT_TRUE(s.make({"/there"}, {}));
  clock_.advance(seconds{60});
  EXPECT_EQ(s.make({"/wrong"}, {}).error().code, oauth::errc::invalid_request);
  EXPECT_EQ(s.make({"/full"}, {}).error().code, oauth::errc::server_error);
  auto all = read(s);
  EXPECT_EQ(all[success], made);
  EXPECT_EQ(all[failure], now());
  EXPECT_EQ(all[failures], 2);
  clock_.advance(seconds{60});
  EXPECT_TRUE(s.make({"/there"}, {}));
  all = read(s);
  EXPECT_GT(all[success], all[failure]);
  EXPECT_EQ(all[failures], 2);
}

TEST_F(backup_service_test, without_files_to_copy_has_no_metrics) {
  auto s = backup_service{nullptr, engine_->records(), clock_, log_};
  EXPECT_EQ(s.meters(), nullptr);
  EXPECT_EQ(s.make({"/there"}, {}).error().code, oauth::errc::invalid_request);
}

}  // namespace
}  // namespace mintage::app
