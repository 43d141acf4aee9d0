// mintage client: registered clients and their secrets. client_metadata_options.cpp has the options
// for metadata.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/cli/admin_access.hpp"
#include "app/cli/admin_commands.hpp"
#include "app/cli/client_metadata_options.hpp"
#include "app/cli/command_error.hpp"
#include "app/cli/secret_source.hpp"
#include "app/cli/text_table.hpp"
#include "oauth/client/certificate_subject.hpp"

namespace mintage::app {
namespace {

namespace json = boost::json;

/// The options of all these commands; each command uses some.
struct client_options {
  access_options access;
  client_metadata_options metadata;
  secret_options secret;
  std::string id;
  std::optional<std::int64_t> secret_expires_at;
  std::optional<std::uint32_t> ended;
  bool is_resumed = false;

  [[nodiscard]] std::string path() const { return "/admin/clients/" + path_segment(id); }
  [[nodiscard]] admin_access server() const { return {access, caller_role::admin}; }
};

void put_secret(json::object& body, const client_options& o) {
  if (const auto secret = chosen_secret(o.secret)) {
    const auto text = secret->reveal();
    body["client_secret"] = json::string_view{text.data(), text.size()};
  }
  if (const auto hash = chosen_hash(o.secret)) {
    const auto text = hash->reveal();
    body["client_secret_hash"] = json::string_view{text.data(), text.size()};
  }
  if (o.secret_expires_at) body["client_secret_expires_at"] = *o.secret_expires_at;
}

std::string expiry_text(const json::value& date) {
  const auto seconds = date.to_number<std::int64_t>();
  return seconds == 0 ? "never" : time_text(seconds);
}

std::string secrets_text(const json::object& client) {
  auto out = std::string{};
  for (const auto& each : client.at("secrets").as_array()) {
    const auto& secret = each.as_object();
    if (!out.empty()) out += ", ";
    out += "number " + cell_of(secret.if_contains("number")) + " (expires " +
           expiry_text(secret.at("expires_at")) + ")";
  }
  return out.empty() ? "-" : out;
}

/// On the error stream: what the server says of a secret that it took nevertheless.
void print_warnings(const json::object& client) {
  const auto* warnings = client.if_contains("warnings");
  if (warnings == nullptr) return;
  for (const auto& each : warnings->as_array()) {
    std::cerr << "Warning: " << std::string_view{each.as_string()} << '\n';
  }
}

/// Prints a client, one member per line, and its new secret if the reply has one.
void print_client(const json::object& client) {
  auto table = text_table{};
  for (const auto* name : {"client_id",
                           "client_secret",
                           "number",
                           "client_name",
                           "status",
                           "token_endpoint_auth_method",
                           "redirect_uris",
                           "grant_types",
                           "scope",
                           "id_token_signed_response_alg",
                           "require_pkce",
                           "strict_auth_method",
                           "basic_raw_compat",
                           "rt_mode",
                           "rt_without_offline",
                           "subject_type",
                           "userinfo_signed_response_alg",
                           "allowed_resources",
                           "allowed_origins",
                           "access_token_ttl",
                           "id_token_ttl",
                           "refresh_idle",
                           "refresh_absolute",
                           "access_token_claims",
                           "jwks",
                           "jwks_uri",
                           "token_endpoint_auth_signing_alg",
                           "assertion_aud_mode",
                           "profile",
                           "tls_client_auth_subject_dn",
                           "tls_client_auth_san_dns",
                           "tls_client_auth_san_uri",
                           "tls_client_auth_san_ip",
                           "tls_client_auth_san_email",
                           "tls_client_certificate_bound_access_tokens",
                           "dpop_bound_access_tokens",
                           "dpop_nonces",
                           "require_pushed_authorization_requests",
                           "request_object_signing_alg",
                           "authorization_signed_response_alg",
                           "default_max_age",
                           "client_uri",
                           "logo_uri",
                           "post_logout_redirect_uris",
                           "backchannel_logout_uri",
                           "backchannel_logout_session_required"}) {
    if (const auto* value = client.if_contains(name)) table.add({name, cell_of(value)});
  }
  table.add({"secrets", secrets_text(client)});
  table.add({"client_id_issued_at",
             time_text(client.at("client_id_issued_at").to_number<std::int64_t>())});
  std::cout << table;
  print_warnings(client);
  if (client.contains("client_secret")) {
    std::cerr << "The client secret is shown this once.\n";
  }
}

int add(const client_options& o) {
  auto body = o.metadata.body();
  if (!o.id.empty()) body["client_id"] = o.id;
  const auto has_keys = body.contains("jwks") || body.contains("jwks_uri");
  const auto has_subject = std::ranges::any_of(
      oauth::subject_fields, [&body](const auto& f) { return body.contains(f.name); });
  if ((has_keys || has_subject) && !body.contains("token_endpoint_auth_method"))
    body["token_endpoint_auth_method"] = has_subject ? "tls_client_auth" : "private_key_jwt";
  put_secret(body, o);
  const auto made = o.server().call("POST", "/admin/clients", body);
  if (!made.empty()) print_client(made);
  return exit_ok;
}

int list(const client_options& o) {
  const auto answer = o.server().call("GET", "/admin/clients");
  if (answer.empty()) return exit_ok;
  auto table = text_table{{"CLIENT ID", "STATUS", "AUTHENTICATION", "SECRETS", "NAME"}};
  for (const auto& each : answer.at("clients").as_array()) {
    const auto& client = each.as_object();
    table.add({cell_of(client.if_contains("client_id")), cell_of(client.if_contains("status")),
               cell_of(client.if_contains("token_endpoint_auth_method")),
               std::to_string(client.at("secrets").as_array().size()),
               cell_of(client.if_contains("client_name"))});
  }
  std::cout << table;
  return exit_ok;
}

int show(const client_options& o) {
  const auto found = o.server().call("GET", o.path());
  if (!found.empty()) print_client(found);
  return exit_ok;
}

int change(const client_options& o) {
  const auto body = o.metadata.body();
  if (body.empty()) throw command_error{"nothing to change was given", exit_usage};
  const auto changed = o.server().call("PATCH", o.path(), body);
  if (!changed.empty()) print_client(changed);
  return exit_ok;
}

int change_secrets(const client_options& o) {
  const auto path = o.path() + "/secrets";
  if (o.ended) {
    (void)o.server().call("DELETE", path + '/' + std::to_string(*o.ended));
    if (!o.access.as_json) std::cout << "Secret " << *o.ended << " is ended.\n";
    return exit_ok;
  }
  auto body = json::object{};
  put_secret(body, o);
  const auto changed = o.server().call("POST", path, body);
  if (!changed.empty()) print_client(changed);
  return exit_ok;
}

int suspend(const client_options& o) {
  const auto status = o.is_resumed ? "active" : "suspended";
  const auto changed = o.server().call("PATCH", o.path(), json::object{{"status", status}});
  if (!changed.empty()) std::cout << "The client is " << cell_of(&changed.at("status")) << ".\n";
  return exit_ok;
}

int remove(const client_options& o) {
  (void)o.server().call("DELETE", o.path());
  if (!o.access.as_json) std::cout << "The client is removed.\n";
  return exit_ok;
}

/// Builds the group of commands.
struct client_group {
  CLI::App* commands;
  std::shared_ptr<client_options> options = std::make_shared<client_options>();
  action& chosen;

  CLI::App* add(const char* name, const char* does, int (*run)(const client_options&)) const {
    auto* command = commands->add_subcommand(name, does);
    add_access_options(*command, options->access);
    command->callback(
        [o = options, run, &chosen_ = chosen] { chosen_ = [o, run] { return run(*o); }; });
    return command;
  }
  void take_id(CLI::App* command) const {
    command->add_option("ID", options->id, "The client's client_id")->required();
  }
  CLI::Option* take_expiry(CLI::App* command) const {
    return command
        ->add_option("--secret-expires-at", options->secret_expires_at,
                     "When the secret ends, in seconds since 1970; never by default")
        ->type_name("SECONDS");
  }
};

void add_add(const client_group& group) {
  auto* command = group.add("add", "Register a client, or import one", add);
  command->footer(
      "The generated secret is shown once. A secret that was chosen elsewhere is imported from\n"
      "the terminal, a file or the environment, never from an argument.\n"
      "Examples:\n"
      "  mintage client add --name Shop --redirect-uri https://shop.example/cb \\\n"
      "    --scope 'openid profile offline_access' \\\n"
      "    --grant authorization_code --grant refresh_token\n"
      "  mintage client add --public --redirect-uri com.example.app:/cb\n"
      "  mintage client add --id legacy-app --import --redirect-uri https://old.example/cb\n"
      "  mintage client add --id s6BhdRkqt3 --secret-file s6.secret \\\n"
      "    --redirect-uri https://a.example/cb --json\n"
      "  mintage client add --id old-shop --secret-hash-file old-shop.bcrypt \\\n"
      "    --redirect-uri https://old.example/cb\n"
      "  mintage client add --jwks shop.jwks.json --redirect-uri https://shop.example/cb");
  command->add_option("--id", group.options->id, "Keep this client_id; one is generated otherwise")
      ->type_name("ID");
  add_metadata_options(*command, group.options->metadata);
  add_secret_options(*command, group.options->secret);
  (void)group.take_expiry(command);
}

void add_secret(const client_group& group) {
  auto* command = group.add("secret", "Add a second secret, or end one", change_secrets);
  group.take_id(command);
  command->footer(
      "To replace a secret without a pause: add the second, move the application to it, end the\n"
      "first. Both work in between.\n"
      "Examples:\n"
      "  mintage client secret cl_8gQ...            add one and show it\n"
      "  mintage client show cl_8gQ...              see the numbers\n"
      "  mintage client secret cl_8gQ... --end 1    end the old one\n"
      "  mintage client secret cl_8gQ... --import   add one that was chosen elsewhere");
  add_secret_options(*command, group.options->secret);
  auto* expiry = group.take_expiry(command);
  command->add_option("--end", group.options->ended, "End the secret of this number")
      ->type_name("NUMBER")
      ->excludes(expiry)
      ->excludes(command->get_option("--import"))
      ->excludes(command->get_option("--secret-file"))
      ->excludes(command->get_option("--secret-env"))
      ->excludes(command->get_option("--secret-hash-file"));
}

}  // namespace

void add_client_commands(CLI::App& program, action& chosen) {
  auto* client = program.add_subcommand("client", "Register, see, change and remove clients");
  client->require_subcommand(1);
  const auto group = client_group{.commands = client, .chosen = chosen};
  add_add(group);
  group.add("list", "List all clients", list)
      ->footer(
          "Examples:\n"
          "  mintage client list --config mintage.toml\n"
          "  mintage client list --json | jq -r '.clients[].client_id'");
  auto* shown = group.add("show", "Show one client", show);
  group.take_id(shown);
  shown->footer("Example:\n  mintage client show cl_8gQ... --config mintage.toml");
  add_client_check_command(*client, chosen);
  auto* changed = group.add("change", "Change a client, at once", change);
  group.take_id(changed);
  add_changeable_options(*changed, group.options->metadata);
  changed->footer(
      "What is not given stays as it is. Tokens that were issued keep their times and claims.\n"
      "Examples:\n"
      "  mintage client change cl_8gQ... --access-token-ttl 300 --refresh-idle 86400\n"
      "  mintage client change cl_8gQ... --access-token-claims '{\"tenant\":\"t1\"}'\n"
      "  mintage client change cl_8gQ... --dpop-bound-tokens");
  add_secret(group);
  auto* suspended = group.add("suspend", "Refuse a client at once, or take it back", suspend);
  group.take_id(suspended);
  suspended->add_flag("--resume", group.options->is_resumed, "Let the client in again");
  suspended->footer(
      "A suspended client gets no codes and no tokens; its codes live on.\n"
      "Examples:\n"
      "  mintage client suspend cl_8gQ...\n"
      "  mintage client suspend cl_8gQ... --resume");
  auto* removed = group.add("remove", "Remove a client for good", remove);
  group.take_id(removed);
  removed->footer(
      "What was issued to it stays dead, also when its id is registered again.\n"
      "Example:\n  mintage client remove cl_8gQ...");
}

}  // namespace mintage::app
