#include "app/event_log.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>
#include <memory>
#include <utility>

namespace mintage::app {
namespace {

constexpr std::size_t queue_lines = 8192;
/// Room in the queue of the audit stream beyond the reserved lines, for changes of keys.
constexpr std::size_t spare_lines = 1024;
constexpr std::size_t longest_value = 256;

spdlog::level::level_enum level_of(log_level level) {
  switch (level) {
    case log_level::debug:
      return spdlog::level::debug;
    case log_level::info:
      return spdlog::level::info;
    case log_level::warn:
      return spdlog::level::warn;
    case log_level::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// Appends a value in quotes; quotes, backslashes and all octets outside printable ASCII become
/// \u00HH.
void append_quoted(std::string& out, std::string_view value) {
  out += '"';
  for (const auto c : value.substr(0, longest_value)) {
    if (c >= ' ' && c <= '~' && c != '"' && c != '\\')
      out += c;
    else
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
  }
  out += '"';
}

spdlog::sink_ptr audit_sink(const log_options& o) {
  if (o.audit == audit_target::file)
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(o.audit_file.string());
  return std::make_shared<spdlog::sinks::stdout_sink_mt>();
}

/// Counts the lines that another sink has written.
class counted_sink final : public spdlog::sinks::sink {
 public:
  explicit counted_sink(spdlog::sink_ptr to) : to_{std::move(to)} {}
  void log(const spdlog::details::log_msg& line) override {
    const auto count = std::unique_ptr<counted_sink, decltype(&counted_sink::add)>{this, &add};
    to_->log(line);  // may throw: then the line is lost
  }
  void flush() override { to_->flush(); }
  void set_pattern(const std::string& pattern) override { to_->set_pattern(pattern); }
  void set_formatter(std::unique_ptr<spdlog::formatter> f) override {
    to_->set_formatter(std::move(f));
  }
  [[nodiscard]] std::size_t written() const noexcept {
    return written_.load(std::memory_order_relaxed);
  }

 private:
  static void add(counted_sink* self) { self->written_.fetch_add(1, std::memory_order_relaxed); }

  spdlog::sink_ptr to_;
  std::atomic<std::size_t> written_{0};
};

}  // namespace

struct event_log::impl {
  /// @param make_sink is called for each format: lines that wait keep the frame of theirs.
  template <class MakeSink>
  impl(log_format f, log_level level, MakeSink make_sink, std::size_t lines,
       spdlog::async_overflow_policy when_full)
      : format{f}, writer{std::make_shared<spdlog::details::thread_pool>(lines, 1U)} {
    for (const auto& [of, pattern] : patterns) {
      auto& o = outlet_of(of);
      o.sink = std::make_shared<counted_sink>(make_sink());
      o.logger = std::make_shared<spdlog::async_logger>("mintage", o.sink, writer, when_full);
      o.logger->flush_on(spdlog::level::info);
      o.logger->set_pattern(pattern);
    }
    set_level(level);
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;
  /// Ends the writer's thread first. Its last message holds the logger, and ThreadSanitizer does
  /// not see how spdlog's library releases it there.
  ~impl() { writer.reset(); }

  struct outlet {
    std::shared_ptr<counted_sink> sink;
    std::shared_ptr<spdlog::async_logger> logger;
  };
  static constexpr auto patterns = std::array<std::pair<log_format, const char*>, 2>{
      {{log_format::text, "%Y-%m-%dT%H:%M:%S.%e%z %l %v"},
       {log_format::json, R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})"}}};

  [[nodiscard]] outlet& outlet_of(log_format f) { return outlets[static_cast<std::size_t>(f)]; }
  void set_level(log_level level) noexcept {
    for (const auto& o : outlets) o.logger->set_level(level_of(level));
  }

  std::atomic<log_format> format;
  std::atomic<std::size_t> given{0};
  std::shared_ptr<spdlog::details::thread_pool> writer;
  std::array<outlet, patterns.size()> outlets;
};

event_log::event_log(std::unique_ptr<impl> i) : impl_{std::move(i)} {}
event_log::event_log(event_log&&) noexcept = default;
event_log::~event_log() = default;

event_log event_log::make_log(const log_options& o) {
  const auto to_stderr = [] { return std::make_shared<spdlog::sinks::stderr_sink_mt>(); };
  return event_log{std::make_unique<impl>(o.format, o.level, to_stderr, queue_lines,
                                          spdlog::async_overflow_policy::overrun_oldest)};
}

event_log event_log::make_audit(const log_options& o, std::size_t room) {
  if (o.audit == audit_target::off) return event_log{nullptr};
  auto one = audit_sink(o);  // of both formats: only one is used
  return event_log{std::make_unique<impl>(
      log_format::json, log_level::info, [&] { return one; }, room + spare_lines,
      spdlog::async_overflow_policy::block)};
}

void event_log::change(log_level level, log_format format) noexcept {
  impl_->set_level(level);
  impl_->format = format;
}

bool event_log::writes(log_level level) const noexcept {
  return impl_ && impl_->outlets.front().logger->should_log(level_of(level));
}

void event_log::event(log_level level, std::string_view what, std::initializer_list<field> fields) {
  if (!writes(level)) return;
  auto line = std::string{};
  const auto format = impl_->format.load();
  if (format == log_format::json) {
    line += "\"event\":";
    append_quoted(line, what);
    for (const auto& [name, value] : fields) {
      line.append(",\"").append(name).append("\":");
      append_quoted(line, value);
    }
  } else {
    line += what;
    for (const auto& [name, value] : fields) {
      line.append(" ").append(name).append("=");
      append_quoted(line, value);
    }
  }
  impl_->given.fetch_add(1, std::memory_order_relaxed);
  impl_->outlet_of(format).logger->log(level_of(level), line);
}

std::size_t event_log::unwritten() const noexcept {
  if (!impl_) return 0;
  // First, so that the difference is not below zero.
  auto written = std::size_t{0};
  for (const auto& o : impl_->outlets) written += o.sink->written();
  return impl_->given.load(std::memory_order_relaxed) - written;
}

}  // namespace mintage::app
