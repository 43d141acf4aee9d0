// A process that inserts and consumes is killed at random moments. What it was told is durable must
// be there afterwards. The writer is this program, run again with a hidden flag.

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <random>

#include "storage/thread_sanitizer.hpp"
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

options at(const std::filesystem::path& path, durability level) {
  auto o = options{};
  o.path = path;
  o.level = level;
  o.memtable_mb = 1;
  return o;
}

/// What the writer tells its parent, one whole message at a time.
struct acknowledgement {
  std::uint64_t code = 0;
  std::uint64_t consumed = 0;
};

/// Writes until it is killed: batches of insertions and consumptions, several in flight.
class writer {
 public:
  writer(const std::filesystem::path& path, durability level, std::uint64_t first)
      : engine_{open_engine(at(path, level), 10, clock_)}, next_{first} {
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
    shards_[shard]->insert(
        std::move(batch), clock_.now(), [=, this](const std::vector<verdict>& v) {
          tell(codes, 0, [&](std::size_t i) { return v[i] == verdict::ok; });
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
          tell(codes, 1, [&](std::size_t i) { return r[i].what == verdict::ok; });
          // From here on, not inside a chain of answers that would never end.
          tasks_.post()([this] { --in_flight_; });
        });
  }
  template <class Good>
  static void tell(const std::vector<std::uint64_t>& codes, std::uint64_t consumed, Good good) {
    for (auto i = std::size_t{0}; i < codes.size(); ++i) {
      auto message = acknowledgement{codes[i], consumed};
      if (!good(i) || write(STDOUT_FILENO, &message, sizeof message) != sizeof message) {
        _exit(2);
      }
    }
  }

  manual_clock clock_;
  task_queue tasks_;
  std::unique_ptr<engine> engine_;
  std::vector<std::unique_ptr<shard_store>> shards_;
  std::uint64_t next_;
  int in_flight_ = 0;
};

/// Runs a writer and kills it once it has told `count` acknowledgements, or a little later.
std::vector<acknowledgement> run_and_kill(const std::filesystem::path& path, durability level,
                                          std::uint64_t first, std::size_t count) {
  int ends[2];
  EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
  auto actions = posix_spawn_file_actions_t{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  auto arguments =
      std::vector<std::string>{"/proc/self/exe", writer_flag, path.string(),
                               level == durability::sync ? "sync" : "os", std::to_string(first)};
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
    if (told.size() == count) {
      kill(child, SIGKILL);  // what it wrote before it died is still read
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
  /// Compares what the database holds with what was told of codes `first` to `last`.
  void check(engine& e, std::uint64_t first, std::uint64_t last) {
    const auto now = manual_clock{}.now();
    auto shard = store_driver{e, 0, 1};
    for (auto code = first; code <= last; ++code) {
      SCOPED_TRACE("code " + std::to_string(code));
      auto what = shard.read(table::codes, code_key(code), now).what;
      auto born = shard.read(table::grants, birth_key(code, code), now).what;
      ASSERT_EQ(born, what == verdict::replayed ? verdict::ok : verdict::absent);
      if (consumed_[code]) {
        ASSERT_EQ(what, verdict::replayed);
        auto again = shard.consume(consumption(code, code + 1, now), now);
        ASSERT_EQ(again.what, verdict::replayed);
        ASSERT_EQ(again.birth, birth_key(code, code));
        ASSERT_EQ(shard.consume(consumption(code, code, now), now).what, verdict::ok);
      } else if (inserted_[code]) {
        ASSERT_TRUE(what == verdict::ok || what == verdict::replayed) << to_string(what);
      }
    }
  }

  std::map<std::uint64_t, bool> inserted_;
  std::map<std::uint64_t, bool> consumed_;
};

INSTANTIATE_TEST_SUITE_P(levels, crash, testing::Values(durability::sync, durability::os),
                         [](const auto& l) {
                           return std::string{l.param == durability::sync ? "sync" : "os"};
                         });

TEST_P(crash, loses_nothing_acknowledged_and_revives_nothing_consumed) {  // COD-04
  const auto* given = std::getenv("MINTAGE_SEED");
  auto seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::printf("MINTAGE_SEED=%llu\n", static_cast<unsigned long long>(seed));
  auto random = std::mt19937_64{seed};
  auto directory = temporary_directory{};
  const auto path = directory.path() / "db";
  auto clock = manual_clock{};
  auto first = std::uint64_t{1};
  constexpr auto rounds = 20;
  for (auto round = 0; round < rounds && !HasFatalFailure(); ++round) {
    auto told = run_and_kill(path, GetParam(), first, 1 + random() % 300);
    auto last = first;
    for (const auto& t : told) {
      (t.consumed != 0 ? consumed_ : inserted_)[t.code] = true;
      last = std::max(last, t.code);
    }
    last += 100;  // and what may have been in flight
    auto e = open_engine(at(path, GetParam()), 10, clock);
    check(*e, round % 5 == 4 ? 1 : first, last);  // sometimes the rounds before as well
    first = last + 1;
  }
  EXPECT_GE(consumed_.size(), 20U) << "the writers did too little to prove anything";
}

}  // namespace

/// @returns nothing unless the program was started as a writer; then it never returns.
void run_as_writer(int argc, char** argv) {
  if (argc == 5 && std::strcmp(argv[1], writer_flag) == 0) {
    auto level = std::strcmp(argv[3], "sync") == 0 ? durability::sync : durability::os;
    writer{argv[2], level, std::strtoull(argv[4], nullptr, 10)}.run();
  }
}

}  // namespace mintage::storage

int main(int argc, char** argv) {
  mintage::storage::run_as_writer(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
