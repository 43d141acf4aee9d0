#include "app/event_log.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace mintage::app {
namespace {

constexpr std::size_t queue_lines = 8192;
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

}  // namespace

struct event_log::impl {
  impl(log_format f, log_level level, const spdlog::sink_ptr& sink,
       spdlog::async_overflow_policy when_full)
      : format{f},
        writer{std::make_shared<spdlog::details::thread_pool>(queue_lines, 1U)},
        logger{std::make_shared<spdlog::async_logger>("mintage", sink, writer, when_full)} {
    logger->set_level(level_of(level));
    logger->flush_on(spdlog::level::info);
    logger->set_pattern(f == log_format::json
                            ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})"
                            : "%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  }

  log_format format;
  std::shared_ptr<spdlog::details::thread_pool> writer;
  std::shared_ptr<spdlog::async_logger> logger;
};

event_log::event_log(std::unique_ptr<impl> i) : impl_{std::move(i)} {}
event_log::event_log(event_log&&) noexcept = default;
event_log::~event_log() = default;

event_log event_log::make_log(const log_options& o) {
  return event_log{std::make_unique<impl>(o.format, o.level,
                                          std::make_shared<spdlog::sinks::stderr_sink_mt>(),
                                          spdlog::async_overflow_policy::overrun_oldest)};
}

event_log event_log::make_audit(const log_options& o) {
  if (o.audit == audit_target::off) return event_log{nullptr};
  return event_log{std::make_unique<impl>(log_format::json, log_level::info, audit_sink(o),
                                          spdlog::async_overflow_policy::block)};
}

bool event_log::writes(log_level level) const noexcept {
  return impl_ && impl_->logger->should_log(level_of(level));
}

void event_log::event(log_level level, std::string_view what, std::initializer_list<field> fields) {
  if (!writes(level)) return;
  auto line = std::string{};
  if (impl_->format == log_format::json) {
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
  impl_->logger->log(level_of(level), line);
}

}  // namespace mintage::app
