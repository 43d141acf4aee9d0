#include "tests/sim/simulation_run.hpp"

#include <algorithm>
#include <utility>

#include "crypto/base64.hpp"
#include "oauth/client/authentication.hpp"
#include "tests/support/signed_assertion.hpp"

namespace mintage::sim {
namespace {

constexpr auto redirect_uri = std::string_view{"https://app.example.com/cb"};
constexpr auto chosen_secret = std::string_view{"a secret chosen elsewhere"};
/// An argon2id hash of the secret with cheap parameters.
constexpr auto chosen_secret_hash =
    "$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$NcTiroQvPg619VNaSVQHfzCw5Y3qHa8JF0F0o8jHKtk";

}  // namespace

void asker::answered(service::exchange& x) noexcept {
  if (auto* token = dynamic_cast<service::token_exchange*>(&x)) return run_.hear(*this, *token);
  if (auto* query = dynamic_cast<service::query_exchange*>(&x)) return run_.hear(*this, *query);
  if (auto* admin = dynamic_cast<service::admin_exchange*>(&x)) return run_.hear(*admin);
  if (auto* login = dynamic_cast<service::authorization_exchange*>(&x))
    return run_.hear(*this, *login);
  run_.hear(*this, service::exchange_as<service::mint_exchange>(x));
}

simulation::simulation(std::uint64_t seed, lie told)
    : luck_{seed},
      octets_{seed},
      shape_{draw_shape()},
      store_{luck_, rules_.code_max_fail},
      model_{store_, shape_.code_stores, clock_, rules_} {
  pepper_.fill(7);
  rules_.login_url = "https://login.example.com/";
  store_.report_to(model_);
  world_ = std::make_unique<simulated_world>(shape_, stocked_engine(), clock_, rules_, pepper_);
  drain();
  store_.mood = draw_moods(told);
  kills_per_mille_ = luck_.below(3) == 0 ? 0 : 1 + luck_.below(30);
}

world_shape simulation::draw_shape() {
  return {.io_threads = 1 + luck_.below(3),
          .validators = 1 + luck_.below(3),
          .code_stores = 1 + luck_.below(3),
          .signers = 1 + luck_.below(3),
          .batch_max = 1 + luck_.below(8),
          .limit = 2 + luck_.below(20),
          .hasher_queue = 1 + luck_.below(3)};
}

moods simulation::draw_moods(lie told) {
  const auto sometimes = [&](std::size_t most) {
    return luck_.below(2) == 0 ? 0 : 1 + luck_.below(most);
  };
  auto m = moods{};
  m.prompt = luck_.below(3) == 0 ? 0 : luck_.below(101);
  m.unknown_undone = sometimes(20);
  m.unknown_done = sometimes(10);
  m.crash = sometimes(5);
  m.cutoff_fails = sometimes(10);
  m.told = told;
  return m;
}

/// An application with a generated secret, one that signs assertions, and one with an imported
/// secret.
std::unique_ptr<storage::engine> simulation::stocked_engine() {
  auto engine = store_.make_engine();
  auto random = crypto::buffered_random{};
  auto hmac = crypto::hmac_sha256{pepper_};
  for (auto i = std::size_t{0}; i < applications_.size(); ++i) {
    auto c = oauth::client{};
    // A wrong secret of an id in the form of generated ones costs no slow hash (CAU-12).
    c.id = i == 2 ? "application" : "cl_" + std::string(21, 'A') + std::to_string(i);
    c.incarnation = 1 + i;
    c.redirect_uris = {std::string{redirect_uri}};
    c.grant_types = {oauth::grant_type::authorization_code, oauth::grant_type::refresh_token};
    c.scopes = {"openid", "offline_access"};
    c.require_pkce = false;
    c.refresh_mode = i == 1 ? oauth::rt_mode::static_ : oauth::rt_mode::rotating;
    c.id_token_alg = crypto::jws_alg::es256;
    if (i == 1) {
      applications_[i] = {c.id, {}, crypto::signing_key::generate(crypto::jws_alg::es256)};
      test::give_keys(c, {&*applications_[i].key});
      engine->records().put_client(c, 0);
      continue;
    }
    auto stored = oauth::stored_secret{};
    if (i == 2) {
      applications_[i] = {c.id, std::string{chosen_secret}};
      stored.how = oauth::stored_secret::kind::argon2id;
      stored.hash = chosen_secret_hash;
    } else {
      applications_[i] = {c.id, std::string{oauth::make_client_secret(random).reveal()}};
      stored.hash = crypto::as_chars(oauth::pepper_secret(hmac, applications_[i].secret));
    }
    c.secrets.push_back(std::move(stored));
    engine->records().put_client(c, 0);
  }
  return engine;
}

run_result simulation::run() {
  const auto length = 100 + luck_.below(900);
  for (auto i = std::size_t{0}; i < length; ++i) act();
  if (luck_.percent(75)) {
    calm_down();
    if (store_.mood.told == lie::none) check_admission();
  }
  stop();
  result_.violations = model_.violations();
  result_.trace = trace_;
  return std::move(result_);
}

void simulation::act() {
  if (luck_.below(1000) < kills_per_mille_) return kill_any();
  const auto what = luck_.below(100);
  if (what < 4) return mint();
  if (what < 13) return redeem_any();
  if (what < 20) return refresh_any();
  if (what < 24) return pass_time();
  if (what == 24 && luck_.percent(30)) return drain();
  if (what == 25) return luck_.percent(30) ? revoke_any() : step();
  if (what == 26 && luck_.percent(10)) return cut_off_any();
  if (what == 27) return begin_login();
  if (what == 28) return answer_any();
  step();
}

/// Takes one step that is possible now: of an actor, an I/O thread, or a batch in the store.
void simulation::step() {
  const auto in_world = world_->runnable();
  const auto in_store = store_.runnable();
  if (in_world + in_store == 0) return;
  const auto chosen = luck_.below(in_world + in_store);
  note(chosen << 16 | in_world);
  ++result_.steps;
  if (chosen < in_world)
    world_->run(chosen);
  else
    store_.run(chosen - in_world);
}

void simulation::drain() {
  while (world_->runnable() + store_.runnable() > 0) step();
  model_.note_quiet();
}

void simulation::mint() {
  const auto io_thread = luck_.below(shape_.io_threads);
  auto who = std::make_shared<asker>(*this);
  who->question = model_.ask(manner::right, std::nullopt);
  // Half of them with a secret that the hashers must check.
  who->minting.owner = luck_.percent(50) ? 2 : luck_.below(2);
  auto& service = world_->service(io_thread);
  auto x = service::mint_handle{
      new service::mint_exchange{who, service.next_request_id(), clock_.now()}};
  auto& request = x->request;
  request.client_id = applications_[who->minting.owner].id;
  request.redirect_uri = redirect_uri;
  request.scope = luck_.percent(50) ? "openid" : "openid offline_access";
  request.sub = subjects[luck_.below(subjects.size())];
  request.auth_time = oauth::numeric_date(clock_.now());
  if (luck_.percent(30)) request.ttl = static_cast<std::int64_t>(1 + luck_.below(600));
  if (luck_.percent(50)) {
    who->minting.verifier = std::string(43 + luck_.below(80), 'v');
    request.code_challenge = crypto::base64url(crypto::sha256(who->minting.verifier));
    request.code_challenge_method = "S256";
  }
  service.submit(std::move(x));
}

/// Prefers newer codes, so that many requests meet at one.
void simulation::redeem_any() {
  if (codes_.empty()) return mint();
  const auto newest = std::min(codes_.size(), std::size_t{3});
  const auto& code = luck_.percent(70) ? codes_[codes_.size() - 1 - luck_.below(newest)]
                                       : codes_[luck_.below(codes_.size())];
  const auto how =
      luck_.percent(60) ? manner::right : static_cast<manner>(luck_.below(manners_count));
  redeem(code, how, luck_.below(shape_.io_threads));
}

void simulation::redeem(const held_code& code, manner how, std::size_t io_thread) {
  auto who = std::make_shared<asker>(*this);
  who->question = model_.ask(how, code.ref);
  who->code = code.text;
  who->verifier = code.verifier;
  who->uri = redirect_uri;
  auto owner = code.owner;
  if (how == manner::wrong_client) owner = (owner + 1 + luck_.below(2)) % applications_.size();
  who->owner = owner;
  if (how == manner::wrong_verifier) who->verifier = std::string(64, 'w');
  if (how == manner::wrong_uri)
    who->uri = luck_.percent(50) ? "https://app.example.com/cb/" : "https://app.example.com/CB";
  // The slot's two characters follow the prefix.
  if (how == manner::respelled_slot) who->code[5] = who->code[5] == 'A' ? 'B' : 'A';

  auto& service = world_->service(io_thread);
  auto x = service::token_handle{
      new service::token_exchange{who, service.next_request_id(), clock_.now()}};
  x->request.code = who->code;
  x->request.code_verifier = who->verifier;
  x->request.redirect_uri = who->uri;
  identify(*who, x->request.who, owner, how == manner::wrong_secret, how == manner::right);
  service.submit(std::move(x));
}

void simulation::identify(asker& who, oauth::presented_credentials& to, std::size_t owner,
                          bool is_wrong, bool may_repeat) {
  const auto& application = applications_[owner];
  to.id = to.raw_id = application.id;
  if (!application.key) {
    who.secret = application.secret;
    if (is_wrong) who.secret.back() = who.secret.back() == 'x' ? 'y' : 'x';
    to.presented = oauth::presented_credentials::how::post;
    to.secret = to.raw_secret = who.secret;
    return;
  }
  constexpr auto repeated = std::size_t{25};
  if (may_repeat && !is_calm_ && !assertions_.empty() && luck_.percent(repeated)) {
    who.assertion = assertions_[assertions_.size() - 1 -
                                luck_.below(std::min(assertions_.size(), std::size_t{3}))];
  } else {
    const auto jti = std::to_string(++assertions_made_);
    who.assertion =
        test::sign_assertion(*application.key, {application.id, rules_.issuer, jti, clock_.now()});
    if (is_wrong) who.assertion = test::with_wrong_signature(who.assertion);
    assertions_.push_back(who.assertion);
  }
  assertion_book_.sent(who.assertion);
  to.presented = oauth::presented_credentials::how::assertion;
  to.assertion = who.assertion;
}

bool simulation::hear_assertion(const asker& from, const std::optional<oauth::denial>& denied) {
  if (from.assertion.empty()) return false;
  const auto is_right = assertion_book_.answered(from.assertion, denied);
  result_.used_assertions = assertion_book_.refused();
  return is_right;
}

void simulation::hear(const asker& from, service::token_exchange& x) {
  note(x.denied ? static_cast<std::uint64_t>(x.denied->code) : 99);
  if (x.request.grant == oauth::grant_type::refresh_token) return hear_refresh(from, x);
  model_.answered(from.question, x, hear_assertion(from, x.denied));
  if (x.denied || x.body.empty()) return;
  ++result_.successes;
  if (auto token = refresh_token_in(x.body); !token.empty())
    families_.push_back({std::move(token), {}, from.owner, false});
}

void simulation::kill_any() {
  static constexpr auto pools = std::array<std::string_view, 10>{
      "validator", "validator", "code-store", "code-store", "signer",
      "signer",    "http",      "hasher",     "registry",   "key-keeper"};
  world_->kill(pools[luck_.below(pools.size())], luck_.below(8));
}

void simulation::pass_time() {
  constexpr auto one_in_a_while = std::size_t{5};
  const auto most = luck_.percent(one_in_a_while) ? 40'000U : luck_.percent(50) ? 20U : 300U;
  clock_.advance(oauth::milliseconds{luck_.below(most)});
}

/// Ends all faults. Every request that may still succeed does so at the first attempt.
void simulation::calm_down() {
  const auto told = store_.mood.told;
  store_.mood = moods{};
  store_.mood.told = told;
  drain();
  is_calm_ = true;
  model_.note_calm();
  handle_book_.note_calm();
  for (const auto& r : std::exchange(requests_, {})) {
    answer(r, true);
    drain();
    handle_book_.check_answered(r.number);
  }
  for (auto i = std::size_t{0}; i < families_.size(); ++i) {
    const auto before = result_.refreshed;
    const auto hopes = model_.families.must_succeed(families_[i].current);
    refresh_honestly(i, luck_.below(shape_.io_threads));
    drain();
    if (hopes && result_.refreshed == before) model_.fail("an honest client is logged out");
  }
  const auto codes = codes_;
  for (const auto& code : codes) {
    const auto before = result_.successes;
    const auto hopes = model_.must_succeed(code.ref);
    redeem(code, manner::right, luck_.below(shape_.io_threads));
    drain();
    if (hopes && result_.successes == before) model_.fail("an honest client gets no tokens");
    if (hopes) ++result_.retried;
  }
  if (!world_->has_all_places()) model_.fail("a permit for a slow hash is lost");
}

/// As many exchanges as the limit are admitted at once: none is counted for ever.
void simulation::check_admission() {
  auto code = held_code{};
  code.text = "mco_AA" + std::string(43, 'A');
  code.ref = {oauth::slot{0}, crypto::sha256(code.text)};
  for (auto io_thread = std::size_t{0}; io_thread < shape_.io_threads; ++io_thread)
    for (auto i = std::size_t{0}; i < shape_.limit; ++i)
      redeem(code, manner::respelled_slot, io_thread);
  drain();
}

/// Stops as the server does, with whatever is in flight.
void simulation::stop() {
  world_->begin_stop();
  // The store may finish its work, or be closed during it.
  while (world_->runnable() > 0)
    if (luck_.percent(80))
      world_->run(luck_.below(world_->runnable()));
    else
      step();
  if (!world_->is_stopped()) model_.fail("an actor does not end");
  world_->close_engine();
  while (world_->runnable() > 0) world_->run(0);
  model_.check_all_answered();
  world_.reset();
  if (asker::alive != 0) model_.fail(std::to_string(asker::alive) + " exchanges are leaked");
  asker::alive = 0;
}

run_result simulate(std::uint64_t seed, lie told) {
  return simulation{seed, told}.run();
}

}  // namespace mintage::sim
