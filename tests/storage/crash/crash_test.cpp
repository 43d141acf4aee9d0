// A process that inserts, consumes, rotates and records is killed at random moments. Everything
// that it reported as durable must be there afterwards. The writer is this program, run again with
// a hidden flag.

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <random>

#include "loopback/environment.hpp"
#include "storage/rocksdb/engine.hpp"
#include "storage/rocksdb/thread_sanitizer.hpp"
#include "tests/storage/store_driver.hpp"

#ifdef MINTAGE_THREAD_SANITIZER
// Sets of file names, which threads of RocksDB pass to each other.
extern "C" const char* __tsan_default_suppressions() {
  return "race:^std::_Hashtable<std::__cxx11::basic_string<char\n";
}
#endif

extern char** environ;

namespace mintage::storage {
namespace {

constexpr auto writer_flag = "--crash-writer";
constexpr auto shards_count = std::size_t{2};
constexpr auto life = seconds{3600};
constexpr auto generations_count = std::uint32_t{3};

rocksdb_options at(const std::filesystem::path& path, durability level) {
  auto o = rocksdb_options{};
  o.path = path;
  o.level = level;
  o.memtable_mb = 1;
  return o;
}

enum class event : std::uint32_t { inserted, consumed, rotation_asked, rotated, recorded };

/// The report of the writer to its parent, one whole message at a time.
struct acknowledgement {
  std::uint64_t code = 0;
  event what = event::inserted;
  std::uint32_t generation = 0;  ///< of the successor
};

/// A replay id for each code.
insert_op replay_id(std::uint64_t code, instant now) {
  return {.kind = table::replay_ids,
          .key = code_key(code),
          .expires = now + life,
          .binding = {},
          .value = {}};
}

/// Writes until it is killed: batches of insertions, consumptions and rotations, several in flight.
/// Of four codes, one stays live, one is consumed, and the families of two are rotated. The replay
/// ids of all are recorded first, one by one and each twice.
class writer {
 public:
  /// @param last the acknowledgement after which it kills itself; 0 when another process kills it.
  writer(const std::filesystem::path& path, durability level, std::uint64_t first,
         std::uint64_t last)
      : engine_{open_rocksdb_engine(at(path, level), 10, clock_)}, next_{first}, last_{last} {
    for (auto i = std::size_t{0}; i < shards_count; ++i) {
      shards_.push_back(engine_->open_shard(i, shards_count, tasks_.post()));
    }
  }

  [[noreturn]] void run() {
    for (;;) {
      while (in_flight_ < 6) {
        insert(next_ % shards_count);
      }
      tasks_.run_one();
    }
  }

 private:
  void insert(std::size_t shard) {
    auto codes = std::vector<std::uint64_t>{};
    auto batch = std::vector<insert_op>{};
    while (codes.size() < 4) {
      if (slot_of(++next_).shard(shards_count) == shard) {
        codes.push_back(next_);
        batch.push_back(insertion(next_, clock_.now() + life));
      }
    }
    ++in_flight_;
    for (auto code : codes) {
      shards_[shard]->insert({replay_id(code, clock_.now()), replay_id(code, clock_.now())},
                             clock_.now(), [=, this](const std::vector<verdict>& v) {
                               tell({code}, event::recorded, 0, [&](std::size_t) {
                                 return v == std::vector{verdict::ok, verdict::exists};
                               });
                             });
    }
    shards_[shard]->insert(
        std::move(batch), clock_.now(), [=, this](const std::vector<verdict>& v) {
          tell(codes, event::inserted, 0, [&](std::size_t i) { return v[i] == verdict::ok; });
          consume(shard, {codes.begin() + 1, codes.end()});  // the first one stays live
        });
  }
  void consume(std::size_t shard, std::vector<std::uint64_t> codes) {
    auto batch = std::vector<consume_op>{};
    for (auto code : codes) {
      batch.push_back(consumption(code, code, clock_.now()));
    }
    shards_[shard]->consume(
        std::move(batch), clock_.now(), [=, this](const std::vector<consume_result>& r) {
          tell(codes, event::consumed, 0, [&](std::size_t i) { return r[i].what == verdict::ok; });
          rotate(shard, {codes.begin() + 1, codes.end()}, 0);
        });
  }
  /// Requests each step twice, as two concurrent refreshes do: the second one fails.
  void rotate(std::size_t shard, std::vector<std::uint64_t> codes, std::uint32_t presented) {
    if (presented == generations_count) {
      // Posted, because a chain of answers that write would never end.
      return tasks_.post()([this] { --in_flight_; });
    }
    tell(codes, event::rotation_asked, presented + 1, [](std::size_t) { return true; });
    auto winners = std::vector<rotate_op>{};
    auto losers = std::vector<rotate_op>{};
    for (auto code : codes) {
      winners.push_back(rotation(code, code, presented, clock_.now()));
      losers.push_back(winners.back());
      losers.back().value = "of the loser";
    }
    shards_[shard]->rotate(std::move(winners), clock_.now(),
                           [=, this](const std::vector<rotate_result>& r) {
                             tell(codes, event::rotated, presented + 1,
                                  [&](std::size_t i) { return r[i].what == verdict::ok; });
                           });
    shards_[shard]->rotate(std::move(losers), clock_.now(),
                           [=, this](const std::vector<rotate_result>& r) {
                             for (const auto& one : r) {
                               if (one.what != verdict::replayed) {
                                 _exit(2);
                               }
                             }
                             rotate(shard, codes, presented + 1);
                           });
  }
  template <class Good>
  void tell(const std::vector<std::uint64_t>& codes, event what, std::uint32_t generation,
            Good good) {
    for (auto i = std::size_t{0}; i < codes.size(); ++i) {
      auto message = acknowledgement{codes[i], what, generation};
      if (!good(i) || write(STDOUT_FILENO, &message, sizeof message) != sizeof message) {
        _exit(2);
      }
      if (++told_ == last_) {
        raise(SIGKILL);
      }
    }
  }

  manual_clock clock_;
  task_queue tasks_;
  std::unique_ptr<engine> engine_;
  std::vector<std::unique_ptr<shard_store>> shards_;
  std::uint64_t next_;
  std::uint64_t last_;
  std::uint64_t told_ = 0;
  int in_flight_ = 0;
};

enum class killer { itself, another };

/// Runs a writer until it is killed. It kills itself right after `count` acknowledgements, when
/// something acknowledged too early is not done yet; or another process kills it a little later at
/// an arbitrary point.
std::vector<acknowledgement> run_and_kill(const std::filesystem::path& path, durability level,
                                          std::uint64_t first, std::size_t count, killer by) {
  int ends[2];
  EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
  auto actions = posix_spawn_file_actions_t{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  auto arguments = std::vector<std::string>{
      "/proc/self/exe",      writer_flag,
      path.string(),         level == durability::sync ? "sync" : "os",
      std::to_string(first), std::to_string(by == killer::itself ? count : 0)};
  auto pointers = std::vector<char*>{};
  for (auto& a : arguments) {
    pointers.push_back(a.data());
  }
  pointers.push_back(nullptr);
  auto child = pid_t{};
  EXPECT_EQ(posix_spawn(&child, "/proc/self/exe", &actions, nullptr, pointers.data(), environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);

  auto told = std::vector<acknowledgement>{};
  auto message = acknowledgement{};
  while (read(ends[0], &message, sizeof message) == sizeof message) {
    told.push_back(message);
    if (told.size() == count && by == killer::another) {
      kill(child, SIGKILL);  // what it wrote before is still read
    }
  }
  close(ends[0]);
  auto status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the writer failed";
  return told;
}

class crash : public testing::TestWithParam<durability> {
 protected:
  void note(const acknowledgement& t) {
    auto& book = families_[t.code];
    switch (t.what) {
      case event::inserted:
        inserted_[t.code] = true;
        break;
      case event::consumed:
        consumed_[t.code] = true;
        break;
      case event::rotation_asked:
        book.asked = t.generation;
        break;
      case event::rotated:
        book.told = t.generation;
        ++rotations_;
        break;
      case event::recorded:
        recorded_[t.code] = true;
        break;
    }
  }

  /// Compares the database with what was reported about codes `first` to `last`.
  void check(engine& e, std::uint64_t first, std::uint64_t last) {
    const auto now = manual_clock{}.now();
    auto shard = store_driver{e, 0, 1};
    for (auto code = first; code <= last; ++code) {
      SCOPED_TRACE("code " + std::to_string(code));
      if (recorded_[code]) {
        ASSERT_EQ(shard.insert(replay_id(code, now), now), verdict::exists);  // CAU-07
      }
      auto what = shard.read(table::codes, code_key(code), now).what;
      auto new_grant = shard.read(table::grants, new_grant_key(code, code), now).what;
      ASSERT_EQ(new_grant, what == verdict::replayed ? verdict::ok : verdict::absent);
      if (consumed_[code]) {
        ASSERT_EQ(what, verdict::replayed);
        auto again = shard.consume(consumption(code, code + 1, now), now);
        ASSERT_EQ(again.what, verdict::replayed);
        ASSERT_EQ(again.new_grant, new_grant_key(code, code));
        ASSERT_EQ(shard.consume(consumption(code, code, now), now).what, verdict::ok);
        check_family(shard, code, now);
      } else if (inserted_[code]) {
        ASSERT_TRUE(what == verdict::ok || what == verdict::replayed) << to_string(what);
      }
    }
  }

  /// A reported rotation is there, and no rotation that was not requested. The successor is the
  /// right one, and the engine's count of generations agrees.
  void check_family(store_driver& shard, std::uint64_t code, instant now) {  // RFT-05, RFT-06
    auto& book = families_[code];
    const auto found = shard.read(table::grants, new_grant_key(code, code), now).value;
    auto text = [&](std::uint32_t g) {
      return g == 0 ? "issued by " + std::to_string(code) : rotation(code, code, g - 1, now).value;
    };
    auto is = book.told;
    while (is < book.asked && found != text(is)) {
      ++is;
    }
    ASSERT_EQ(found, text(is)) << book.told << " were told, " << book.asked << " asked";
    for (auto presented = std::uint32_t{0}; presented <= generations_count + 1; ++presented) {
      auto again = rotation(code, code, presented, now);
      again.successor = presented;  // so that nothing changes
      again.value = found;
      auto answered = shard.rotate(again, now);
      ASSERT_EQ(answered.what, presented == is ? verdict::ok : verdict::replayed);
      ASSERT_EQ(answered.value, presented == is ? "" : found);
    }
    book = {is, is};
  }

  struct family {
    std::uint32_t told = 0;   ///< the latest generation that was reported durable
    std::uint32_t asked = 0;  ///< the latest that was requested
  };
  std::map<std::uint64_t, family> families_;
  std::map<std::uint64_t, bool> inserted_;
  std::map<std::uint64_t, bool> consumed_;
  std::map<std::uint64_t, bool> recorded_;
  std::size_t rotations_ = 0;
};

INSTANTIATE_TEST_SUITE_P(levels, crash, testing::Values(durability::sync, durability::os),
                         [](const auto& l) {
                           return std::string{l.param == durability::sync ? "sync" : "os"};
                         });

TEST_P(crash, loses_nothing_acknowledged_and_revives_nothing_consumed) {  // COD-04
  const auto seed = loopback::number_from("MINTAGE_SEED").value_or(std::random_device{}());
  std::printf("MINTAGE_SEED=%llu\n", static_cast<unsigned long long>(seed));
  auto random = std::mt19937_64{seed};
  auto directory = temporary_folder{};
  const auto path = directory.path() / "db";
  auto clock = manual_clock{};
  auto first = std::uint64_t{1};
  constexpr auto rounds = 20;
  for (auto round = 0; round < rounds && !HasFatalFailure(); ++round) {
    auto told = run_and_kill(path, GetParam(), first, 1 + random() % 300,
                             random() % 2 == 0 ? killer::itself : killer::another);
    auto last = first;
    for (const auto& t : told) {
      note(t);
      last = std::max(last, t.code);
    }
    last += 100;  // and what may have been in flight
    auto e = open_rocksdb_engine(at(path, GetParam()), 10, clock);
    check(*e, round % 5 == 4 ? 1 : first, last);  // sometimes also the rounds before
    first = last + 1;
  }
  EXPECT_GE(consumed_.size(), 20U) << "the writers did too little to prove anything";
  EXPECT_GE(recorded_.size(), 20U) << "the writers did too little to prove anything";
  EXPECT_GE(rotations_, 20U) << "the writers did too little to prove anything";
}

}  // namespace

/// @returns nothing unless the program was started as a writer; then it never returns.
void run_as_writer(int argc, char** argv) {
  if (argc == 6 && std::strcmp(argv[1], writer_flag) == 0) {
    auto level = std::strcmp(argv[3], "sync") == 0 ? durability::sync : durability::os;
    writer{argv[2], level, std::strtoull(argv[4], nullptr, 10), std::strtoull(argv[5], nullptr, 10)}
        .run();
  }
}

}  // namespace mintage::storage

int main(int argc, char** argv) {
  mintage::storage::run_as_writer(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
