#include "config/codec.hpp"

#include "config/units.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

namespace mintage::config {
namespace {

template <class Unsigned>
objection read_count(const value& v, Unsigned& to) {
  const auto* number = std::get_if<std::int64_t>(&v.held);
  if (number == nullptr || *number < 0) return "must be a whole number, 0 or more";
  if (static_cast<std::uint64_t>(*number) > std::numeric_limits<Unsigned>::max()) {
    return "must be at most " + std::to_string(std::numeric_limits<Unsigned>::max());
  }
  to = static_cast<Unsigned>(*number);
  return std::nullopt;
}

/// Milliseconds, not rounded yet; `nan` when `v` is not a duration.
double milliseconds_of(const value& v) {
  if (const auto* text = std::get_if<std::string>(&v.held); text != nullptr) {
    const auto parsed = parse_duration(*text);
    return parsed ? static_cast<double>(parsed->count()) : std::nan("");
  }
  if (const auto* whole = std::get_if<std::int64_t>(&v.held); whole != nullptr) {
    return static_cast<double>(*whole) * 1000.0;
  }
  if (const auto* number = std::get_if<double>(&v.held); number != nullptr) {
    return *number * 1000.0;
  }
  return std::nan("");
}

template <class Duration>
objection read_duration(const value& v, Duration& to, std::string_view unit_name) {
  const auto exact = milliseconds_of(v);
  if (!(exact >= 0 && exact <= static_cast<double>(longest_duration.count()))) {
    return R"(must be a duration: a string such as "250ms", "60s", "10m", "12h" or "30d", )"
           R"(or a number of seconds, at most 36500d)";
  }
  // A decimal fraction such as 0.057 is not exact in binary.
  const auto rounded = std::round(exact);
  const auto whole = std::chrono::milliseconds{static_cast<std::int64_t>(rounded)};
  const auto taken = std::chrono::duration_cast<Duration>(whole);
  if (std::abs(exact - rounded) > 1e-3 || taken != whole) {
    return "must be a whole number of " + std::string{unit_name};
  }
  to = taken;
  return std::nullopt;
}

/// @param take adds one string to the result, or refuses it.
template <class Take>
objection read_strings(const value& v, std::string_view what, Take take) {
  const auto* items = std::get_if<std::vector<value>>(&v.held);
  if (items == nullptr) return "must be an array of " + std::string{what};
  for (auto i = std::size_t{0}; i < items->size(); ++i) {
    const auto* text = std::get_if<std::string>(&(*items)[i].held);
    if (text == nullptr || !take(*text)) {
      return "must be an array of " + std::string{what} + "; element " + std::to_string(i + 1) +
             " is something else";
    }
  }
  return std::nullopt;
}

template <class Range, class Text>
std::string write_strings(const Range& items, Text text) {
  auto out = std::string{'['};
  for (const auto& item : items) {
    if (out.size() > 1) out += ", ";
    out += toml_string(text(item));
  }
  return out += ']';
}

}  // namespace

objection plain::read(const value& v, std::string& to) {
  const auto* text = std::get_if<std::string>(&v.held);
  if (text == nullptr) return "must be a string";
  to = *text;
  return std::nullopt;
}

objection plain::read(const value& v, std::filesystem::path& to) {
  const auto* text = std::get_if<std::string>(&v.held);
  // An empty path would become the folder of the config file.
  if (text == nullptr || text->empty() || text->find('\0') != std::string::npos) {
    return "must be a string with a path";
  }
  to = *text;
  return std::nullopt;
}

objection plain::read(const value& v, bool& to) {
  const auto* truth = std::get_if<bool>(&v.held);
  if (truth == nullptr) return "must be true or false";
  to = *truth;
  return std::nullopt;
}
objection plain::read(const value& v, std::size_t& to) {
  return read_count(v, to);
}
objection plain::read(const value& v, unsigned& to) {
  return read_count(v, to);
}

objection plain::read(const value& v, std::chrono::seconds& to) {
  return read_duration(v, to, "seconds");
}
objection plain::read(const value& v, std::chrono::milliseconds& to) {
  return read_duration(v, to, "milliseconds");
}

objection plain::read(const value& v, std::vector<std::string>& to) {
  auto items = std::vector<std::string>{};
  auto wrong = read_strings(v, "strings", [&](const std::string& text) {
    items.push_back(text);
    return true;
  });
  if (!wrong) to = std::move(items);
  return wrong;
}

objection plain::read(const value& v, std::vector<crypto::jws_alg>& to) {
  auto items = std::vector<crypto::jws_alg>{};
  auto wrong = read_strings(v, "algorithms (RS256, ES256, PS256, ES384, EdDSA)",
                            [&](const std::string& text) {
                              const auto alg = crypto::parse_signing_alg(text);
                              if (alg) items.push_back(*alg);
                              return alg.has_value();
                            });
  if (!wrong) to = std::move(items);
  return wrong;
}

std::string plain::write(const std::string& from) {
  return toml_string(from);
}
std::string plain::write(const std::filesystem::path& from) {
  return toml_string(from.string());
}

objection optional_path::read(const value& v, std::filesystem::path& to) {
  const auto* text = std::get_if<std::string>(&v.held);
  if (text == nullptr || !text->empty()) return plain::read(v, to);
  to.clear();
  return std::nullopt;
}
std::string optional_path::write(const std::filesystem::path& from) {
  return plain::write(from);
}
std::string plain::write(bool from) {
  return from ? "true" : "false";
}
std::string plain::write(std::size_t from) {
  return std::to_string(from);
}
std::string plain::write(unsigned from) {
  return std::to_string(from);
}
std::string plain::write(std::chrono::milliseconds from) {
  return toml_string(duration_text(from));
}
std::string plain::write(const std::vector<std::string>& from) {
  return write_strings(from, [](const std::string& s) { return std::string_view{s}; });
}
std::string plain::write(const std::vector<crypto::jws_alg>& from) {
  return write_strings(from, [](crypto::jws_alg a) { return crypto::to_string(a); });
}

objection octets::read(const value& v, std::size_t& to) {
  if (const auto* text = std::get_if<std::string>(&v.held); text != nullptr) {
    if (const auto parsed = parse_size(*text); parsed) {
      to = *parsed;
      return std::nullopt;
    }
  } else if (std::holds_alternative<std::int64_t>(v.held) && !read_count(v, to)) {
    return std::nullopt;
  }
  return R"(must be a size: a whole number of octets, or a string such as "64KiB" or "1MiB")";
}
std::string octets::write(std::size_t from) {
  const auto text = size_text(from);
  return text.back() == 'B' ? toml_string(text) : text;
}

}  // namespace mintage::config
