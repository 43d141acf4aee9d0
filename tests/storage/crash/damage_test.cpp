// Bit flips in the files of a database: what was acknowledged still holds, or the open is refused
// with an error that names the file.

#include <gmock/gmock.h>

#include <fstream>
#include <random>

#include "loopback/environment.hpp"
#include "storage/rocksdb/acknowledged.hpp"
#include "storage/rocksdb/crc32c.hpp"
#include "storage/rocksdb/engine.hpp"
#include "storage/rocksdb/repair.hpp"
#include "tests/storage/store_driver.hpp"

namespace mintage::storage {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

oauth::client client_named(const std::string& id) {
  auto c = oauth::client{};
  c.id = id;
  return c;
}
key_record key_named(const std::string& kid) {
  auto k = key_record{};
  k.kid = kid;
  k.sealed = std::string(64, 's');
  return k;
}

/// A database with known content. Of four codes one is live, one redeemed, one redeemed and its
/// family revoked, one redeemed and its family rotated; also revoked JWTs, cutoffs, clients, and
/// removed keys. One half is in table files, the other in the log.
class damage_to : public testing::Test {
 protected:
  static constexpr auto codes_count = std::uint64_t{400};
  static constexpr auto removals_count = std::uint64_t{10};

  rocksdb_options options_of(const fs::path& path, durability level = durability::sync) const {
    auto o = rocksdb_options{};
    o.path = path;
    o.level = level;
    o.memtable_mb = 1;
    return o;
  }
  std::unique_ptr<engine> open(const fs::path& path, durability level = durability::sync) {
    return open_rocksdb_engine(options_of(path, level), 10, clock_);
  }

  /// Creates the files that a killed process leaves.
  void make_book(durability level = durability::sync) {
    const auto live = directory_.path() / "live";
    {
      auto e = open(live, level);
      write_half(*e, 0);
    }
    auto e = open(live, level);  // moves the content of the log to table files
    write_half(*e, 1);
    fs::copy(live, whole_, fs::copy_options::recursive);
  }
  void write_half(engine& e, std::uint64_t half) {
    auto shard = store_driver{e, 0, 1};
    const auto now = clock_.now();
    for (auto code = half * codes_count; code < (half + 1) * codes_count; code += 4) {
      for (auto i = std::uint64_t{0}; i < 4; ++i) {
        ASSERT_EQ(shard.insert(insertion(code + i, now + seconds{600}), now), verdict::ok);
        if (i == 0) continue;
        ASSERT_EQ(shard.consume(consumption(code + i, 1, now), now).what, verdict::ok);
      }
      ASSERT_EQ(shard.revoke(table::grants, new_grant_key(code + 2, 1), now), verdict::ok);
      ASSERT_EQ(shard.rotate(rotation(code + 3, 1, 0, now), now).what, verdict::ok);
      auto denial = insertion(code, now + seconds{600});
      denial.kind = table::access_tokens;
      ASSERT_EQ(shard.insert(denial, now), verdict::ok);
    }
    for (auto i = half * removals_count; i < (half + 1) * removals_count; ++i) {
      e.records().put_client(client_named("removed" + std::to_string(i)), 0);
      e.records().change_keys({key_named("removed" + std::to_string(i))}, {}, 0);
      e.records().erase_client("removed" + std::to_string(i), 0);
      e.records().change_keys({key_named("kept" + std::to_string(i))},
                              {"removed" + std::to_string(i)}, 0);
      e.records().put_client(client_named("kept" + std::to_string(i)), 0);
      e.cutoffs().put(octets_of(i), now, now + seconds{3600});
    }
  }

  /// @returns what of the known content is lost without notice; empty when nothing is.
  std::string undone(engine& e) {
    auto shard = store_driver{e, 0, 1};
    const auto now = clock_.now();
    // The epoch voids all known codes, families and tokens.
    const auto is_void = e.void_before() >= now;
    for (auto code = std::uint64_t{0}; !is_void && code < 2 * codes_count; ++code) {
      const auto text = " of code " + std::to_string(code);
      if (code % 4 == 0) {
        const auto denial = shard.read(table::access_tokens, code_key(code), now).what;
        if (denial != verdict::ok && denial != verdict::unknown) return "denial" + text;
        continue;
      }
      const auto what = shard.read(table::codes, code_key(code), now).what;
      if (what != verdict::replayed && what != verdict::unknown) return "redemption" + text;
      const auto family = shard.read(table::grants, new_grant_key(code, 1), now);
      if (family.what == verdict::unknown) continue;
      if (code % 4 == 2 && family.what != verdict::revoked) return "revocation" + text;
      if (code % 4 == 3 && family.value != rotation(code, 1, 0, now).value)
        return "rotation" + text;
    }
    return undone_in_catalog(e, is_void);
  }
  static std::string undone_in_catalog(engine& e, bool is_void) {
    try {
      auto clients = std::size_t{0};
      for (const auto& c : e.records().changes(0).clients) {
        if (c.id.starts_with("removed")) return "removal of client " + c.id;
        ++clients;
      }
      if (clients != 2 * removals_count) return "a client";
      auto keys = std::size_t{0};
      for (const auto& k : e.records().load_keys().keys) {
        if (k.kid.starts_with("removed")) return "removal of key " + k.kid;
        ++keys;
      }
      if (keys != 2 * removals_count) return "a key";
      for (auto i = std::uint64_t{0}; !is_void && i < 2 * removals_count; ++i) {
        if (!e.cutoffs().find(octets_of(i))) return "cutoff " + std::to_string(i);
      }
    } catch (const storage_error&) {  // the engine reports that it cannot tell
    }
    return {};
  }

  void restore() {
    fs::remove_all(path_);
    fs::copy(whole_, path_, fs::copy_options::recursive);
  }
  std::vector<fs::path> files(std::string_view part) const {
    auto found = std::vector<fs::path>{};
    for (const auto& entry : fs::directory_iterator{path_}) {
      const auto name = entry.path().filename().string();
      if (name.find(part) != std::string::npos && entry.is_regular_file() && entry.file_size() > 0)
        found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found;
  }
  static void flip(const fs::path& file, std::uint64_t offset, unsigned bit) {
    auto f = std::fstream{file, std::ios::in | std::ios::out | std::ios::binary};
    f.seekg(static_cast<std::streamoff>(offset));
    const auto octet = static_cast<char>(f.get() ^ (1 << bit));
    f.seekp(static_cast<std::streamoff>(offset));
    f.put(octet);
  }
  std::string error_of_open(durability level = durability::sync) {
    try {
      open(path_, level);
      return {};
    } catch (const storage_error& error) {
      return error.what();
    }
  }

  temporary_folder directory_;
  fs::path whole_ = directory_.path() / "whole";
  fs::path path_ = directory_.path() / "db";
  manual_clock clock_;
};

TEST_F(damage_to, no_file_undoes_what_was_acknowledged_in_silence) {
  make_book();
  restore();
  {
    auto e = open(path_);
    ASSERT_EQ(undone(*e), "");
    ASSERT_EQ(e->warning(), "");
    ASSERT_EQ(e->void_before(), instant{});
  }
  const auto seed = static_cast<std::uint32_t>(
      loopback::number_from("MINTAGE_SEED").value_or(std::random_device{}()));
  std::cout << "MINTAGE_SEED=" << seed << '\n';
  auto random = std::mt19937{seed};
  auto refused = 0;
  for (auto round = 0; round < 200; ++round) {
    restore();
    constexpr auto kinds = std::array{".log", ".log", ".sst", "MANIFEST"};
    const auto candidates = files(kinds[static_cast<std::size_t>(round) % kinds.size()]);
    ASSERT_FALSE(candidates.empty());
    const auto& file = candidates[random() % candidates.size()];
    const auto offset = std::uint64_t{random()} % fs::file_size(file);
    const auto bit = static_cast<unsigned>(random() % 8);
    flip(file, offset, bit);
    SCOPED_TRACE(file.filename().string() + ", octet " + std::to_string(offset) + ", bit " +
                 std::to_string(bit));
    try {
      auto e = open(path_);
      EXPECT_EQ(undone(*e), "");
    } catch (const storage_error& error) {
      ++refused;
      EXPECT_THAT(error.what(), HasSubstr(file.filename().string()));
    }
  }
  EXPECT_GT(refused, 100);
}

TEST_F(damage_to, no_file_that_is_cut_off_undoes_what_was_acknowledged_in_silence) {
  make_book();
  auto random = std::mt19937{7};
  for (auto round = 0U; round < 60; ++round) {
    restore();
    constexpr auto kinds = std::array{".log", ".sst", "MANIFEST"};
    const auto candidates = files(kinds[round % kinds.size()]);
    const auto& file = candidates[random() % candidates.size()];
    const auto size = fs::file_size(file);
    const auto cut =
        round < 30 ? 1 + random() % std::min<std::uintmax_t>(size, 120) : 1 + random() % size;
    fs::resize_file(file, size - cut);
    SCOPED_TRACE(file.filename().string() + " without " + std::to_string(cut) + " octets");
    try {
      auto e = open(path_);
      EXPECT_EQ(undone(*e), "");
    } catch (const storage_error& error) {
      EXPECT_THAT(error.what(), HasSubstr(path_.string()));
    }
  }
}

TEST_F(damage_to, the_middle_of_the_log_is_refused_with_file_and_offset) {
  make_book();
  restore();
  const auto log = files(".log").back();
  flip(log, fs::file_size(log) / 2, 3);
  const auto error = error_of_open();
  EXPECT_THAT(error, HasSubstr(log.filename().string() + ", offset "));
  EXPECT_THAT(error, HasSubstr("mintage repair"));
  EXPECT_EQ(error_of_open(), error);  // nothing was changed
}

TEST_F(damage_to, the_log_that_loses_more_than_its_last_record_is_refused) {
  make_book();
  for (const auto part : {2U, 3U}) {
    restore();
    const auto log = files(".log").back();
    fs::resize_file(log, fs::file_size(log) / part);
    EXPECT_THAT(error_of_open(), HasSubstr(log.filename().string()));
    fs::remove(log);
    EXPECT_THAT(error_of_open(), HasSubstr(path_.string()));
  }
}

TEST_F(damage_to, a_tail_that_nobody_was_promised_is_dropped) {
  make_book();
  restore();
  const auto log = files(".log").back();
  const auto size = fs::file_size(log);
  // A record that a loss of power tore: its header, some of its octets, then zeros.
  auto octets = std::string(300, '\0');
  std::ifstream{log, std::ios::binary}.read(octets.data(), 40);
  std::ofstream{log, std::ios::binary | std::ios::app} << octets;
  auto e = open(path_);
  EXPECT_EQ(undone(*e), "");
  EXPECT_EQ(e->warning(), "");
  EXPECT_EQ(e->void_before(), instant{});
  EXPECT_GT(size, 0U);
}

TEST_F(damage_to, the_end_of_the_last_record_voids_what_is_older_and_is_told) {
  make_book();
  restore();
  const auto log = files(".log").back();
  fs::resize_file(log, fs::file_size(log) - 3);
  {
    auto e = open(path_);
    EXPECT_THAT(std::string{e->warning()}, HasSubstr(log.filename().string()));
    EXPECT_EQ(e->void_before(), clock_.now());
  }
  clock_.advance(seconds{10});
  auto e = open(path_);
  EXPECT_EQ(e->warning(), "");
  EXPECT_EQ(e->void_before(), clock_.now() - seconds{10});
}

TEST_F(damage_to, a_log_is_repaired_without_what_is_lost) {
  make_book();
  restore();
  const auto log = files(".log").back();
  const auto offset = fs::file_size(log) / 2;
  flip(log, offset, 3);
  clock_.advance(seconds{10});
  const auto report = repair_rocksdb(options_of(path_), clock_);
  ASSERT_EQ(report.damages.size(), 1U);
  const auto& lost = report.damages[0];
  EXPECT_EQ(lost.file, log);
  EXPECT_LE(lost.offset, offset);
  EXPECT_GT(lost.offset + 1000, offset);
  EXPECT_GT(lost.first, 0U);
  EXPECT_GE(lost.last, lost.first);
  EXPECT_EQ(lost.from, clock_.now() - seconds{10});
  EXPECT_EQ(lost.to, clock_.now() - seconds{10});
  EXPECT_EQ(report.kept, std::vector{path_ / "damaged" / log.filename()});
  EXPECT_EQ(report.void_before, clock_.now());
  EXPECT_EQ(report.clients.size(), 2 * removals_count);
  EXPECT_EQ(report.keys.size(), 2 * removals_count);
  {
    auto e = open(path_);
    EXPECT_EQ(e->warning(), "");
    EXPECT_EQ(e->void_before(), clock_.now());
    EXPECT_EQ(undone(*e), "");  // removals follow the damage
  }
  const auto again = repair_rocksdb(options_of(path_), clock_);
  EXPECT_THAT(again.damages, IsEmpty());
}

TEST_F(damage_to, tables_and_manifests_can_be_repaired) {
  make_book();
  for (const auto* part : {".sst", "MANIFEST"}) {
    SCOPED_TRACE(part);
    restore();
    const auto file = files(part).front();
    flip(file, 100, 3);
    const auto report = repair_rocksdb(options_of(path_), clock_);
    EXPECT_FALSE(report.damages.empty());
    EXPECT_FALSE(report.kept.empty());
    auto e = open(path_);
    EXPECT_EQ(e->void_before(), clock_.now());
  }
}

/// Changes the promise to one of another boot of the machine.
void forge_boot(const fs::path& database) {
  const auto path = acknowledged_file::path_in(database);
  auto octets = std::string(fs::file_size(path), '\0');
  std::ifstream{path, std::ios::binary}.read(octets.data(),
                                             static_cast<std::streamsize>(octets.size()));
  octets[10] = octets[10] == '0' ? '1' : '0';
  const auto crc = crc32c(std::string_view{octets}.substr(0, octets.size() - 4));
  for (auto i = std::size_t{0}; i < 4; ++i)
    octets[octets.size() - 4 + i] = static_cast<char>(crc >> 8 * i);
  std::ofstream{path, std::ios::binary} << octets;
}

TEST_F(damage_to, the_machine_voids_what_os_had_acknowledged) {
  make_book(durability::os);
  restore();
  forge_boot(path_);
  const auto log = files(".log").back();
  fs::resize_file(log, fs::file_size(log) / 2);  // what no fsync covered
  {
    auto e = open(path_, durability::os);
    EXPECT_THAT(std::string{e->warning()}, HasSubstr("durability"));
    EXPECT_EQ(e->void_before(), clock_.now());
  }
  clock_.advance(seconds{10});
  // After a clean stop all of the database is on the disk.
  forge_boot(path_);
  EXPECT_EQ(open(path_, durability::os)->void_before(), clock_.now() - seconds{10});
}

TEST_F(damage_to, the_machine_voids_nothing_that_sync_had_acknowledged) {
  make_book();
  restore();
  forge_boot(path_);
  auto e = open(path_);
  EXPECT_EQ(e->warning(), "");
  EXPECT_EQ(e->void_before(), instant{});
  EXPECT_EQ(undone(*e), "");
}

TEST_F(damage_to, nothing_has_its_epoch_raised_by_hand) {  // NEG-212
  {
    auto e = open(path_);
    e->raise_void_before(clock_.now());
    e->raise_void_before(clock_.now() - seconds{10});  // never moved back
    EXPECT_EQ(e->void_before(), clock_.now());
  }
  EXPECT_EQ(open(path_)->void_before(), clock_.now());
}

TEST_F(damage_to, the_promise_itself_is_told_and_written_anew) {
  make_book();
  restore();
  flip(acknowledged_file::path_in(path_), 50, 1);
  EXPECT_THAT(std::string{open(path_)->warning()}, HasSubstr("ACKNOWLEDGED"));
  EXPECT_EQ(open(path_)->warning(), "");
}

}  // namespace
}  // namespace mintage::storage
