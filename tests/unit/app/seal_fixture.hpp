/// @file
/// A keeper of seal keys with files, a database and a clock of its own.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <memory>
#include <set>
#include <string>

#include "app/seal_keeper.hpp"
#include "loopback/child_process.hpp"
#include "storage/content.hpp"
#include "storage/memory/engine.hpp"

namespace mintage::app {

namespace fs = std::filesystem;
namespace json = boost::json;

inline constexpr auto life = std::chrono::seconds{1000};
inline constexpr auto purpose = std::string_view{"mintage/seal/1"};

struct fixed_clock final : oauth::clock {
  oauth::instant now() const noexcept override { return oauth::instant{oauth::seconds{at}}; }
  bool is_confirmed() const noexcept override { return sure; }
  std::int64_t at = 1'700'000'000;
  bool sure = true;
};

class seal_key : public testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<seal_keeper> open() { return open(engine->records()); }
  [[nodiscard]] std::unique_ptr<seal_keeper> open(storage::catalog& records) {
    return std::make_unique<seal_keeper>(
        seal_keeper::setup{.file = file,
                           .rules = {},
                           .records = records,
                           .clock = clock,
                           .log = log,
                           .objection = [this] { return objection; }});
  }
  static json::object done(const operations_desk::outcome& o) {
    EXPECT_TRUE(o) << (o ? "" : o.error().description);
    return o ? json::parse(o->json).as_object() : json::object{};
  }
  [[nodiscard]] static std::string refusal(const operations_desk::outcome& o) {
    EXPECT_FALSE(o);
    return o ? "" : o.error().description;
  }
  [[nodiscard]] std::string note() const {
    return engine->records().load_note(storage::seal_check_note);
  }
  [[nodiscard]] std::set<std::string> files() const {
    auto names = std::set<std::string>{};
    for (const auto& f : fs::directory_iterator{folder.path()}) names.insert(f.path().filename());
    return names;
  }
  static json::object shown(seal_keeper& k) {
    return done(k.show([](actors::sealed_records) { return std::optional<std::size_t>{0}; }));
  }

  loopback::temporary_folder folder;
  fs::path file = folder.path() / "seal";
  fs::path next = folder.path() / "seal.next";
  fixed_clock clock;
  std::string objection;
  event_log log{event_log::make_log({})};
  std::unique_ptr<storage::engine> engine = storage::open_memory_engine(5);
};

}  // namespace mintage::app
