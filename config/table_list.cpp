#include "config/table_list.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <sstream>
#include <utility>

namespace mintage::config {
namespace {

void append_json(const toml::node& node, std::string& out);

void append_text(std::string_view text, std::string& out) {
  out += '"';
  for (const auto c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (octet < 0x20) {
      auto escape = std::array<char, 8>{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", unsigned{octet});
      out += escape.data();
    } else {
      out += c;
    }
  }
  out += '"';
}

/// @pre finite, or it becomes null.
void append_number(double number, std::string& out) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  auto text = std::array<char, 32>{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  out.append(text.data(), error == std::errc{} ? end : text.data());
}

void append_table(const toml::table& table, std::string& out) {
  out += '{';
  auto is_first = true;
  for (const auto& [key, node] : table) {
    if (!std::exchange(is_first, false)) out += ',';
    append_text(key.str(), out);
    out += ':';
    append_json(node, out);
  }
  out += '}';
}

void append_array(const toml::array& array, std::string& out) {
  out += '[';
  auto is_first = true;
  for (const auto& node : array) {
    if (!std::exchange(is_first, false)) out += ',';
    append_json(node, out);
  }
  out += ']';
}

template <class Moment>
void append_moment(const Moment& moment, std::string& out) {
  auto text = std::ostringstream{};
  text << moment;
  append_text(text.str(), out);
}

void append_json(const toml::node& node, std::string& out) {
  switch (node.type()) {
    case toml::node_type::table:
      return append_table(*node.as_table(), out);
    case toml::node_type::array:
      return append_array(*node.as_array(), out);
    case toml::node_type::string:
      return append_text(node.as_string()->get(), out);
    case toml::node_type::integer:
      out += std::to_string(node.as_integer()->get());
      return;
    case toml::node_type::floating_point:
      return append_number(node.as_floating_point()->get(), out);
    case toml::node_type::boolean:
      out += node.as_boolean()->get() ? "true" : "false";
      return;
    case toml::node_type::date:
      return append_moment(node.as_date()->get(), out);
    case toml::node_type::time:
      return append_moment(node.as_time()->get(), out);
    case toml::node_type::date_time:
      return append_moment(node.as_date_time()->get(), out);
    case toml::node_type::none:
      break;
  }
  out += "null";
}

listed_table read_table(std::string_view list, const toml::table& table) {
  auto out = listed_table{std::string{list}, table.source().begin.line, {}};
  for (const auto& [key, node] : table) {
    auto json = std::string{};
    append_json(node, json);
    out.members.push_back({std::string{key.str()}, key.source().begin.line, std::move(json)});
  }
  std::ranges::stable_sort(out.members, {}, &table_member::line);
  return out;
}

/// @returns what is wrong with a member of the top level.
syntax_error refuse(std::string_view name, unsigned line) {
  return {line, toml_key(name) + ": must be a list of tables: write [[" + toml_key(name) +
                    "]] and its members below"};
}

}  // namespace

tl::expected<std::vector<listed_table>, syntax_error> read_tables(std::string_view toml) {
  try {
    auto out = std::vector<listed_table>{};
    const auto root = toml::parse(toml);
    for (const auto& [key, node] : root) {
      const auto* const all = node.as_array();
      if (all == nullptr) return tl::unexpected{refuse(key.str(), key.source().begin.line)};
      for (const auto& each : *all) {
        const auto* const table = each.as_table();
        if (table == nullptr) return tl::unexpected{refuse(key.str(), key.source().begin.line)};
        out.push_back(read_table(key.str(), *table));
      }
    }
    std::ranges::stable_sort(out, {}, &listed_table::line);
    return out;
  } catch (const toml::parse_error& e) {
    return tl::unexpected{
        syntax_error{e.source().begin.line, "is not TOML: " + std::string{e.description()}}};
  }
}

std::string json_of_toml(std::string_view value) {
  auto out = std::string{};
  append_json(*toml::parse("x = " + std::string{value}).get("x"), out);
  return out;
}

std::string json_string(std::string_view text) {
  auto out = std::string{};
  append_text(text, out);
  return out;
}

std::string toml_key(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !name.empty() && std::ranges::all_of(name, fits) ? std::string{name} : toml_string(name);
}

}  // namespace mintage::config
