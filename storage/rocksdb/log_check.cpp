#include "storage/rocksdb/log_check.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <system_error>
#include <utility>

#include "storage/rocksdb/log_file.hpp"

namespace mintage::storage {
namespace {

namespace fs = std::filesystem;

// On the disk: DO NOT CHANGE. A letter, then two numbers of eight octets, little-endian.
constexpr auto mark_letter = 'A';
constexpr auto mark_size = std::size_t{17};
// Header of a batch: sequence number (8 octets) and count (4).
constexpr auto batch_header = std::size_t{12};

std::uint64_t number(std::string_view octets, std::size_t size) {
  auto n = std::uint64_t{0};
  for (auto i = size; i-- > 0;) n = n << 8 | static_cast<unsigned char>(octets[i]);
  return n;
}

/// Finds the marks of a batch, which RocksDB may have joined from several.
class mark_finder final : public rocksdb::WriteBatch::Handler {
 public:
  std::optional<log_mark> mark;
  rocksdb::Status PutCF(std::uint32_t, const rocksdb::Slice&, const rocksdb::Slice&) override {
    return rocksdb::Status::OK();
  }
  rocksdb::Status DeleteCF(std::uint32_t, const rocksdb::Slice&) override {
    return rocksdb::Status::OK();
  }
  void LogData(const rocksdb::Slice& blob) override {
    const auto octets = std::string_view{blob.data(), blob.size()};
    if (octets.size() != mark_size || octets[0] != mark_letter) return;
    const auto ms = static_cast<std::int64_t>(number(octets.substr(9), 8));
    const auto found = log_mark{number(octets.substr(1), 8), instant{oauth::milliseconds{ms}}};
    if (!mark || mark->acknowledged <= found.acknowledged) mark = found;
  }
};

std::optional<log_mark> mark_of(std::string_view batch) {
  auto finder = mark_finder{};
  rocksdb::WriteBatch{std::string{batch}}.Iterate(&finder).PermitUncheckedError();
  return finder.mark;
}

struct batch_range {
  std::uint64_t first = 0;
  std::uint64_t end = 0;  ///< one past the last
};
/// @returns nothing for octets that are not a batch.
std::optional<batch_range> range_of(std::string_view batch) {
  if (batch.size() < batch_header) return {};
  const auto first = number(batch, 8);
  return batch_range{first, first + number(batch.substr(8), 4)};
}

/// Follows the sequence numbers through the logs. A gap opens where they do not continue.
class log_history final : public log_visitor {
 public:
  explicit log_history(std::uint64_t acknowledged) : acknowledged_{acknowledged} {}

  void read(const fs::path& file) {
    file_ = &file;
    read_log(file, *this);
  }

  void record(std::uint64_t offset, std::string_view batch) override {
    const auto range = range_of(batch);
    if (!range) return;
    if (!gap_ && next_ != 0 && range->first > next_) {
      open_gap(offset, "records before it are missing");
    }
    // Where the numbers continue, the unreadable part was never acknowledged: its numbers were
    // assigned again after an earlier start.
    if (gap_ && (next_ == 0 || range->first > next_) && !cross_gap(*range, batch)) return;
    gap_.reset();
    if (first_ == 0) first_ = range->first;
    next_ = std::max(next_, range->end);
    last_batch_.assign(batch);
  }
  void fault(const log_fault& f) override {
    if (gap_) return;
    open_gap(f.offset, f.is_truncated ? "the file ends inside a record" : "a record is damaged");
    if (f.is_truncated) head_ = range_of(f.head);
  }

  /// Of the first batch; 0 when there is none.
  [[nodiscard]] std::uint64_t first_sequence() const { return first_; }
  [[nodiscard]] log_findings conclude() && {
    found_.last_sequence = next_ == 0 ? 0 : next_ - 1;
    if (gap_) end_in_gap();
    return std::move(found_);
  }

 private:
  void open_gap(std::uint64_t offset, std::string_view what) {
    gap_ = damage{*file_, offset, std::string{what}, next_, 0, {}, {}};
    if (const auto mark = mark_of(last_batch_)) gap_->from = mark->written;
    head_.reset();
  }
  /// @returns whether the writes in the gap were acknowledged. Then reading continues after it.
  bool cross_gap(const batch_range& range, std::string_view batch) {
    const auto mark = mark_of(batch);
    if (mark && mark->acknowledged < gap_->first) return false;
    gap_->last = range.first == 0 ? 0 : range.first - 1;
    if (mark) gap_->to = mark->written;
    found_.damages.push_back(*gap_);
    return true;
  }
  void end_in_gap() {
    if (head_ && gap_->first == 0) gap_->first = head_->first;
    if (acknowledged_ == 0) return;
    if (gap_->first == 0) {
      found_.unread = *gap_;
    } else if (acknowledged_ >= gap_->first) {
      gap_->last = acknowledged_;
      const auto is_last = head_ && head_->first == gap_->first && head_->end > acknowledged_;
      if (is_last) {
        found_.torn = *gap_;
      } else {
        found_.damages.push_back(*gap_);
      }
    }
  }

  std::uint64_t acknowledged_;
  log_findings found_;
  std::uint64_t first_ = 0;
  const fs::path* file_ = nullptr;
  std::uint64_t next_ = 0;  ///< expected sequence number of the next batch; 0: not known
  std::string last_batch_;
  std::optional<damage> gap_;
  std::optional<batch_range> head_;  ///< of the record inside which the file ends
};

/// Reads the sequence number in an edit of a MANIFEST: all writes up to it were in tables or logs
/// when the edit was made. @returns 0 when none can be found.
class edit_reader {
 public:
  static std::uint64_t last_sequence(std::string_view edit) {
    auto r = edit_reader{edit};
    for (;;) {
      switch (r.next()) {
        case 1:     // comparator
        case 8193:  // id of the database
          r.skip(r.next());
          break;
        case 2:  // numbers of logs, of the next file, of the last column family
        case 3:
        case 9:
        case 10:
        case 203:
          r.next();
          break;
        case 4:
          return r.next();
        default:  // what follows the sequence number
          return 0;
      }
    }
  }

 private:
  explicit edit_reader(std::string_view edit) : rest_{edit} {}
  std::uint64_t next() {
    auto n = std::uint64_t{0};
    for (auto shift = 0U; shift < 64 && !rest_.empty(); shift += 7) {
      const auto octet = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      n |= std::uint64_t{octet & 0x7fU} << shift;
      if (octet < 0x80) return n;
    }
    return 0;
  }
  void skip(std::uint64_t size) {
    rest_.remove_prefix(std::min<std::uint64_t>(size, rest_.size()));
  }
  std::string_view rest_;
};

/// RocksDB ignores a last edit that is cut off, as one that was never finished. If it was finished,
/// the logs continue beyond what the other edits cover.
class manifest_check final : public log_visitor {
 public:
  void record(std::uint64_t, std::string_view edit) override {
    last_sequence_ = std::max(last_sequence_, edit_reader::last_sequence(edit));
  }
  void fault(const log_fault& f) override {
    if (!first_) first_ = f;
  }
  [[nodiscard]] const std::optional<log_fault>& first() const { return first_; }
  [[nodiscard]] std::uint64_t last_sequence() const { return last_sequence_; }

 private:
  std::optional<log_fault> first_;
  std::uint64_t last_sequence_ = 0;
};

}  // namespace

void put_mark(const log_mark& m, rocksdb::WriteBatch& batch) {
  auto blob = std::array<char, mark_size>{mark_letter};
  const auto ms = static_cast<std::uint64_t>(m.written.time_since_epoch().count());
  for (auto i = std::size_t{0}; i < 8; ++i) {
    blob[1 + i] = static_cast<char>(m.acknowledged >> 8 * i);
    blob[9 + i] = static_cast<char>(ms >> 8 * i);
  }
  batch.PutLogData({blob.data(), blob.size()}).PermitUncheckedError();
}

std::string to_text(instant t) {
  const auto s = std::chrono::floor<oauth::seconds>(t);
  const auto day = std::chrono::floor<std::chrono::days>(s);
  const auto date = std::chrono::year_month_day{day};
  const auto time = std::chrono::hh_mm_ss{s - day};
  auto text = std::array<char, 32>{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return text.data();
}

std::string to_string(const damage& d) {
  auto text = d.what;
  if (!d.file.empty()) {
    text = d.file.filename().string() + ", offset " + std::to_string(d.offset) + ": " + text;
  }
  if (d.first != 0) text += "; lost are the writes from sequence number " + std::to_string(d.first);
  if (d.first != 0 && d.last != 0) text += " to " + std::to_string(d.last);
  if (d.from) text += ", made after " + to_text(*d.from);
  if (d.to) text += ", before " + to_text(*d.to);
  return text;
}

std::vector<fs::path> log_files(const fs::path& database) {
  auto found = std::vector<std::pair<std::uint64_t, fs::path>>{};
  auto error = std::error_code{};
  for (const auto& entry : fs::directory_iterator{database, error}) {
    const auto name = entry.path().filename().string();
    auto n = std::uint64_t{0};
    const auto [end, bad] = std::from_chars(name.data(), name.data() + name.size(), n);
    if (bad == std::errc{} && std::string_view{end} == ".log") found.emplace_back(n, entry.path());
  }
  std::sort(found.begin(), found.end());
  auto files = std::vector<fs::path>{};
  for (auto& [n, path] : found) files.push_back(std::move(path));
  return files;
}

fs::path manifest_file(const fs::path& database) {
  auto name = std::string{};
  std::getline(std::ifstream{database / "CURRENT"}, name);
  return name.empty() ? fs::path{} : database / name;
}

log_findings check_logs(const fs::path& database, std::uint64_t acknowledged) {
  auto history = log_history{acknowledged};
  const auto logs = log_files(database);
  for (const auto& log : logs) history.read(log);
  const auto first = history.first_sequence();
  auto found = std::move(history).conclude();
  const auto manifest = manifest_file(database);
  auto error = std::error_code{};
  if (manifest.empty() || !fs::is_regular_file(manifest, error)) return found;
  auto check = manifest_check{};
  read_log(manifest, check);
  if (check.first() && !check.first()->is_truncated) {
    found.damages.push_back(
        damage{manifest, check.first()->offset, "a record is damaged", 0, 0, {}, {}});
  } else if (first > check.last_sequence() + 1) {
    const auto offset = check.first() ? check.first()->offset : fs::file_size(manifest, error);
    found.damages.push_back(damage{manifest,
                                   offset,
                                   "edits or logs are missing",
                                   check.last_sequence() + 1,
                                   first - 1,
                                   {},
                                   {}});
  }
  return found;
}

}  // namespace mintage::storage
