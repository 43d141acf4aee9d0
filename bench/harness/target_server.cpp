#include "bench/harness/target_server.hpp"

#include <signal.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <stdexcept>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "loopback/certificate_authority.hpp"
#include "loopback/jws_check.hpp"
#include "loopback/server_start.hpp"

namespace mintage::bench {
namespace {

namespace json = boost::json;
using loopback::text_of;

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

json::object parse_object(const loopback::http_answer& from, unsigned status, const char* what) {
  auto error = boost::system::error_code{};
  auto value = json::parse(from.body, error);
  if (from.status != status || error || !value.is_object()) {
    throw std::runtime_error{std::string{what} + ": " + std::to_string(from.status) + " " +
                             from.body.substr(0, 300)};
  }
  return std::move(value.get_object());
}

/// The path of a URL. Its origin may be the public name, which is not the address we connect to.
std::string path_of(const std::string& url) {
  const auto scheme = url.find("://");
  const auto slash = scheme == std::string::npos ? scheme : url.find('/', scheme + 3);
  if (slash == std::string::npos) throw std::runtime_error{"no URL with a path: " + url};
  return url.substr(slash);
}

constexpr auto verifier = std::string_view{"mintage-bench-verifier-of-at-least-43-characters"};
constexpr auto redirect_uri = std::string_view{"https://client.example/cb"};

}  // namespace

std::unique_ptr<target_server> target_server::start(
    const std::filesystem::path& program, const std::map<std::string, std::string>& settings,
    const std::optional<tls_options>& tls, const loopback::cores& on, const target_server* first) {
  auto out = std::unique_ptr<target_server>{new target_server};
  out->folder_ = std::make_unique<loopback::temporary_folder>();
  out->settings_ = settings;
  auto all = std::map<std::string, std::string>{{"http.listen", "\"127.0.0.1:0\""},
                                                {"admin.listen", "\"127.0.0.1:0\""},
                                                {"storage.rocksdb.path", "\"db\""},
                                                {"log.level", "\"warn\""}};
  out->is_tls_ = tls.has_value();
  out->trust_ = tls.value_or(tls_options{});
  if (tls) {
    const auto pair = loopback::write_self_signed(out->folder_->path());
    all["http.tls.certificate"] = "\"" + pair.certificate.filename().string() + "\"";
    all["http.tls.key"] = "\"" + pair.key.filename().string() + "\"";
    out->trust_.ca = pair.certificate;
  }
  if (first != nullptr) {
    for (const auto* name : {"admin.token", "mint.token", "mintage.seal"})
      std::filesystem::copy_file(first->folder_->path() / name, out->folder_->path() / name);
  }
  for (const auto& [key, value] : settings) all[key] = value;
  const auto config = out->folder_->path() / "mintage.toml";
  loopback::write_file(config, loopback::render(all));
  out->command_ = {program.string(), "serve", "--config", config.string()};
  out->cores_ = on;
  out->launch();
  out->discover();
  return out;
}

void target_server::launch() {
  const auto log = folder_->path() / "log";
  program_ = std::make_unique<loopback::child_process>(
      command_, log, loopback::child_options{.on = cores_, .patience = std::chrono::seconds{10}});
  const auto ports = loopback::await_ready(*program_, log);
  where_ =
      resolve((is_tls_ ? "https://127.0.0.1:" : "127.0.0.1:") + std::to_string(ports.http), trust_);
  pid_ = program_->pid();
  set_admin(
      resolve("127.0.0.1:" + std::to_string(ports.admin)),
      crypto::secret_string{first_line(loopback::read_file(folder_->path() / "admin.token"))});
}

nanoseconds target_server::restart() {
  program_.reset();
  const auto begin = std::chrono::steady_clock::now();
  launch();
  const auto state = call(*admin_, "/readyz");
  const auto end = std::chrono::steady_clock::now();
  if (state.status != 200) throw std::runtime_error{"not ready: " + std::to_string(state.status)};
  return end - begin;
}

void target_server::kill() {
  program_->signal(SIGKILL);
  program_->finish();
}

std::unique_ptr<target_server> target_server::at(const origin& where, std::optional<pid_t> pid) {
  auto out = std::unique_ptr<target_server>{new target_server};
  out->where_ = where;
  out->pid_ = pid;
  out->discover();
  return out;
}

void target_server::set_admin(origin admin, crypto::secret_string token) {
  admin_ = std::move(admin);
  token_ = std::move(token);
}

void target_server::discover() {
  const auto found = parse_object(call(where_, "/.well-known/openid-configuration"), 200,
                                  "the discovery document");
  issuer_ = text_of(found, "issuer");
  token_url_ = text_of(found, "token_endpoint");
  token_path_ = path_of(token_url_);
  keys_path_ = path_of(text_of(found, "jwks_uri"));
  const auto introspection = text_of(found, "introspection_endpoint");
  if (!introspection.empty()) introspection_path_ = path_of(introspection);
  const auto* grants = found.if_contains("grant_types_supported");
  if (grants == nullptr || !grants->is_array()) return;
  for (const auto& each : grants->get_array()) {
    if (each.is_string()) grants_.emplace_back(each.get_string().c_str());
  }
}

bool target_server::serves(request_kind kind) const {
  if (kind == request_kind::introspect) return !introspection_path_.empty();
  return std::find(grants_.begin(), grants_.end(), grant_of(kind)) != grants_.end();
}

std::string target_server::keys() const {
  const auto got = call(where_, keys_path_);
  if (got.status != 200) throw std::runtime_error{"the JWK set: " + std::to_string(got.status)};
  return got.body;
}

std::uint64_t target_server::stored_kib() const {
  if (!folder_) return 0;
  auto octets = std::uintmax_t{0};
  auto error = std::error_code{};
  for (const auto& file : std::filesystem::directory_iterator{folder_->path() / "db", error}) {
    const auto size = file.file_size(error);
    if (!error) octets += size;  // else a compaction has just removed the file
  }
  return octets / 1024;
}

void target_server::make_clients(std::size_t count) const {
  const auto body = [](std::size_t n) {
    auto metadata = json::object{
        {"redirect_uris", {"https://client-" + std::to_string(n) + ".example/cb"}},
        {"scope", "openid profile offline_access"},
        {"grant_types",
         {grant_of(request_kind::code).data(), grant_of(request_kind::refresh).data()}},
        {"rt_mode", "rotating"}};
    if (n % 10 == 0) metadata["token_endpoint_auth_method"] = "none";
    return json::serialize(metadata);
  };
  post_each(*admin_, "/admin/clients", token_.reveal(), count, body, 201);
}

std::shared_ptr<proof_maker> target_server::make_proofs(
    proof_kind kind, std::optional<crypto::signing_key> key) const {
  return std::make_shared<proof_maker>(kind, issuer_, token_url_, std::move(key));
}

client target_server::make_client(const audience& a, const std::vector<request_kind>& kinds) const {
  const auto has = [&](request_kind kind) {
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  };
  const auto refreshes = a.is_offline || has(request_kind::refresh);
  auto grants = json::array{grant_of(request_kind::code).data()};
  auto scope = std::string{"openid profile"};
  if (refreshes) {
    grants.emplace_back(grant_of(request_kind::refresh).data());
    scope += " offline_access";
  }
  if (has(request_kind::client_credentials))
    grants.emplace_back(grant_of(request_kind::client_credentials).data());
  auto metadata = json::object{{"redirect_uris", {redirect_uri.data()}},
                               {"scope", scope},
                               {"grant_types", grants},
                               {"id_token_signed_response_alg", a.id_token_alg},
                               {"require_pkce", a.is_public}};
  if (a.is_public) metadata["token_endpoint_auth_method"] = "none";
  auto out = client{};
  if (a.proves_by != proof_kind::none) out.proofs = make_proofs(a.proves_by);
  if (a.proves_by == proof_kind::assertion) {
    metadata["token_endpoint_auth_method"] = "private_key_jwt";
    metadata["jwks"] = json::parse(out.proofs->jwks());
  }
  if (a.proves_by == proof_kind::dpop) metadata["dpop_bound_access_tokens"] = true;
  if (refreshes) metadata["rt_mode"] = a.is_public || a.rotates ? "rotating" : "static";
  const auto made =
      parse_object(call(*admin_, "/admin/clients", token_.reveal(), json::serialize(metadata)), 201,
                   "creating a client");
  out.id = text_of(made, "client_id");
  out.secret = text_of(made, "client_secret");
  out.redirect_uri = redirect_uri;
  out.own_scope = "profile";
  if (a.is_public) out.verifier = verifier;
  return out;
}

std::string target_server::line_for(const client& who, std::string_view scope) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  auto line =
      json::object{{"client_id", who.id},
                   {"redirect_uri", who.redirect_uri},
                   {"scope", json::string_view{scope.data(), scope.size()}},
                   {"sub", "248289761001"},
                   {"auth_time", std::chrono::duration_cast<std::chrono::seconds>(now).count()},
                   {"ttl", 600}};
  if (!who.verifier.empty()) {
    line["code_challenge"] = crypto::base64url(crypto::sha256(std::string_view{who.verifier}));
    line["code_challenge_method"] = "S256";
  }
  return json::serialize(line) + "\n";
}

std::vector<std::string> target_server::mint(const client& who, std::string_view scope,
                                             std::size_t count) const {
  return mint_codes(*admin_, token_.reveal(), line_for(who, scope), count);
}

std::vector<std::string> target_server::try_to_mint(const client& who, std::string_view scope,
                                                    std::size_t count) const {
  return mint_acknowledged(*admin_, token_.reveal(), line_for(who, scope), count);
}

bool target_server::knows(const client& who) const {
  return call(*admin_, "/admin/clients/" + who.id, token_.reveal()).status == 200;
}

}  // namespace mintage::bench
