#include "app/cli/json_schema.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <sstream>
#include <string_view>
#include <utility>

#include "app/cli/declared/members.hpp"
#include "app/cli/example_config.hpp"
#include "config/schema.hpp"
#include "config/table_list.hpp"

namespace mintage::app {
namespace {

namespace json = boost::json;

constexpr auto dialect = "http://json-schema.org/draft-07/schema#";

template <class Words>
json::array array_of(const Words& words) {
  auto out = json::array{};
  for (const auto word : words) out.emplace_back(json::string_view{word.data(), word.size()});
  return out;
}

/// Text as indented JSON with a line for each member, so that differences can be read.
void write(std::string& out, const json::value& v, std::size_t depth) {
  const auto indent = [&](std::size_t by) { out += '\n' + std::string(by * 2, ' '); };
  if (const auto* object = v.if_object(); object != nullptr && !object->empty()) {
    out += '{';
    auto is_first = true;
    for (const auto& each : *object) {
      if (!std::exchange(is_first, false)) out += ',';
      indent(depth + 1);
      out += json::serialize(json::value(each.key())) + ": ";
      write(out, each.value(), depth + 1);
    }
    indent(depth);
    out += '}';
  } else {
    out += json::serialize(v);
  }
}

std::string written(const json::object& schema) {
  auto out = std::string{};
  write(out, schema, 0);
  return out + '\n';
}

json::object object_schema(json::object begun = {}) {
  begun["type"] = "object";
  begun["additionalProperties"] = false;
  begun["properties"] = json::object{};
  return begun;
}

/// The schema of a whole file.
json::object root_schema(const char* title) {
  return object_schema({{"$schema", dialect}, {"title", title}});
}

json::object texts_of(json::object items) {
  return {{"type", "array"}, {"items", std::move(items)}};
}

/// A text with a unit, or a number without.
json::object text_or(const char* number, const char* pattern) {
  return {{"anyOf", json::array{json::object{{"type", "string"}, {"pattern", pattern}},
                                json::object{{"type", number}, {"minimum", 0}}}}};
}

json::object schema_of(const config::value_shape& shape) {
  switch (shape.kind) {
    case config::value_kind::text:
    case config::value_kind::path:
      return {{"type", "string"}};
    case config::value_kind::truth:
      return {{"type", "boolean"}};
    case config::value_kind::count:
      return {{"type", "integer"}, {"minimum", 0}};
    case config::value_kind::duration:
      return text_or("number", "^[0-9]+(ms|s|m|h|d)$");
    case config::value_kind::size:
      return text_or("integer", "^[0-9]+(KiB|MiB)$");
    case config::value_kind::word:
      return {{"enum", array_of(shape.words)}};
    case config::value_kind::texts:
      return texts_of({{"type", "string"}});
    case config::value_kind::algorithms:
      return texts_of(
          {{"enum",
            array_of(find_member(client_members(), "id_token_signed_response_alg")->words())}});
  }
  return {};
}

/// The schema of a section, made with those that it is in.
json::object& section_of(json::object& root, std::string_view section) {
  auto* at = &root;
  while (!section.empty()) {
    const auto dot = section.find('.');
    const auto name = section.substr(0, dot);
    auto& inside = at->at("properties").as_object();
    if (!inside.contains(name)) inside[name] = object_schema();
    at = &inside.at(name).as_object();
    section = dot == std::string_view::npos ? std::string_view{} : section.substr(dot + 1);
  }
  return *at;
}

/// The comment above each key in the example, on one line. Keys that follow each other without a
/// line between them share it.
std::map<std::string, std::string> explanations() {
  auto out = std::map<std::string, std::string>{};
  auto in = std::istringstream{std::string{example_config}};
  auto section = std::string{};
  auto said = std::string{};
  auto is_comment_over = false;
  for (auto line = std::string{}; std::getline(in, line);) {
    if (line.empty() || line.starts_with("# ---")) {
      said.clear();
    } else if (line.starts_with('#')) {
      if (std::exchange(is_comment_over, false)) said.clear();
      if (!said.empty()) said += ' ';
      said += line.substr(std::min(line.size(), std::size_t{2}));
    } else if (line.starts_with('[')) {
      section = line.substr(1, line.find(']') - 1) + '.';
    } else if (const auto end = line.find(" = "); end != std::string::npos) {
      out[section + line.substr(0, end)] = said;
      is_comment_over = true;
    }
  }
  return out;
}

json::object schema_of(const declared_member& m) {
  const auto values = [&](const char* type) {
    return m.words != nullptr ? json::object{{"enum", array_of(m.words())}}
                              : json::object{{"type", type}};
  };
  const auto base = [&]() -> json::object {
    switch (m.kind) {
      case member_kind::text:
        return values("string");
      case member_kind::texts:
        return texts_of(values("string"));
      case member_kind::number:
        return {{"type", "integer"}, {"minimum", m.nothing.empty() ? 0 : -1}};
      case member_kind::truth:
        return {{"type", "boolean"}};
      case member_kind::object:
        return {{"type", "object"}};
    }
    return {};
  };
  auto out = base();
  out["description"] = m.what;
  return out;
}

json::object list_of(std::span<const declared_member> members, const char* what) {
  auto table = object_schema();
  auto required = json::array{};
  for (const auto& m : members) {
    table.at("properties").as_object()[m.name] = schema_of(m);
    if (m.use == member_use::identity)
      required.emplace_back(json::string_view{m.name.data(), m.name.size()});
  }
  table["required"] = std::move(required);
  auto out = texts_of(std::move(table));
  out["description"] = what;
  return out;
}

}  // namespace

std::string config_schema() {
  auto root = root_schema("Config file of Mintage");
  const auto defaults = config::settings{};
  auto explained = explanations();
  for (const auto& s : config::schema()) {
    auto one = schema_of(s.shape);
    one["default"] = json::parse(config::json_of_toml(s.write(defaults)));
    if (const auto& said = explained[std::string{s.key}]; !said.empty()) one["description"] = said;
    section_of(root, s.section()).at("properties").as_object()[s.name()] = std::move(one);
  }
  return written(root);
}

std::string clients_schema() {
  auto root = root_schema("Clients and resources of Mintage, for mintage apply");
  auto& lists = root.at("properties").as_object();
  lists["client"] = list_of(client_members(), "An application that gets tokens.");
  lists["resource"] = list_of(resource_members(), "An API that tokens are for.");
  return written(root);
}

}  // namespace mintage::app
