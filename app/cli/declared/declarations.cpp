#include "app/cli/declared/declarations.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "app/cli/client_metadata_options.hpp"
#include "app/cli/command_error.hpp"
#include "app/cli/declared/members.hpp"
#include "config/table_list.hpp"
#include "net/admin/json.hpp"
#include "oauth/admin/resources.hpp"
#include "oauth/client/auth_method.hpp"

namespace mintage::app {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using config::listed_table;
using config::table_member;

constexpr auto largest_file = std::size_t{16} * 1024 * 1024;

/// Long enough for every method; stands for the secret, which is read only when it is sent.
constexpr auto some_secret =
    std::string_view{"0123456789012345678901234567890123456789012345678901234567890123"};

bool is_hidden(const fs::path& path) {
  return path.filename().string().starts_with('.');
}

/// The files in the order of their paths.
std::vector<fs::path> files_of(const fs::path& from) {
  if (!fs::is_directory(from)) return {from};
  auto out = std::vector<fs::path>{};
  for (auto at = fs::recursive_directory_iterator{from}; at != fs::end(at); ++at) {
    if (is_hidden(at->path())) {
      if (at->is_directory()) at.disable_recursion_pending();
    } else if (at->path().extension() == ".toml" && at->is_regular_file()) {
      out.push_back(at->path());
    }
  }
  std::ranges::sort(out);
  return out;
}

std::string object_of(std::string_view name, std::string_view value) {
  return '{' + config::json_string(name) + ':' + std::string{value} + '}';
}

/// The first word of a sentence about a member: its name, without the index of an element.
std::string_view subject_of(std::string_view sentence) {
  return sentence.substr(0, sentence.find_first_of(" ["));
}

/// A table of a file, and where it stands.
struct place {
  const fs::path& file;
  const listed_table& table;

  [[nodiscard]] const table_member* find(std::string_view name) const {
    const auto found = std::ranges::find(table.members, name, &table_member::name);
    return found == table.members.end() ? nullptr : &*found;
  }
};

class reader {
 public:
  tl::expected<declarations, std::vector<config::mistake>> read(const fs::path& from) {
    auto files = std::vector<fs::path>{};
    try {
      files = files_of(from);
    } catch (const fs::filesystem_error& e) {
      report(from, 0, {}, "cannot be read: " + e.code().message());
    }
    if (files.empty() && mistakes_.empty()) report(from, 0, {}, "has no files *.toml");
    for (const auto& file : files) read_file(file);
    if (mistakes_.empty()) check_resources();
    if (mistakes_.empty()) return std::move(made_);
    return tl::unexpected{std::move(mistakes_)};
  }

 private:
  void report(const fs::path& file, unsigned line, std::string_view key, std::string sentence) {
    mistakes_.push_back({file.string(), line, std::string{key}, std::move(sentence)});
  }

  /// Reports what the rules of the server say of a table. Their sentences begin with the member.
  void report(const place& p, std::string_view sentence) {
    const auto name = subject_of(sentence);
    const auto* at = p.find(name);
    for (const auto other : {secret_file_member, secret_variable_member, secret_hash_member}) {
      if (at == nullptr && name == "client_secret") at = p.find(other);
    }
    if (at == nullptr) return report(p.file, p.table.line, {}, std::string{sentence});
    const auto rest = sentence.substr(name.size());
    report(p.file, at->line, at->name,
           std::string{rest.starts_with(' ') ? rest.substr(1)
                       : rest.empty()        ? rest
                                             : sentence});
  }

  void read_file(const fs::path& file) {
    auto in = std::ifstream{file, std::ios::binary};
    auto text = std::string{};
    if (in) text.assign(std::istreambuf_iterator<char>{in}, {});
    if (!in.is_open() || in.bad()) return report(file, 0, {}, "cannot be read");
    if (text.size() > largest_file) return report(file, 0, {}, "is larger than 16 MiB");
    const auto tables = config::read_tables(text);
    if (!tables) return report(file, tables.error().line, {}, tables.error().sentence);
    for (const auto& table : *tables) {
      if (table.list == "client") {
        read_client({file, table});
      } else if (table.list == "resource") {
        read_resource({file, table});
      } else {
        report(file, table.line, table.list, "is unknown: there are [[client]] and [[resource]]");
      }
    }
  }

  /// @returns the member; null, and a mistake, when there is none of that name.
  const declared_member* known(const place& p, std::span<const declared_member> all,
                               const table_member& m) {
    const auto* found = find_member(all, m.name);
    if (found != nullptr) return found;
    if (m.name == "client_secret" || m.name == "client_secret_hash") {
      report(p.file, m.line, m.name,
             "must not be in a file: name its place by client_secret_file, client_secret_env or "
             "client_secret_hash_file");
    } else {
      report(p.file, m.line, config::toml_key(m.name), "is unknown");
    }
    return nullptr;
  }

  /// The value of a member that must be a text and not empty.
  std::optional<std::string> text_of(const place& p, const table_member& m) {
    const auto value = json::parse(m.json);
    if (value.is_string() && !value.get_string().empty())
      return std::string{std::string_view{value.get_string()}};
    report(p.file, m.line, m.name, "must be a string");
    return std::nullopt;
  }

  /// Whether no other table names the same.
  bool is_new(const place& p, const std::string& kind, const std::string& id) {
    const auto here = p.file.string() + ':' + std::to_string(p.table.line);
    const auto [at, is_first] = seen_.try_emplace(kind + ' ' + id, here);
    if (!is_first)
      report(p.file, p.table.line, {},
             kind + ' ' + json::serialize(json::value(id)) + " is already in " + at->second);
    return is_first;
  }

  /// Reads a member of files alone into the client.
  void take_place(const place& p, const table_member& m, declared_client& to) {
    const auto text = text_of(p, m);
    if (!text) return;
    const auto path = p.file.parent_path() / *text;
    if (m.name == secret_file_member) to.secret.file = path;
    if (m.name == secret_variable_member) to.secret.variable = *text;
    if (m.name == secret_hash_member) to.secret.hash_file = path;
    if (m.name != keys_file_member) return;
    if (p.find("jwks") != nullptr)
      return report(p.file, m.line, m.name, "excludes jwks: name one of them");
    try {
      to.said["jwks"] = read_jwks("jwks_file", path.string());
    } catch (const command_error& e) {
      report(p.file, m.line, {}, e.what());
    }
  }

  void read_client(const place& p) {
    const auto mistakes_before = mistakes_.size();
    auto out = declared_client{.file = p.file.string(), .line = p.table.line};
    for (const auto& m : p.table.members) {
      const auto* row = known(p, client_members(), m);
      if (row == nullptr) continue;
      if (row->use == member_use::only_here) {
        take_place(p, m, out);
        continue;
      }
      const auto alone = json_.read_client(object_of(m.name, m.json));
      if (alone) {
        out.said[m.name] = json::parse(m.json);
      } else {
        report(p, alone.error().description);
      }
    }
    const auto places = (out.secret.file.empty() ? 0 : 1) + (out.secret.variable.empty() ? 0 : 1) +
                        (out.secret.hash_file.empty() ? 0 : 1);
    if (places > 1)
      report(
          p.file, p.table.line, {},
          "client_secret_file, client_secret_env and client_secret_hash_file exclude each other");
    if (p.find("client_id") == nullptr) report(p.file, p.table.line, "client_id", "is missing");
    if (mistakes_.size() != mistakes_before) return;
    finish_client(p, std::move(out));
  }

  /// Applies the rules that concern several members.
  void finish_client(const place& p, declared_client out) {
    auto whole = json_.read_client(json::serialize(out.said));
    if (!whole) return report(p, whole.error().description);
    const auto method = find_named(
        oauth::auth_methods,
        whole->token_endpoint_auth_method.value_or(std::string{oauth::auth_methods.front().name}));
    out.needs_secret = method && proof_of(*method) == oauth::client_proof::secret;
    if (out.needs_secret || out.has_secret())
      whole->client_secret = crypto::secret_string{std::string{some_secret}};
    auto made = oauth::make_client(*whole, {}, random_);
    if (!made) return report(p, made.error().description);
    out.id = made->id;
    if (!is_new(p, "client", out.id)) return;
    out.wanted = json::parse(net::render(oauth::admin_answer{*made})).as_object();
    clients_.push_back(std::move(*made));
    made_.clients.push_back(std::move(out));
  }

  void read_resource(const place& p) {
    const auto mistakes_before = mistakes_.size();
    auto said = json::object{};
    for (const auto& m : p.table.members) {
      if (known(p, resource_members(), m) == nullptr) continue;
      const auto alone = json_.read_resource(object_of(m.name, m.json));
      if (!alone) report(p, alone.error().description);
      said[m.name] = json::parse(m.json);
    }
    if (p.find("identifier") == nullptr) report(p.file, p.table.line, "identifier", "is missing");
    if (mistakes_.size() != mistakes_before) return;
    auto whole = json_.read_resource(json::serialize(said));
    if (!whole) return report(p, whole.error().description);
    if (!is_new(p, "resource", whole->as.identifier)) return;
    made_.resources.push_back(
        {.identifier = whole->as.identifier,
         .file = p.file.string(),
         .line = p.table.line,
         .wanted = json::parse(net::render(oauth::admin_answer{*whole})).as_object()});
    resources_.push_back(std::move(*whole));
  }

  /// The rules of resources that concern the other ones, and the clients.
  void check_resources() {
    const auto known = oauth::client_registry{std::move(clients_), resources_};
    for (auto i = std::size_t{0}; i < resources_.size(); ++i) {
      const auto bad = oauth::check_resource(known, resources_[i], oauth::options{});
      if (!bad) continue;
      const auto& at = made_.resources[i];
      report(at.file, at.line, {}, bad->description);
    }
  }

  net::admin_json json_;
  crypto::buffered_random random_;
  std::vector<oauth::client> clients_;
  std::vector<oauth::resource> resources_;
  /// What was declared, and where.
  std::map<std::string, std::string> seen_;
  declarations made_;
  std::vector<config::mistake> mistakes_;
};

}  // namespace

tl::expected<declarations, std::vector<config::mistake>> read_declarations(const fs::path& from) {
  return reader{}.read(from);
}

}  // namespace mintage::app
