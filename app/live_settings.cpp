#include "app/live_settings.hpp"

#include <boost/json.hpp>
#include <utility>

#include "app/open_files.hpp"
#include "app/process_limits.hpp"
#include "storage/engine.hpp"

namespace mintage::app {
namespace {

namespace json = boost::json;

json::array to_json(const std::vector<config::change>& all) {
  auto out = json::array{};
  for (const auto& c : all) out.push_back({{"key", c.key}, {"from", c.from}, {"to", c.to}});
  return out;
}

}  // namespace

tl::expected<config::settings, std::vector<config::mistake>> config_source::load() const {
  auto settings = config::load(file, config::extent::files);
  if (settings && in_memory) settings->storage.engine = storage::engine_kind::memory;
  return settings;
}

live_settings::live_settings(config_source source, config::settings in_use, const parts& p)
    : source_{std::move(source)}, in_use_{std::move(in_use)}, parts_{p} {}

operations_desk::outcome live_settings::reload() {
  const auto found = take_over_file();
  const auto lost = reload_certificates();
  if (!found) return refuse(found.error());
  auto certificates = json::array{};
  for (const auto& e : lost) certificates.push_back({{"key", e.key}, {"because", e.sentence}});
  return oauth::operation_report{
      json::serialize(json::object{{"changed", to_json(found->changed)},
                                   {"needs_restart", to_json(found->needs_restart)},
                                   {"unchanged", found->unchanged},
                                   {"certificates_not_reloaded", std::move(certificates)}})};
}

tl::expected<config::difference, live_settings::mistakes> live_settings::take_over_file() {
  const auto wanted = source_.load();
  if (!wanted) return tl::unexpected{wanted.error()};
  auto after = config::take_over(in_use_, *wanted);
  if (!after) {
    for (auto& m : after.error()) {
      m.file = source_.file.string();
      m.sentence += " (together with the settings that need a restart)";
    }
    return tl::unexpected{std::move(after.error())};
  }
  try {
    check_open_files(*after);
  } catch (const limit_error& e) {
    return tl::unexpected{mistakes{{source_.file.string(), 0, {}, e.what()}}};
  }
  auto found = config::compare(in_use_, *wanted);
  try {
    parts_.actors.change(after->actors, after->rules);
  } catch (const storage::storage_error& e) {
    return tl::unexpected{mistakes{{source_.file.string(), 0, {}, e.what()}}};
  }
  for (const auto& c : found.changed)
    parts_.log.event(log_level::info, "setting changed",
                     {{"key", c.key}, {"from", c.from}, {"to", c.to}});
  for (const auto& c : found.needs_restart)
    parts_.log.event(log_level::warn, "setting needs a restart",
                     {{"key", c.key}, {"in_use", c.from}, {"in_file", c.to}});
  apply(*std::move(after));
  parts_.log.event(log_level::info, "config reloaded",
                   {{"changed", std::to_string(found.changed.size())},
                    {"needs_restart", std::to_string(found.needs_restart.size())}});
  return found;
}

void live_settings::apply(config::settings after) {
  in_use_ = std::move(after);
  const auto& s = in_use_;
  for (const auto& odd : net::find_oddities(s.fetch))
    parts_.log.event(log_level::warn, "unsafe setting",
                     {{"key", odd.key}, {"because", odd.sentence}});
  parts_.server.change(s.net, s.rules);
  parts_.fetcher.change(s.fetch);
  parts_.logout_sender.change(net::for_logouts(s.fetch));
  parts_.watch.set_lasting(s.clock.confirm_after);
  parts_.journal.set_line_wait(s.log.audit_wait);
  parts_.log.change(s.log.level, s.log.format);
}

std::vector<oauth::config_error> live_settings::reload_certificates() {
  auto lost = parts_.server.reload_certificates();
  for (const auto& e : lost)
    parts_.log.event(log_level::error, "certificate not reloaded, the former one stays in use",
                     {{"key", e.key}, {"because", e.sentence}});
  log_certificates();
  return lost;
}

operations_desk::outcome live_settings::refuse(const mistakes& all) {
  auto text = std::string{};
  for (const auto& m : all) {
    const auto one = config::to_string(m);
    parts_.log.event(log_level::error, "config not reloaded, the settings stay as they were",
                     {{"because", one}});
    if (!text.empty()) text += "; ";
    text += one;
  }
  return tl::unexpected{oauth::admin_error{oauth::errc::conflict, std::move(text)}};
}

void live_settings::log_certificates() const {
  for (const auto& c : parts_.server.certificates()) {
    parts_.log.event(log_level::info, "certificate in use",
                     {{"section", c.section}, {"file", c.file.string()}, {"expires", c.expires}});
  }
}

}  // namespace mintage::app
