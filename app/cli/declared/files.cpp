#include "app/cli/declared/files.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "app/cli/admin_client.hpp"
#include "app/cli/declared/members.hpp"
#include "config/table_list.hpp"
#include "crypto/random.hpp"
#include "crypto/secret.hpp"
#include "net/admin/json.hpp"
#include "oauth/client/auth_method.hpp"

namespace mintage::app {
namespace {

namespace json = boost::json;

constexpr auto widest = std::size_t{100};

std::string_view view(const json::value& text) {
  return text.as_string();
}

/// A value of JSON as one of TOML, on one line. TOML has no null.
/// @returns nothing for a value that has one.
std::optional<std::string> toml_of(const json::value& v) {
  switch (v.kind()) {
    case json::kind::string:
      return config::toml_string(view(v));
    case json::kind::bool_:
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      return json::serialize(v);
    case json::kind::array: {
      auto out = std::string{'['};
      for (const auto& each : v.get_array()) {
        const auto one = toml_of(each);
        if (!one) return std::nullopt;
        out.append(out.size() > 1 ? ", " : "").append(*one);
      }
      return out += ']';
    }
    case json::kind::object: {
      auto out = std::string{'{'};
      for (const auto& each : v.get_object()) {
        const auto one = toml_of(each.value());
        if (!one) return std::nullopt;
        out.append(out.size() > 1 ? ", " : " ").append(config::toml_key(each.key()));
        out.append(" = ").append(*one);
      }
      return out += out.size() > 1 ? " }" : "}";
    }
    case json::kind::null:
      break;
  }
  return std::nullopt;
}

/// `NAME = VALUE`; a long array has a line for each element.
void append(std::string& out, std::string_view name, const json::value& v) {
  const auto start = std::string{name} + " = ";
  const auto flat = toml_of(v);
  if (!flat) {
    out += "# " + std::string{name} +
           " has a null, which TOML does not know: " + json::serialize(v) + '\n';
  } else if (!v.is_array() || start.size() + flat->size() <= widest) {
    out += start + *flat + '\n';
  } else {
    out += start + "[\n";
    for (const auto& each : v.get_array()) out += "  " + *toml_of(each) + ",\n";
    out += "]\n";
  }
}

/// What the server would show of a client that is made of `said`; nothing if it would refuse it.
std::optional<json::object> made_of(const json::object& said) {
  auto reader = net::admin_json{};
  auto m = reader.read_client(json::serialize(said));
  if (!m) return std::nullopt;
  const auto method = find_named(oauth::auth_methods, m->token_endpoint_auth_method.value_or(""));
  if (method && proof_of(*method) == oauth::client_proof::secret)
    m->client_secret = crypto::secret_string{std::string(64, 'x')};
  auto random = crypto::buffered_random{};
  const auto made = oauth::make_client(*m, {}, random);
  if (!made) return std::nullopt;
  return json::parse(net::render(oauth::admin_answer{*made})).as_object();
}

bool has_secret(const json::object& client) {
  const auto method =
      find_named(oauth::auth_methods, view(client.at("token_endpoint_auth_method")));
  return method && proof_of(*method) == oauth::client_proof::secret;
}

/// All that a file can say of the client.
json::object everything(const json::object& client) {
  auto out = json::object{};
  for (const auto& m : client_members()) {
    if (const auto* value = client.if_contains(m.name)) out[m.name] = *value;
  }
  if (const auto* host = client.if_contains("sector"))
    out["sector_identifier_uri"] = "https://" + std::string{view(*host)} + '/';
  // An active client stays as it is where a file does not say so.
  if (view(client.at("status")) == "active") out.erase("status");
  return out;
}

/// Whether a client could not be made without it, or is another one: its default is not looked for.
bool is_of_the_kind(const declared_member& m) {
  return m.use != member_use::usual || m.name == "redirect_uris" || m.name == "grant_types" ||
         m.name == "jwks" || m.name == "jwks_uri" || m.name == "subject_type";
}

/// `all` without what a client of its kind has by default.
/// @returns nothing if the result would be another client.
std::optional<json::object> without_defaults(const json::object& all, const json::object& whole) {
  auto kind = json::object{};
  for (const auto& m : client_members()) {
    if (is_of_the_kind(m) && all.contains(m.name)) kind[m.name] = all.at(m.name);
  }
  const auto usual = made_of(kind);
  if (!usual) return std::nullopt;
  auto out = all;
  for (const auto& m : client_members()) {
    if (is_of_the_kind(m) || !out.contains(m.name)) continue;
    const auto* by_default = usual->if_contains(m.name);
    if (out.at(m.name) == (by_default != nullptr ? *by_default : nothing_of(m))) out.erase(m.name);
  }
  const auto made = made_of(out);
  return made && *made == whole ? std::optional{out} : std::nullopt;
}

/// `all` without the members that have their defaults.
json::object needed_of(const json::object& all) {
  const auto whole = made_of(all);
  if (!whole) return all;
  auto out = without_defaults(all, *whole).value_or(all);
  for (const auto& m : client_members()) {
    const auto stays = m.use == member_use::identity || m.use == member_use::fixed;
    if (stays || !out.contains(m.name)) continue;
    auto without = out;
    without.erase(m.name);
    const auto made = made_of(without);
    if (made && *made == *whole) out = std::move(without);
  }
  return out;
}

}  // namespace

std::string client_table(const json::object& client) {
  const auto needed = needed_of(everything(client));
  auto out = std::string{"[[client]]\n"};
  for (const auto& m : client_members()) {
    if (const auto* value = needed.if_contains(m.name)) append(out, m.name, *value);
    if (m.use == member_use::identity && has_secret(client))
      out += "# To make it on another server, name its secret: client_secret_file = \"...\"\n";
  }
  return out;
}

std::string resource_table(const json::object& resource) {
  auto out = std::string{"[[resource]]\n"};
  for (const auto& m : resource_members()) {
    const auto* value = resource.if_contains(m.name);
    if (value != nullptr && *value != nothing_of(m)) append(out, m.name, *value);
  }
  return out;
}

std::string file_name(const std::string& id) {
  constexpr auto longest = std::size_t{200};
  auto out = path_segment(id);
  if (out.starts_with('.')) out.replace(0, 1, "%2E");
  if (out.size() > longest) {
    out.resize(longest);
    out += '-' + std::to_string(std::hash<std::string>{}(id));
  }
  return out + ".toml";
}

}  // namespace mintage::app
