#include "storage/rocksdb/info_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <ctime>

namespace mintage::storage {
namespace {

class file_log final : public rocksdb::Logger {
 public:
  file_log(int file, const oauth::clock& clock)
      : Logger{rocksdb::InfoLogLevel::WARN_LEVEL}, file_{file}, clock_{clock} {}
  ~file_log() override { ::close(file_); }

  using Logger::Logv;
  void Logv(const char* format, std::va_list arguments) override {
    auto line = std::array<char, 4096>{};
    auto size = stamp(line.data(), line.size());
    const auto wanted =
        std::vsnprintf(line.data() + size, line.size() - size - 1, format, arguments);
    size += std::clamp<std::size_t>(static_cast<std::size_t>(std::max(wanted, 0)), 0,
                                    line.size() - size - 2);
    line[size++] = '\n';
    if (written_.fetch_add(size) + size > limit) return;
    static_cast<void>(!::write(file_, line.data(), size));
  }

 private:
  static constexpr auto limit = std::size_t{1} << 20;
  std::size_t stamp(char* to, std::size_t room) const {
    const auto now = static_cast<std::time_t>(oauth::numeric_date(clock_.now()));
    struct tm parts {};
    ::gmtime_r(&now, &parts);
    return std::strftime(to, room, "%Y-%m-%dT%H:%M:%SZ ", &parts);
  }
  int file_;
  const oauth::clock& clock_;
  std::atomic<std::size_t> written_ = 0;
};

}  // namespace

std::shared_ptr<rocksdb::Logger> make_info_log(const std::filesystem::path& database,
                                               const oauth::clock& clock) {
  const auto path = database / "LOG";
  ::rename(path.c_str(), (database / "LOG.old").c_str());
  const auto file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  return file < 0 ? nullptr : std::make_shared<file_log>(file, clock);
}

}  // namespace mintage::storage
