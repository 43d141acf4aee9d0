#include "tests/support/secret_book.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <mutex>
#include <set>
#include <unordered_set>

namespace mintage::test {

namespace {

/// Long enough that a match is not by chance.
constexpr auto window = std::size_t{12};
constexpr auto shortest = std::size_t{8};
constexpr auto most_secrets = std::size_t{200'000};
constexpr auto most_excerpts = std::size_t{10};

struct book {
  std::mutex guard;
  std::unordered_set<std::string> windows;
  std::set<std::string> short_ones;
  std::atomic<bool> is_full{false};
};
book& the_book() {
  static auto only = book{};
  return only;
}

bool is_base64(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '+' ||
         c == '/' || c == '-' || c == '_';
}

unsigned value_of(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<unsigned>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<unsigned>(c - 'a') + 26;
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0') + 52;
  return c == '+' || c == '-' ? 62 : 63;
}

std::string decode_base64(std::string_view text) {
  auto out = std::string{};
  auto bits = 0U;
  auto held = 0;
  for (const auto c : text) {
    bits = bits << 6 | value_of(c);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>(bits >> held & 0xff);
  }
  return out;
}

/// Replaces `mark` and the hexadecimal digits after it by their octet.
std::string unescaped(std::string_view text, std::string_view mark, std::size_t digits) {
  auto out = std::string{};
  for (auto at = std::size_t{0}; at < text.size();) {
    auto value = 0U;
    const auto* begin = text.data() + at + mark.size();
    if (text.substr(at).starts_with(mark) && at + mark.size() + digits <= text.size() &&
        std::from_chars(begin, begin + digits, value, 16).ptr == begin + digits && value < 256) {
      out += static_cast<char>(value);
      at += mark.size() + digits;
    } else {
      out += text[at++];
    }
  }
  return out;
}

std::string form_decoded(std::string_view text) {
  auto out = std::string{text};
  std::ranges::replace(out, '+', ' ');
  return unescaped(out, "%", 2);
}

/// Calls `found` with each piece of text between `before` and one of `ends`.
template <class Found>
void for_each_behind(std::string_view text, std::string_view before, std::string_view ends,
                     Found found) {
  for (auto at = text.find(before); at != text.npos; at = text.find(before, at)) {
    at += before.size();
    found(text.substr(at, text.find_first_of(ends, at) - at));
  }
}

void remember_basic(std::string_view credentials) {
  const auto pair = decode_base64(credentials.substr(0, credentials.find('=')));
  const auto colon = pair.find(':');
  if (colon == std::string::npos) return;
  remember_secret(std::string_view{pair}.substr(colon + 1));
  remember_secret(form_decoded(std::string_view{pair}.substr(colon + 1)));
}

void remember_members(std::string_view octets) {
  for (const auto* name : {"client_secret", "code", "access_token", "refresh_token", "id_token",
                           "secret", "code_verifier"}) {
    auto quoted = std::string{"\""}.append(name).append("\"");
    for (auto at = octets.find(quoted); at != octets.npos; at = octets.find(quoted, at)) {
      at += quoted.size();
      const auto begin = octets.find_first_not_of(": ", at);
      if (begin == octets.npos || octets[begin] != '"') continue;
      remember_secret(octets.substr(begin + 1, octets.find('"', begin + 1) - begin - 1));
    }
  }
}

void remember_parameters(std::string_view octets) {
  for (const auto* name : {"client_secret=", "code=", "refresh_token=", "code_verifier="}) {
    for_each_behind(octets, name, "& \r\n", [](std::string_view value) {
      remember_secret(value);
      remember_secret(form_decoded(value));
    });
  }
}

void remember_by_prefix(std::string_view octets) {
  constexpr auto of_text =
      std::string_view{"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"};
  for (const auto* prefix : {"mco_", "mrt_", "mat_", "mcs_", "mad_", "mit_", "mrg_"}) {
    for (auto at = octets.find(prefix); at != octets.npos; at = octets.find(prefix, at + 4)) {
      const auto end = std::min(octets.find_first_not_of(of_text, at), octets.size());
      if (end - at >= 30) remember_secret(octets.substr(at, end - at));
    }
  }
}

void look(const book& b, std::string_view text, std::vector<std::string>& found) {
  const auto add = [&](std::size_t at) {
    const auto from = at < 60 ? 0 : at - 60;
    if (found.size() < most_excerpts) found.emplace_back(text.substr(from, 160));
  };
  auto piece = std::string{};
  for (auto at = std::size_t{0}; at + window <= text.size(); ++at) {
    piece.assign(text, at, window);
    if (b.windows.contains(piece)) add(at);
  }
  for (const auto& secret : b.short_ones) {
    const auto at = text.find(secret);
    if (at != text.npos) add(at);
  }
}

}  // namespace

void remember_secret(std::string_view secret) {
  if (secret.size() < shortest) return;
  if (std::set<char>(secret.begin(), secret.end()).size() < 6) return;
  auto& b = the_book();
  const auto lock = std::scoped_lock{b.guard};
  if (secret.size() < window) {
    b.short_ones.emplace(secret);
    return;
  }
  // The prefix of our secrets, up to the first underscore, names their kind and is not secret.
  const auto first = secret[0] == 'm' && secret[3] == '_' ? std::size_t{4} : std::size_t{0};
  b.windows.emplace(secret.substr(std::min(first, secret.size() - window), window));
  b.windows.emplace(secret.substr(secret.size() - window));
  if (b.windows.size() > 2 * most_secrets) b.is_full = true;
}

void remember_secrets_in(std::string_view octets) {
  if (the_book().is_full) return;
  remember_members(octets);
  remember_parameters(octets);
  remember_by_prefix(octets);
  for_each_behind(octets, "Authorization: Bearer ", "\r\n", remember_secret);
  for_each_behind(octets, "Authorization: Basic ", "\r\n", remember_basic);
}

std::vector<std::string> secrets_found_in(std::string_view text) {
  auto& b = the_book();
  const auto lock = std::scoped_lock{b.guard};
  auto found = std::vector<std::string>{};
  look(b, text, found);
  if (text.find("\\u00") != text.npos) look(b, unescaped(text, "\\u", 4), found);
  if (text.find('%') != text.npos) look(b, form_decoded(text), found);
  for (auto begin = text.begin(); begin != text.end();) {
    begin = std::find_if(begin, text.end(), is_base64);
    const auto end = std::find_if_not(begin, text.end(), is_base64);
    const auto run = std::string_view{begin, end};
    for (auto skip = std::size_t{0}; skip < 4 && run.size() >= skip + shortest * 4 / 3; ++skip) {
      look(b, decode_base64(run.substr(skip)), found);
    }
    begin = end;
  }
  return found;
}

}  // namespace mintage::test
