/// @file
/// Tables that declare the kinds of a feature: one row per enumerator, in their order.
///
/// A row has at least `id`, its enumerator, and `name`, its text in requests and documents. A new
/// enumerator needs a row; everything else iterates over the table.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mintage::oauth {

/// Whether `Value` is an enumerator that has a name. The compiler spells other values as a cast.
template <auto Value>
[[nodiscard]] consteval bool is_enumerator() {
  constexpr auto before = std::string_view{"Value = "};
  const auto text = std::string_view{__PRETTY_FUNCTION__};
  return text[text.rfind(before) + before.size()] != '(';
}

/// How many enumerators `Enum` has. @pre they count up from 0.
template <class Enum, std::size_t From = 0>
[[nodiscard]] consteval std::size_t count_of() {
  if constexpr (is_enumerator<static_cast<Enum>(From)>()) {
    return count_of<Enum, From + 1>();
  } else {
    return From;
  }
}

/// Whether row `i` is that of enumerator `i`, and no row is missing. Asserted after each table.
template <class Row, std::size_t Size>
[[nodiscard]] consteval bool is_in_order(const std::array<Row, Size>& table) {
  if (count_of<decltype(Row::id)>() != Size) return false;
  for (auto i = std::size_t{0}; i < Size; ++i) {
    if (static_cast<std::size_t>(table[i].id) != i) return false;
  }
  return true;
}

/// All enumerators, in order. @pre they count up from 0.
template <class Enum>
[[nodiscard]] consteval auto all_of_enum() {
  auto all = std::array<Enum, count_of<Enum>()>{};
  for (auto i = std::size_t{0}; i < all.size(); ++i) all[i] = static_cast<Enum>(i);
  return all;
}

/// @pre the table is in order.
template <class Row, std::size_t Size>
[[nodiscard]] constexpr const Row& row_of(const std::array<Row, Size>& table,
                                          decltype(Row::id) id) noexcept {
  return table[static_cast<std::size_t>(id)];
}

/// @returns nothing when no row has this name. Compares exact octets.
template <class Row, std::size_t Size>
[[nodiscard]] constexpr auto find_named(const std::array<Row, Size>& table,
                                        std::string_view name) noexcept
    -> std::optional<decltype(Row::id)> {
  for (const auto& row : table) {
    if (row.name == name) return row.id;
  }
  return std::nullopt;
}

/// The enumerator whose row has this `record_number`.
/// @returns nothing for an unknown number.
template <class Row, std::size_t Size>
[[nodiscard]] constexpr auto find_numbered(const std::array<Row, Size>& table,
                                           std::uint32_t number) noexcept
    -> std::optional<decltype(Row::id)> {
  for (const auto& row : table) {
    if (row.record_number == number) return row.id;
  }
  return std::nullopt;
}

/// The names of all rows, in order.
template <class Row, std::size_t Size>
[[nodiscard]] constexpr std::array<std::string_view, Size> names_of(
    const std::array<Row, Size>& table) noexcept {
  auto names = std::array<std::string_view, Size>{};
  std::ranges::transform(table, names.begin(), &Row::name);
  return names;
}

/// "a, b or c", for messages that list the accepted texts.
[[nodiscard]] inline std::string one_of(std::span<const std::string_view> names) {
  auto out = std::string{};
  for (auto i = std::size_t{0}; i < names.size(); ++i) {
    if (i != 0) out += i + 1 == names.size() ? " or " : ", ";
    out += names[i];
  }
  return out;
}

}  // namespace mintage::oauth
