#include "net/fetch/response_head.hpp"

#include <algorithm>
#include <charconv>

namespace mintage::net {
namespace {

constexpr auto longest_etag = std::size_t{256};
/// Longer is as good as forever; a number that is too large to read counts as this.
constexpr auto longest_age = oauth::seconds{365 * 86400};

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equals(std::string_view text, std::string_view lower_case) noexcept {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return lower(a) == b; });
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr auto blanks = std::string_view{" \t\r\n"};
  const auto first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Takes what stands before the separator off the front.
std::string_view cut(std::string_view& rest, char separator) noexcept {
  const auto at = std::min(rest.find(separator), rest.size());
  const auto piece = trimmed(rest.substr(0, at));
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return piece;
}

/// delta-seconds, which some senders put in quotes.
std::optional<oauth::seconds> read_age(std::string_view text) noexcept {
  if (text.size() > 1 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  if (text.empty() || text.find_first_not_of("0123456789") != text.npos) return std::nullopt;
  auto count = oauth::seconds::rep{0};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  if (read.ec != std::errc{}) return longest_age;
  return std::min(oauth::seconds{count}, longest_age);
}

/// An entity tag, weak or strong, that can be sent back. @see RFC 9110 §8.8.3
bool is_entity_tag(std::string_view text) noexcept {
  if (text.size() > longest_etag) return false;
  if (text.starts_with("W/")) text.remove_prefix(2);
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  const auto inner = text.substr(1, text.size() - 2);
  return std::all_of(inner.begin(), inner.end(),
                     [](char c) { return c > ' ' && c < '\x7f' && c != '"'; });
}

}  // namespace

std::optional<oauth::seconds> max_age_of(std::string_view cache_control) {
  auto least = std::optional<oauth::seconds>{};
  const auto note = [&](oauth::seconds age) { least = std::min(least.value_or(age), age); };
  while (!cache_control.empty()) {
    auto directive = cut(cache_control, ',');
    const auto name = cut(directive, '=');
    if (equals(name, "no-store") || equals(name, "no-cache")) note(oauth::seconds{0});
    if (equals(name, "max-age"))
      if (const auto age = read_age(trimmed(directive))) note(*age);
  }
  return least;
}

bool is_json_type(std::string_view content_type) {
  const auto media_type = cut(content_type, ';');
  constexpr auto suffix = std::string_view{"+json"};
  if (equals(media_type, "application/json")) return true;
  return media_type.size() > suffix.size() && media_type.find('/') != media_type.npos &&
         equals(media_type.substr(media_type.size() - suffix.size()), suffix);
}

bool response_head::take(std::string_view line) {
  octets_ += line.size();
  if (octets_ > most_octets) return false;
  if (line.starts_with("HTTP/")) {
    is_json_ = false;
    etag_.clear();
    max_age_.reset();
  } else if (const auto colon = line.find(':'); colon != line.npos) {
    take_field(line.substr(0, colon), trimmed(line.substr(colon + 1)));
  }
  return true;
}

void response_head::take_field(std::string_view name, std::string_view value) {
  if (equals(name, "content-type")) is_json_ = is_json_type(value);
  if (equals(name, "etag")) etag_ = is_entity_tag(value) ? value : std::string_view{};
  if (equals(name, "cache-control"))
    if (const auto age = max_age_of(value)) max_age_ = std::min(max_age_.value_or(*age), *age);
}

}  // namespace mintage::net
