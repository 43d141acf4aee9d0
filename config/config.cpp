#include "config/config.hpp"

#include "config/document.hpp"
#include "config/schema.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace mintage::config {
namespace {

constexpr auto largest_file = std::size_t{1024} * 1024;

/// Collects the settings and the mistakes of one file.
class reader {
 public:
  reader(std::vector<entry> entries, const std::filesystem::path& file)
      : entries_{std::move(entries)}, file_{file} {}

  tl::expected<settings, std::vector<mistake>> read(extent e) {
    read_entries();
    for (const auto& s : schema()) {
      if (s.path) anchor(s.path(made_));
    }
    made_.net.tls.allow_group_readable = made_.net.admin_tls.allow_group_readable =
        made_.files.allow_group_readable;
    made_.rules.certificates = net::certificate_use_of(made_.net);
    report_all(oauth::check(made_.rules));
    report_all(net::check(made_.net));
    report_all(net::check(made_.fetch));
    report_all(actors::check(made_.actors));
    report_all(storage::check(made_.storage));
    report_all(app::check(made_.clock));
    report_all(app::check(made_.shutdown));
    report_all(app::check(made_.log));
    check_paths_differ();
    if (mistakes_.empty() && e == extent::files) {
      report_all(net::check_files(made_.net));
      report_all(net::check_files(made_.fetch));
    }
    if (mistakes_.empty()) return std::move(made_);
    std::stable_sort(mistakes_.begin(), mistakes_.end(),
                     [](const mistake& a, const mistake& b) { return a.line < b.line; });
    return tl::unexpected{std::move(mistakes_)};
  }

 private:
  void read_entries() {
    auto refused = std::string{};  // a table that was refused as a whole; its keys follow it
    for (const auto& e : entries_) {
      if (!refused.empty() && e.key.starts_with(refused)) continue;
      auto wrong = read_entry(e);
      if (!wrong) continue;
      report(e.key, std::move(*wrong));
      refused = e.key + '.';
    }
  }

  objection read_entry(const entry& e) {
    if (const auto* s = find_setting(e.key); s != nullptr) return s->read(e.what, made_);
    if (is_section(e.key)) {
      if (std::holds_alternative<value::table>(e.what.held)) return std::nullopt;
      return "is a section: write [" + e.key + "] and its keys below";
    }
    const auto near = nearest(e.key);
    if (near.empty()) return "is unknown";
    return "is unknown; did you mean " + std::string{near} + "?";
  }

  void anchor(std::filesystem::path& path) const {
    if (!path.empty()) path = (file_.parent_path() / path).lexically_normal();
  }

  /// Refuses one path for two files: each would overwrite the other.
  void check_paths_differ() {
    const auto all = schema();
    for (auto a = all.begin(); a != all.end(); ++a) {
      for (auto b = std::next(a); a->path && b != all.end(); ++b) {
        if (!b->path || (a->is_input && b->is_input)) continue;
        if (a->path(made_).empty() || a->path(made_) != b->path(made_)) continue;
        const auto a_is_later = line_of(a->key) > line_of(b->key);
        const auto& later = a_is_later ? *a : *b;
        const auto& earlier = a_is_later ? *b : *a;
        report(later.key, "must not be the same path as " + std::string{earlier.key});
      }
    }
  }

  void report_all(std::vector<oauth::config_error> errors) {
    for (auto& e : errors) report(e.key, std::move(e.sentence));
  }

  /// Reports one mistake per key: later ones only follow from the first.
  void report(std::string_view key, std::string sentence) {
    const auto known = std::any_of(mistakes_.begin(), mistakes_.end(),
                                   [&](const mistake& m) { return m.key == key; });
    if (known) return;
    mistakes_.push_back({file_.string(), line_of(key), std::string{key}, std::move(sentence)});
  }

  unsigned line_of(std::string_view key) const {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const entry& e) { return e.key == key; });
    return found == entries_.end() ? 0 : found->line;
  }

  std::vector<entry> entries_;
  const std::filesystem::path& file_;
  settings made_;
  std::vector<mistake> mistakes_;
};

tl::unexpected<std::vector<mistake>> one_mistake(const std::filesystem::path& file, unsigned line,
                                                 std::string sentence) {
  return tl::unexpected{std::vector<mistake>{{file.string(), line, {}, std::move(sentence)}}};
}

}  // namespace

std::string to_string(const mistake& m) {
  auto out = m.file;
  if (m.line != 0) out += ':' + std::to_string(m.line);
  out += ": ";
  if (!m.key.empty()) out += m.key + ": ";
  return out += m.sentence;
}

tl::expected<settings, std::vector<mistake>> load(const std::filesystem::path& file, extent e) {
  auto in = std::ifstream{file, std::ios::binary};
  auto text = std::string{};
  if (in) {
    text.resize(largest_file + 1);
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
  }
  // A folder can be opened; reading it fails.
  if (!in.is_open() || in.bad()) {
    return one_mistake(file, 0, "cannot be read: " + std::generic_category().message(errno));
  }
  if (text.size() > largest_file) return one_mistake(file, 0, "is larger than 1 MiB");
  return parse(text, file, e);
}

tl::expected<settings, std::vector<mistake>> parse(std::string_view toml,
                                                   const std::filesystem::path& file, extent e) {
  auto entries = read_document(toml);
  if (!entries) return one_mistake(file, entries.error().line, std::move(entries.error().sentence));
  return reader{std::move(*entries), file}.read(e);
}

std::string render(const settings& s) {
  auto out = std::string{};
  auto section = std::string_view{};
  for (const auto& one : schema()) {
    if (one.section() != section) {
      section = one.section();
      out += "\n[" + std::string{section} + "]\n";
    }
    out += std::string{one.name()} + " = " + one.write(s) + '\n';
  }
  return out;
}

}  // namespace mintage::config
