#include "config/document.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace mintage::config {
namespace {

bool is_bare(std::string_view part) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !part.empty() && std::all_of(part.begin(), part.end(), fits);
}

void append_part(std::string& key, std::string_view part) {
  if (!key.empty()) key += '.';
  if (is_bare(part)) {
    key += part;
    return;
  }
  key += '"';
  for (const auto c : part) key += c < ' ' || c > '~' || c == '"' ? '?' : c;
  key += '"';
}

value convert(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return {value::table{}};
    case toml::node_type::array: {
      auto items = std::vector<value>{};
      for (const auto& item : *node.as_array()) items.push_back(convert(item));
      return {std::move(items)};
    }
    case toml::node_type::string:
      return {node.as_string()->get()};
    case toml::node_type::integer:
      return {node.as_integer()->get()};
    case toml::node_type::floating_point:
      return {node.as_floating_point()->get()};
    case toml::node_type::boolean:
      return {node.as_boolean()->get()};
    case toml::node_type::none:
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      break;
  }
  return {value::moment{}};
}

void collect(const toml::table& table, const std::string& prefix, std::vector<entry>& out) {
  for (const auto& [part, node] : table) {
    auto key = prefix;
    append_part(key, part.str());
    out.push_back({key, part.source().begin.line, convert(node)});
    if (const auto* inner = node.as_table(); inner != nullptr) collect(*inner, key, out);
  }
}

}  // namespace

tl::expected<std::vector<entry>, syntax_error> read_document(std::string_view toml) {
  try {
    auto entries = std::vector<entry>{};
    collect(toml::parse(toml), {}, entries);
    return entries;
  } catch (const toml::parse_error& e) {
    return tl::unexpected{
        syntax_error{e.source().begin.line, "is not TOML: " + std::string{e.description()}}};
  }
}

std::string toml_string(std::string_view text) {
  auto out = std::string{'"'};
  for (const auto c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (octet < 0x20 || octet == 0x7f) {
      auto escape = std::array<char, 8>{};
      std::snprintf(escape.data(), escape.size(), "\\u%04X", unsigned{octet});
      out += escape.data();
    } else {
      out += c;
    }
  }
  return out += '"';
}

}  // namespace mintage::config
