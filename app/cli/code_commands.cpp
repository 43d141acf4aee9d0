// mintage code: mints authorization codes as a login page does.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/admin_access.hpp"
#include "app/cli/admin_commands.hpp"
#include "app/cli/commands.hpp"
#include "app/cli/json_option.hpp"

namespace mintage::app {
namespace {

namespace json = boost::json;

/// The members of POST /admin/codes.
struct mint_options {
  access_options access;
  std::string client_id;
  std::string redirect_uri;
  std::string sub;
  std::string scope = "openid";
  std::optional<std::int64_t> auth_time;
  std::string nonce;
  std::string acr;
  std::vector<std::string> amr;
  std::string sid;
  std::string username;
  std::string claims;
  std::string code_challenge;
  std::optional<std::int64_t> ttl;
};

json::object body_of(const mint_options& o) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
  auto body = json::object{{"client_id", o.client_id},
                           {"redirect_uri", o.redirect_uri},
                           {"sub", o.sub},
                           {"scope", o.scope},
                           {"auth_time", o.auth_time.value_or(now.count())}};
  const auto put = [&](const char* name, const std::string& value) {
    if (!value.empty()) body[name] = value;
  };
  put("nonce", o.nonce);
  put("acr", o.acr);
  put("sid", o.sid);
  put("username", o.username);
  if (!o.amr.empty()) body["amr"] = json::array(o.amr.begin(), o.amr.end());
  if (!o.claims.empty()) body["claims"] = json_of("--claims", o.claims);
  if (!o.code_challenge.empty()) {
    body["code_challenge"] = o.code_challenge;
    body["code_challenge_method"] = "S256";
  }
  if (o.ttl) body["ttl"] = *o.ttl;
  return body;
}

int mint(const mint_options& o) {
  const auto body = body_of(o);
  auto server = admin_access{o.access, caller_role::minter};
  const auto answer = server.call("POST", "/admin/codes", body);
  if (answer.empty()) return exit_ok;
  std::cout << std::string_view{answer.at("code").as_string()} << '\n';
  std::cerr << "The code lives for " << answer.at("expires_in").to_number<std::int64_t>()
            << " s and can be traded once.\n";
  return exit_ok;
}

void add_mint_options(CLI::App& command, mint_options& o) {
  command.add_option("--client", o.client_id, "Who will trade the code")
      ->required()
      ->type_name("ID");
  command.add_option("--redirect-uri", o.redirect_uri, "Registered, octet for octet")
      ->required()
      ->type_name("URI");
  command.add_option("--sub", o.sub, "The person who logged in")->required()->type_name("SUBJECT");
  command.add_option("--scope", o.scope, "Scope tokens, separated by spaces; openid by default")
      ->type_name("SCOPE");
  command.add_option("--auth-time", o.auth_time, "When the person logged in; now by default")
      ->type_name("SECONDS");
  command.add_option("--nonce", o.nonce, "The nonce of the authorization request")
      ->type_name("TEXT");
  command.add_option("--acr", o.acr, "How strong the login was")->type_name("TEXT");
  command.add_option("--amr", o.amr, "How the person logged in; may be repeated")
      ->type_name("METHOD")
      ->allow_extra_args(false);
  command.add_option("--sid", o.sid, "The login session")->type_name("TEXT");
  command.add_option("--username", o.username, "The name of the person, for introspection")
      ->type_name("TEXT");
  command.add_option("--claims", o.claims, "More claims of the ID token, one JSON object")
      ->type_name("JSON");
  command.add_option("--challenge", o.code_challenge, "The S256 challenge of PKCE")
      ->type_name("TEXT");
  command.add_option("--ttl", o.ttl, "How long the code lives, 1 to 600 seconds")
      ->type_name("SECONDS");
}

}  // namespace

void add_code_commands(CLI::App& program, action& chosen) {
  auto* code = program.add_subcommand("code", "Mint authorization codes");
  code->require_subcommand(1);
  auto* minting = code->add_subcommand("mint", "Mint a code, as a login page does");
  minting->footer(
      "Examples:\n"
      "  mintage code mint --client cl_8gQ... --redirect-uri https://app.example/cb --sub alice\n"
      "  code=$(mintage code mint --client spa --redirect-uri http://127.0.0.1:8400/cb \\\n"
      "    --sub alice --scope 'openid profile' --challenge E9Melhoa2OwvFrEMTJguCHaoeK1t8U...)\n"
      "With --config, the mint token is shown: it may do this and nothing else.");
  auto o = std::make_shared<mint_options>();
  add_mint_options(*minting, *o);
  add_access_options(*minting, o->access);
  minting->callback([o, &chosen] { chosen = [o] { return mint(*o); }; });
}

}  // namespace mintage::app
