#include "actors/system.hpp"

#include <algorithm>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>
#include <future>
#include <utility>

#include "actors/stages/refusal_book.hpp"
#include "actors/supervisor.hpp"
#include "crypto/digest.hpp"

namespace mintage::actors {
namespace {

/// Subkeys of the seal key, one per purpose. The labels are part of the database's format: DO NOT
/// CHANGE.
crypto::digest subkey(const crypto::root_key& root, std::string_view purpose) {
  return root.derive(std::string{"mintage/"}.append(purpose));
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
  explicit source_limits(const oauth::options& rules)
      : failures{make(rules.failures_per_minute)},
        authorizations{make(rules.authorizations_per_minute)},
        stored{make(rules.stored_authorizations_per_minute)} {}
  static std::unique_ptr<oauth::failure_limits> make(unsigned per_minute) {
    if (per_minute == 0) return nullptr;
    return std::make_unique<oauth::failure_limits>(per_minute, oauth::seconds{60});
  }
  /// Null = no limit.
  std::unique_ptr<oauth::failure_limits> failures;
  std::unique_ptr<oauth::failure_limits> authorizations;
  std::unique_ptr<oauth::failure_limits> stored;
};

member_setups make_setups(const options& o, const oauth::options& rules, const environment& around,
                          hash_permits& permits, hash_queue& slow, source_limits& limits,
                          meter_board& board) {
  auto random = crypto::buffered_random{};
  const auto keys = key_keeper_setup{.records = around.engine->records(),
                                     .clock = around.clock,
                                     .journal = around.journal,
                                     .seal_key = subkey(around.root, "seal/1"),
                                     .keys = {.algorithms = o.algorithms,
                                              .rotation_period = rules.key_rotation_period,
                                              .overlap = rules.key_overlap},
                                     .rules = rules};
  // Here, so that keys that cannot be opened end the start. On first start this takes up to a
  // second.
  const auto ring = key_rotation{keys}.ring();
  const auto pepper = subkey(around.root, "pepper/1");
  const auto secret_key = subkey(around.root, "client-secret/1");
  const auto url_key = subkey(around.root, "url/1");
  return {.validators = {.keys = {.pepper = pepper,
                                  .process = random.take<32>(),
                                  .secret_key = secret_key},
                         .rules = rules,
                         .clock = around.clock,
                         .permits = permits,
                         .meters = board.validators,
                         .pairwise_key = subkey(around.root, "pairwise/1"),
                         .nonce_key = subkey(around.root, "dpop_nonce/1"),
                         .url_key = url_key,
                         .limits = limits.failures.get(),
                         .authorization_limits = limits.authorizations.get(),
                         .stored_limits = limits.stored.get(),
                         .slow = &slow,
                         .lines = &around.journal,
                         .engine = around.engine.get(),
                         .signatures = around.signatures,
                         .io_threads = around.io_threads},
          .hashers = {.queue = slow, .pepper = pepper, .meters = board.hashers},
          .code_stores = {.engine = *around.engine,
                          .rules = rules,
                          .clock = around.clock,
                          .shards_count = sizes_of(o, around.io_threads.size()).code_stores,
                          .batch_max = o.batch_max,
                          .meters = board.code_stores,
                          .root = around.root,
                          .io_threads = around.io_threads},
          .signers = {.root = around.root,
                      .rules = rules,
                      .clock = around.clock,
                      .meters = board.signers,
                      .watch = {.preferred = around.signatures.kind(),
                                .make = make_backends_of(around.signatures),
                                .journal = &around.journal},
                      .io_threads = around.io_threads,
                      .url_key = url_key},
          .registry = {.records = around.engine->records(),
                       .cutoffs = around.engine->cutoffs(),
                       .rules = rules,
                       .clock = around.clock,
                       .pepper = pepper,
                       .algorithms = active_algorithms(*ring),
                       .secret_key = secret_key,
                       .meters = &board.registry,
                       .journal = &around.journal},
          .keys = keys,
          .key_fetcher = {.fetcher = around.fetcher,
                          .clock = around.clock,
                          .most_waiting = o.key_waits,
                          .meters = board.key_fetcher},
          .logouts = {.outbox = around.engine->logouts(),
                      .sender = around.logout_sender,
                      .rules = rules,
                      .clock = around.clock,
                      .journal = around.journal,
                      .meters = board.logouts}};
}

}  // namespace

struct system::impl {
  impl(const options& o, const oauth::options& rules_, environment around)
      : rules{rules_},
        permits{o.hasher_queue, o.hasher_queue_per_source},
        sizes{sizes_of(o, around.io_threads.size())},
        board{around.io_threads.size(), sizes.validators, sizes.code_stores, sizes.signers,
              sizes.hashers},
        refusals{around.io_threads.size(), o.refusals_kept},
        signatures{around.signatures},
        limits{rules},
        members{make_setups(o, rules, around, permits, slow, limits, board)},
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
    for (const auto& p : gateways) {
      auto done = std::promise<void>{};
      p->io_thread().post([&] {
        work(*p);
        done.set_value();
      });
      done.get_future().wait();
    }
  }

  static std::vector<std::unique_ptr<request_gateway>> make_gateways(const options& o,
                                                                     const environment& around,
                                                                     meter_board& board,
                                                                     refusal_book& refusals) {
    auto made = std::vector<std::unique_ptr<request_gateway>>{};
    const auto limit = std::max<std::size_t>(1, o.max_in_flight / around.io_threads.size());
    for (auto i = std::uint32_t{0}; i < around.io_threads.size(); ++i)
      made.push_back(std::make_unique<request_gateway>(i, *around.io_threads[i], limit,
                                                       around.clock, around.journal, *around.engine,
                                                       board, refusals, around.operations));
    return made;
  }

  const oauth::options rules;
  hash_permits permits;
  hash_queue slow{hash_queue::pacing::on};
  pool_sizes sizes;
  meter_board board;
  refusal_book refusals;
  signature_meters signatures;
  source_limits limits;
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

void system::attach(const metrics::meter_group& g) {
  impl_->board.attach(g);
}

}  // namespace mintage::actors
