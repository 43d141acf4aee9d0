#include "app/cli/client_metadata_options.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/cli/command_error.hpp"
#include "app/cli/json_option.hpp"
#include "oauth/client/assertion_alg.hpp"
#include "oauth/client/auth_method.hpp"
#include "oauth/client/key_set.hpp"
#include "oauth/grant/grant_types.hpp"

namespace mintage::app {

namespace json = boost::json;

namespace {

/// "a (the default), b or c".
std::string choices(std::span<const std::string_view> names) {
  auto out = std::string{names.front()} + " (the default)";
  for (const auto& name : names.subspan(1)) {
    out += &name == &names.back() ? " or " : ", ";
    out += name;
  }
  return out;
}

/// The ways to authenticate of clients that are not public.
std::vector<std::string_view> confidential_methods() {
  auto names = std::vector<std::string_view>{};
  for (const auto& row : oauth::auth_methods) {
    if (row.proof != oauth::client_proof::none && !row.endpoints.empty()) names.push_back(row.name);
  }
  return names;
}

void add_key_options(CLI::App& command, client_metadata_options& o) {
  auto* file = command.add_option("--jwks", o.jwks_file,
                                  "Its public keys: a file with a JWK set or one JWK");
  file->type_name("FILE");
  command.add_option("--jwks-uri", o.jwks_uri, "Where its JWK set is fetched from, by https")
      ->type_name("URL")
      ->excludes(file);
  command
      .add_option(
          "--assertion-alg", o.assertion_alg,
          "The only algorithm of its assertions: " + oauth::one_of(names_of(oauth::assertion_algs)))
      ->type_name("ALGORITHM");
  command
      .add_option("--assertion-aud", o.assertion_aud,
                  "What its assertions may name as aud: strict (the issuer) or compat (also the "
                  "URLs of endpoints)")
      ->type_name("MODE");
  command
      .add_option("--profile", o.profile,
                  "The rules that it is held to: default, or fapi2 (FAPI 2.0 Security Profile)")
      ->type_name("PROFILE");
}

/// What `--certificate-…` says, for each row of `oauth::subject_fields`.
struct subject_option {
  oauth::subject_field id;
  const char* name;
  const char* does;
};
constexpr auto subject_options = std::array{
    subject_option{oauth::subject_field::dn, "--certificate-subject",
                   "The subject of its certificate, such as CN=api,O=Example,C=DE"},
    subject_option{oauth::subject_field::san_dns, "--certificate-dns",
                   "A DNS name in its certificate"},
    subject_option{oauth::subject_field::san_uri, "--certificate-uri", "A URI in its certificate"},
    subject_option{oauth::subject_field::san_ip, "--certificate-ip",
                   "An IP address in its certificate"},
    subject_option{oauth::subject_field::san_email, "--certificate-email",
                   "The address of a mailbox in its certificate"},
};
static_assert(oauth::is_in_order(subject_options));

void add_certificate_options(CLI::App& command, client_metadata_options& o) {
  auto others = std::vector<CLI::Option*>{};  // one of them at most
  for (const auto& s : subject_options) {
    auto& value = o.certificate_subjects[static_cast<std::size_t>(s.id)];
    auto* const own = command.add_option(s.name, value, s.does)->type_name("TEXT");
    for (auto* const other : others) own->excludes(other);
    others.push_back(own);
  }
}

/// A member that is true or false, and the two flags that say so.
struct switch_option {
  const char* member;
  const char* on;
  const char* does_on;
  const char* off;
  const char* does_off;
};
constexpr auto switch_options = std::array{
    switch_option{"require_pkce", "--pkce", "Demand PKCE (the default)", "--no-pkce",
                  "Do not demand PKCE of this confidential client"},
    switch_option{"strict_auth_method", "--strict-auth-method",
                  "Accept the secret only in the place of --auth-method", "--no-strict-auth-method",
                  "Accept the secret in either place (the default)"},
    switch_option{"basic_raw_compat", "--basic-raw-compat",
                  "Accept Basic credentials that were not form-encoded first (the default)",
                  "--no-basic-raw-compat",
                  "Refuse Basic credentials that were not form-encoded first"},
    switch_option{"rt_without_offline", "--rt-without-offline",
                  "Issue refresh tokens also without the scope offline_access",
                  "--no-rt-without-offline",
                  "Issue refresh tokens with the scope offline_access alone (the default)"},
    switch_option{"tls_client_certificate_bound_access_tokens", "--certificate-bound-tokens",
                  "Bind its tokens to the certificate that it presents",
                  "--no-certificate-bound-tokens",
                  "Do not bind its tokens to a certificate (the default)"},
    switch_option{"dpop_bound_access_tokens", "--dpop-bound-tokens",
                  "Refuse it tokens without a DPoP proof", "--no-dpop-bound-tokens",
                  "Let it choose whether it sends DPoP proofs (the default)"},
    switch_option{"dpop_nonces", "--dpop-nonces",
                  "Its DPoP proofs need a nonce, whatever dpop.nonces says", "--no-dpop-nonces",
                  "Its DPoP proofs need a nonce where dpop.nonces says so (the default)"},
    switch_option{"require_pushed_authorization_requests", "--pushed-requests",
                  "Take its authorization requests only when they are pushed",
                  "--no-pushed-requests",
                  "Take its authorization requests in either way (the default)"},
};

void add_switches(CLI::App& command, client_metadata_options& o) {
  for (const auto& s : switch_options) {
    const auto set = [&o, member = s.member](bool value) {
      return [&o, member, value] { o.switches[member] = value; };
    };
    auto* const on = command.add_flag_callback(s.on, set(true), s.does_on);
    command.add_flag_callback(s.off, set(false), s.does_off)->excludes(on);
  }
}

void add_authorization_options(CLI::App& command, client_metadata_options& o) {
  command
      .add_option("--request-alg", o.request_alg,
                  "The only algorithm of its request objects, one with a key pair")
      ->type_name("ALGORITHM");
  command
      .add_option("--response-alg", o.response_alg,
                  "The algorithm of signed answers to its authorization requests")
      ->type_name("ALGORITHM");
  command
      .add_option("--default-max-age", o.default_max_age,
                  "How old a login may be that its requests do not limit; -1 = any age")
      ->type_name("SECONDS");
  command.add_option("--client-uri", o.client_uri, "Its home page, for login pages")
      ->type_name("URL");
  command.add_option("--logo-uri", o.logo_uri, "Its picture, for login pages")->type_name("URL");
}

void add_logout_options(CLI::App& command, client_metadata_options& o) {
  command
      .add_option("--post-logout-redirect-uri", o.post_logout_redirect_uris,
                  "Where browsers may be sent after a logout; may be repeated")
      ->type_name("URI")
      ->allow_extra_args(false);
  command
      .add_option("--backchannel-logout-uri", o.backchannel_logout_uri,
                  "Where it is told of the end of a session, by https")
      ->type_name("URL");
}

}  // namespace

json::value read_jwks(const char* option, const std::string& file) {
  auto in = std::ifstream{file, std::ios::binary};
  auto text = std::string{std::istreambuf_iterator<char>{in}, {}};
  const auto name = std::string{option} + ": ";
  if (!in) throw command_error{name + "cannot read " + file, exit_usage};
  auto keys = json_of(option, text);
  if (keys.is_object() && keys.as_object().contains("kty"))
    keys = json::object{{"keys", json::array{keys}}};
  const auto sound = oauth::key_set::read(json::serialize(keys));
  if (!sound) throw command_error{name + sound.error(), exit_usage};
  return keys;
}

json::object client_metadata_options::body() const {
  auto out = json::object{};
  const auto put_text = [&](const char* member, const std::string& value) {
    if (!value.empty()) out[member] = value;
  };
  const auto put_list = [&](const char* member, const std::vector<std::string>& values) {
    if (!values.empty()) out[member] = json::array(values.begin(), values.end());
  };
  put_text("client_name", name);
  put_list("redirect_uris", redirect_uris);
  put_text("scope", scope);
  put_list("grant_types", grant_types);
  put_text("token_endpoint_auth_method", is_public ? "none" : auth_method);
  put_text("id_token_signed_response_alg", id_token_alg);
  put_text("rt_mode", rt_mode);
  if (userinfo_alg) out["userinfo_signed_response_alg"] = *userinfo_alg;
  put_text("subject_type", subject_type);
  put_text("sector_identifier_uri", sector_uri);
  put_list("allowed_resources", resources);
  put_list("allowed_origins", origins);
  for (const auto& [member, value] : switches) out[member] = value;
  for (const auto& [member, seconds] : {std::pair{"access_token_ttl", access_token_ttl},
                                        {"id_token_ttl", id_token_ttl},
                                        {"refresh_idle", refresh_idle},
                                        {"refresh_absolute", refresh_absolute}}) {
    if (seconds) out[member] = *seconds;
  }
  if (!access_token_claims.empty()) {
    out["access_token_claims"] = json_of("--access-token-claims", access_token_claims);
  }
  if (!jwks_file.empty()) out["jwks"] = read_jwks("--jwks", jwks_file);
  put_text("jwks_uri", jwks_uri);
  put_text("token_endpoint_auth_signing_alg", assertion_alg);
  put_text("assertion_aud_mode", assertion_aud);
  put_text("profile", profile);
  for (const auto& f : oauth::subject_fields) {
    const auto& value = certificate_subjects[static_cast<std::size_t>(f.id)];
    put_text(f.name.data(), value);
  }
  put_text("request_object_signing_alg", request_alg);
  put_text("authorization_signed_response_alg", response_alg);
  if (default_max_age) out["default_max_age"] = *default_max_age;
  put_text("client_uri", client_uri);
  put_text("logo_uri", logo_uri);
  put_list("post_logout_redirect_uris", post_logout_redirect_uris);
  put_text("backchannel_logout_uri", backchannel_logout_uri);
  return out;
}

namespace {

/// What it may be granted, and where.
void add_grant_options(CLI::App& command, client_metadata_options& o) {
  command
      .add_option("--scope", o.scope,
                  "What it may be granted, separated by spaces; openid by default")
      ->type_name("SCOPE");
  command
      .add_option("--grant", o.grant_types, choices(names_of(oauth::grants)) + "; may be repeated")
      ->type_name("GRANT")
      ->allow_extra_args(false);
  command
      .add_option("--allow-resource", o.resources, "A resource that it may name; may be repeated")
      ->type_name("URI")
      ->allow_extra_args(false);
  command
      .add_option("--allow-origin", o.origins,
                  "An origin whose pages may call the server; may be repeated")
      ->type_name("ORIGIN")
      ->allow_extra_args(false);
}

/// What its tokens are like.
void add_token_options(CLI::App& command, client_metadata_options& o) {
  command
      .add_option("--id-token-alg", o.id_token_alg,
                  "RS256 (the default), ES256, PS256, ES384 or EdDSA")
      ->type_name("ALGORITHM");
  command
      .add_option("--userinfo-alg", o.userinfo_alg,
                  "How userinfo's answers are signed; '' = plain JSON, the default")
      ->type_name("ALGORITHM");
  command
      .add_option("--subject-type", o.subject_type,
                  "public, or pairwise: sub is another one in each sector")
      ->type_name("TYPE");
  command.add_option("--sector-uri", o.sector_uri, "The URL whose host is its sector")
      ->type_name("URL");
  command
      .add_option("--rt-mode", o.rt_mode,
                  "How its refresh tokens behave: static, or rotating as those of public clients")
      ->type_name("MODE");
  const auto add_life = [&](const char* name, std::optional<std::int64_t>& life, const char* does) {
    command.add_option(name, life, std::string{does} + "; 0 = as the config says")
        ->type_name("SECONDS");
  };
  add_life("--access-token-ttl", o.access_token_ttl, "How long its access tokens live");
  add_life("--id-token-ttl", o.id_token_ttl, "How long its ID tokens live");
  add_life("--refresh-idle", o.refresh_idle, "How long its refresh tokens live unused");
  add_life("--refresh-absolute", o.refresh_absolute, "How long its refresh tokens live at most");
  command
      .add_option("--access-token-claims", o.access_token_claims,
                  "Claims of each of its access tokens, one JSON object")
      ->type_name("JSON");
}

}  // namespace

void add_changeable_options(CLI::App& command, client_metadata_options& o) {
  command.add_option("--name", o.name, "A name for people to read")->type_name("TEXT");
  command.add_option("--redirect-uri", o.redirect_uris, "Where codes may be sent; may be repeated")
      ->type_name("URI")
      ->allow_extra_args(false);
  add_grant_options(command, o);
  add_token_options(command, o);
  add_key_options(command, o);
  add_certificate_options(command, o);
  add_authorization_options(command, o);
  add_logout_options(command, o);
  add_switches(command, o);
}

void add_metadata_options(CLI::App& command, client_metadata_options& o) {
  add_changeable_options(command, o);
  auto* method =
      command.add_option("--auth-method", o.auth_method, choices(confidential_methods()));
  method->type_name("METHOD");
  command.add_flag("--public", o.is_public, "It can keep no secret: a browser or native app")
      ->excludes(method);
}

}  // namespace mintage::app
