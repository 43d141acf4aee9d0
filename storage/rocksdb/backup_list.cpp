#include "storage/rocksdb/backup_list.hpp"

#include <charconv>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "storage/rocksdb/crc32c.hpp"

namespace mintage::storage {
namespace {

// On the disk: DO NOT CHANGE.
constexpr auto first_line = std::string_view{"mintage backup 1\n"};
constexpr auto made_word = std::string_view{"made "};
constexpr auto file_word = std::string_view{"file "};
constexpr auto checksum_word = std::string_view{"checksum "};

/// Removes a prefix. @returns whether it was there.
bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// Removes a decimal number and the character after it.
template <class Number>
bool take(std::string_view& text, Number& n, char after) {
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (bad != std::errc{} || end == text.data() + text.size() || *end != after) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return true;
}

bool is_file_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == name.npos;
}

}  // namespace

std::uint64_t backup_list::octets() const {
  auto sum = std::uint64_t{0};
  for (const auto& [name, size] : files) sum += size;
  return sum;
}

std::filesystem::path database_of(const std::filesystem::path& backup) {
  return backup / "db";
}
std::filesystem::path list_of(const std::filesystem::path& backup) {
  return backup / "BACKUP";
}

backup_list list_files(const std::filesystem::path& database, instant made) {
  auto list = backup_list{.made = made, .files = {}};
  for (const auto& entry : std::filesystem::directory_iterator{database})
    list.files.emplace(entry.path().filename().string(), entry.file_size());
  return list;
}

std::string render(const backup_list& list) {
  auto text = std::string{first_line};
  text.append(made_word).append(std::to_string(list.made.time_since_epoch().count())) += '\n';
  for (const auto& [name, size] : list.files)
    text.append(file_word).append(std::to_string(size)).append(" ").append(name) += '\n';
  const auto sum = std::to_string(crc32c(text));
  return text.append(checksum_word).append(sum) += '\n';
}

std::optional<backup_list> parse_backup_list(std::string_view text) {
  const auto last = text.rfind(checksum_word);
  if (last == text.npos) return std::nullopt;
  auto sum = std::uint32_t{0};
  auto end = text.substr(last + checksum_word.size());
  if (!take(end, sum, '\n') || !end.empty() || sum != crc32c(text.substr(0, last)))
    return std::nullopt;
  text = text.substr(0, last);
  auto list = backup_list{};
  auto made = std::int64_t{0};
  if (!take(text, first_line) || !take(text, made_word) || !take(text, made, '\n'))
    return std::nullopt;
  list.made = instant{oauth::milliseconds{made}};
  while (!text.empty()) {
    auto size = std::uint64_t{0};
    if (!take(text, file_word) || !take(text, size, ' ')) return std::nullopt;
    const auto line = text.find('\n');
    if (line == text.npos || !is_file_name(text.substr(0, line))) return std::nullopt;
    list.files.emplace(text.substr(0, line), size);
    text.remove_prefix(line + 1);
  }
  return list;
}

std::optional<backup_list> read_backup_list(const std::filesystem::path& backup) {
  auto file = std::ifstream{list_of(backup), std::ios::binary};
  const auto text =
      std::string{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
  return parse_backup_list(text);
}

}  // namespace mintage::storage
