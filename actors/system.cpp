#include "actors/system.hpp"

#include <algorithm>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>
#include <future>
#include <utility>

#include "actors/stages/lives_in_use.hpp"
#include "actors/stages/refusal_book.hpp"
#include "actors/supervisor.hpp"
#include "crypto/digest.hpp"

namespace mintage::actors {
namespace {

/// Subkeys of the seal keys, one per purpose. The labels are part of the database's format: DO NOT
/// CHANGE.
crypto::subkeys subkeys(const crypto::root_ring& roots, std::string_view purpose,
                        crypto::subkey_life life = crypto::subkey_life::any) {
  return {roots, std::string{"mintage/"}.append(purpose), life};
}

std::size_t size_or(std::size_t configured, std::size_t otherwise) {
  return configured != 0 ? configured : otherwise;
}

caf::actor_system_config& configure(caf::actor_system_config& cfg, const options& o) {
  cfg.add_message_types<caf::id_block::mintage>();
  // Runs the few actors that have no I/O thread, and sleeps until there is work; "stealing" would
  // poll every few milliseconds.
  cfg.set("scheduler.policy", caf::atom("sharing"));
  cfg.set("scheduler.max-threads", std::max<std::size_t>(1, o.workers));
  return cfg;
}

pool_sizes sizes_of(const options& o, std::size_t io_threads) {
  return {.validators = size_or(o.validators, io_threads),
          .code_stores = size_or(o.code_stores, io_threads),
          .signers = size_or(o.signers, io_threads),
          .hashers = o.hashers};
}

/// What one source may do in a minute.
struct source_limits {
  explicit source_limits(const oauth::options& rules) { change(rules); }
  void change(const oauth::options& rules) noexcept {
    failures.set_most(rules.failures_per_minute);
    authorizations.set_most(rules.authorizations_per_minute);
    stored.set_most(rules.stored_authorizations_per_minute);
  }

  oauth::failure_limits failures{1, oauth::seconds{60}};
  oauth::failure_limits authorizations{1, oauth::seconds{60}};
  oauth::failure_limits stored{1, oauth::seconds{60}};
};

/// The rules, once for each thread that reads them: it alone changes its copy, between two
/// messages, so that readers need no lock.
struct rules_copies {
  rules_copies(const oauth::options& rules, std::size_t io_threads)
      : of_io_threads(io_threads, rules), registry{rules}, key_keeper{rules}, logouts{rules} {}

  std::vector<oauth::options> of_io_threads;
  oauth::options registry;
  oauth::options key_keeper;
  oauth::options logouts;
};

/// @param make makes the setup of an I/O thread of its rules.
template <class Make>
auto for_io_threads(const rules_copies& rules, Make make) {
  auto all = std::vector<decltype(make(rules.of_io_threads.front()))>{};
  for (const auto& r : rules.of_io_threads) all.push_back(make(r));
  return all;
}

std::size_t limit_of_an_io_thread(const options& o, std::size_t io_threads) {
  return std::max<std::size_t>(1, o.max_in_flight / io_threads);
}

member_setups make_setups(const options& o, rules_copies& rules, const environment& around,
                          hash_permits& permits, hash_queue& slow, source_limits& limits,
                          meter_board& board, seal_progress& resealing, lives_in_use& lives) {
  auto random = crypto::buffered_random{};
  const auto keys = key_keeper_setup{.records = around.engine->records(),
                                     .clock = around.clock,
                                     .journal = around.journal,
                                     .seal_keys = subkeys(around.roots, "seal/1"),
                                     .algorithms = o.algorithms,
                                     .rules = rules.key_keeper,
                                     .follow_ring = around.follow_ring,
                                     .progress = &resealing,
                                     .lives = &lives};
  // Here, so that keys that cannot be opened end the start. On first start this takes up to a
  // second.
  const auto ring = key_rotation{keys}.ring();
  const auto pepper = around.roots.lasting(crypto::lasting_subkey::pepper);
  const auto pairwise_key = around.roots.lasting(crypto::lasting_subkey::pairwise);
  const auto secret_keys = subkeys(around.roots, "client-secret/1");
  const auto url_keys = subkeys(around.roots, "url/1", crypto::subkey_life::minutes);
  const auto auth =
      oauth::auth_keys{.pepper = pepper, .process = random.take<32>(), .secret_keys = secret_keys};
  const auto validators = for_io_threads(rules, [&](const oauth::options& r) {
    return validator_setup{
        .keys = auth,
        .rules = r,
        .clock = around.clock,
        .permits = permits,
        .meters = board.validators,
        .pairwise_key = pairwise_key,
        .nonce_keys = subkeys(around.roots, "dpop_nonce/1", crypto::subkey_life::minutes),
        .url_keys = url_keys,
        .limits = &limits.failures,
        .authorization_limits = &limits.authorizations,
        .stored_limits = &limits.stored,
        .slow = &slow,
        .lives = &lives,
        .lines = &around.journal,
        .engine = around.engine.get(),
        .signatures = around.signatures,
        .io_threads = around.io_threads};
  });
  const auto code_stores = for_io_threads(rules, [&](const oauth::options& r) {
    return code_store_setup{.engine = *around.engine,
                            .rules = r,
                            .clock = around.clock,
                            .shards_count = sizes_of(o, around.io_threads.size()).code_stores,
                            .batch_max = o.batch_max,
                            .meters = board.code_stores,
                            .roots = around.roots,
                            .io_threads = around.io_threads};
  });
  const auto signers = for_io_threads(rules, [&](const oauth::options& r) {
    return signer_setup{.roots = around.roots,
                        .rules = r,
                        .clock = around.clock,
                        .meters = board.signers,
                        .watch = {.preferred = around.signatures.kind(),
                                  .make = make_backends_of(around.signatures),
                                  .journal = &around.journal},
                        .io_threads = around.io_threads,
                        .url_keys = url_keys};
  });
  return {.validators = validators,
          .hashers = {.queue = slow, .pepper = pepper, .meters = board.hashers},
          .code_stores = code_stores,
          .signers = signers,
          .registry = {.records = around.engine->records(),
                       .cutoffs = around.engine->cutoffs(),
                       .rules = rules.registry,
                       .clock = around.clock,
                       .pepper = pepper,
                       .algorithms = active_algorithms(*ring),
                       .secret_keys = secret_keys,
                       .meters = &board.registry,
                       .journal = &around.journal,
                       .progress = &resealing,
                       .lives = &lives},
          .keys = keys,
          .key_fetcher = {.fetcher = around.fetcher,
                          .clock = around.clock,
                          .most_waiting = o.key_waits,
                          .meters = board.key_fetcher},
          .logouts = {.outbox = around.engine->logouts(),
                      .sender = around.logout_sender,
                      .rules = rules.logouts,
                      .clock = around.clock,
                      .journal = around.journal,
                      .meters = board.logouts,
                      .lives = &lives}};
}

}  // namespace

struct system::impl {
  impl(const options& o, const oauth::options& rules_, environment around)
      : rules{rules_, around.io_threads.size()},
        permits{o.hasher_queue, o.hasher_queue_per_source},
        sizes{sizes_of(o, around.io_threads.size())},
        board{around.io_threads.size(), sizes.validators, sizes.code_stores, sizes.signers,
              sizes.hashers},
        refusals{around.io_threads.size(), o.refusals_kept},
        signatures{around.signatures},
        limits{rules_},
        lives{around.engine->records(), around.clock, rules_},
        roots{around.roots},
        members{make_setups(o, rules, around, permits, slow, limits, board, resealing, lives)},
        gateways{make_gateways(o, around, board, refusals)},
        engine{std::move(around.engine)},
        setup{members, sizes, gateways, board, around.journal, around.give_up, around.restarts},
        actors{configure(config, o)},
        supervising{actors.spawn(supervisor, &setup)} {
    board.attach(signatures);
    caf::anon_send(supervising, routes_atom_v);
    for (const auto* g : engine->meters()) board.attach(*g);
    engine->watch([to = supervising] { caf::anon_send(to, changed_atom_v); });
  }

  // Everything that may hold an exchange is destroyed first: the actors, then the engine's queue.
  // Their exchanges are then tasks on the I/O threads. After these tasks the gateways are not
  // referenced any more.
  ~impl() {
    engine->watch({});
    // Their handlers refer to actors.
    for (auto* const f : {members.key_fetcher.fetcher, members.logouts.sender})
      if (f != nullptr) f->stop();
    caf::anon_send_exit(supervising, caf::exit_reason::user_shutdown);
    supervising = nullptr;
    actors.await_all_actors_done();
    slow.close();
    engine.reset();
    // While a gateway knows actors it tries to have consumptions released, and those exchanges
    // return again.
    on_each_io_thread([](request_gateway& p) { p.reroute(nullptr); });
    on_each_io_thread([](request_gateway&) {});
  }

  /// Waits until all tasks posted to the I/O threads before have run, and `work` after them.
  template <class Work>
  void on_each_io_thread(Work work) {
    for (const auto& p : gateways) on_io_thread(*p, work);
  }

  template <class Work>
  static void on_io_thread(request_gateway& p, Work work) {
    auto done = std::promise<void>{};
    p.io_thread().post([&] {
      work(p);
      done.set_value();
    });
    done.get_future().wait();
  }

  static std::vector<std::unique_ptr<request_gateway>> make_gateways(const options& o,
                                                                     const environment& around,
                                                                     meter_board& board,
                                                                     refusal_book& refusals) {
    auto made = std::vector<std::unique_ptr<request_gateway>>{};
    const auto limit = limit_of_an_io_thread(o, around.io_threads.size());
    for (auto i = std::uint32_t{0}; i < around.io_threads.size(); ++i)
      made.push_back(std::make_unique<request_gateway>(i, *around.io_threads[i], limit,
                                                       around.clock, around.journal, *around.engine,
                                                       board, refusals, around.operations));
    return made;
  }

  /// Waits until the I/O threads have taken over the settings, and the supervisor has sent them to
  /// the other members: what is asked after the return finds them there.
  void change(const options& o, const oauth::options& fresh) {
    lives.begin(fresh);
    permits.set_limits(o.hasher_queue, o.hasher_queue_per_source);
    limits.change(fresh);
    const auto limit = limit_of_an_io_thread(o, gateways.size());
    for (auto i = std::size_t{0}; i < gateways.size(); ++i)
      on_io_thread(*gateways[i], [&](request_gateway& p) {
        rules.of_io_threads[i] = fresh;
        p.set_limit(limit);
      });
    const auto sent = std::make_shared<std::promise<void>>();
    auto done = sent->get_future();
    caf::anon_send(
        supervising, publish_atom_v,
        new_settings_ptr{std::make_shared<const new_settings>(new_settings{
            .rules = fresh, .key_waits = o.key_waits, .sent = [sent] { sent->set_value(); }})});
    done.wait();
  }

  rules_copies rules;
  hash_permits permits;
  hash_queue slow{hash_queue::pacing::on};
  pool_sizes sizes;
  meter_board board;
  refusal_book refusals;
  signature_meters signatures;
  source_limits limits;
  lives_in_use lives;
  crypto::root_ring roots;
  seal_progress resealing;
  member_setups members;
  std::vector<std::unique_ptr<request_gateway>> gateways;
  std::unique_ptr<storage::engine> engine;
  supervisor_setup setup;
  caf::actor_system_config config;
  caf::actor_system actors;
  supervisor_actor supervising;
};

system::system(const options& o, const oauth::options& rules, environment around)
    : impl_{std::make_unique<impl>(o, rules, std::move(around))} {}

system::~system() = default;

std::vector<service::token_service*> system::services() {
  auto all = std::vector<service::token_service*>{};
  for (const auto& p : impl_->gateways) all.push_back(p.get());
  return all;
}

void system::change(const options& o, const oauth::options& rules) {
  impl_->change(o, rules);
}

std::optional<std::size_t> system::outdated(sealed_records of) const {
  return impl_->resealing.left(of, impl_->roots.changes());
}

oauth::seconds system::longest_refresh_life() const {
  return impl_->lives.longest_refresh_life();
}

void system::attach(const metrics::meter_group& g) {
  impl_->board.attach(g);
}

}  // namespace mintage::actors
