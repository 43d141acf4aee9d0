#include "tests/sim/simulated_world.hpp"

#include <algorithm>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>
#include <cstdlib>
#include <deque>
#include <functional>
#include <iostream>
#include <limits>
#include <utility>

#include "actors/supervisor.hpp"
#include "tests/sim/end_member.hpp"
#include "tests/sim/world.hpp"

namespace mintage::sim {
namespace {

class queue_lane final : public service::io_thread {
 public:
  void post(std::function<void()> task) override { tasks_.push_back(std::move(task)); }
  /// Reports an idle thread, so that admission never refuses.
  [[nodiscard]] std::uint64_t busy_since() const noexcept override {
    return std::numeric_limits<std::uint64_t>::max();
  }
  [[nodiscard]] bool has_task() const noexcept { return !tasks_.empty(); }
  void run_one() {
    const auto task = std::move(tasks_.front());
    tasks_.pop_front();
    task();
  }

 private:
  std::deque<std::function<void()>> tasks_;
};

/// CAF prints each actor that crashes to standard output; here they crash on purpose.
class quiet_output {
 public:
  quiet_output() : before_{std::cout.rdbuf(nullptr)} {}
  quiet_output(const quiet_output&) = delete;
  quiet_output& operator=(const quiet_output&) = delete;
  ~quiet_output() {
    std::cout.rdbuf(before_);
    std::cout.clear();
  }

 private:
  std::streambuf* before_;
};

caf::actor_system_config& configure(caf::actor_system_config& cfg) {
  cfg.add_message_types<caf::id_block::mintage>();
  cfg.set("scheduler.policy", caf::atom("testing"));
  cfg.set("logger.inline-output", true);
  return cfg;
}

}  // namespace

struct simulated_world::impl {
  impl(const world_shape& s, std::unique_ptr<storage::engine> e, oauth::clock& clock,
       const oauth::options& rules_, const crypto::digest& pepper)
      : shape{s},
        rules{rules_},
        engine{std::move(e)},
        board{s.io_threads, s.validators, s.code_stores, s.signers, 1},
        refusals{s.io_threads, 64},
        places{s.hasher_queue, s.hasher_queue},
        io_threads(s.io_threads),
        members{
            .validators = {actors::validator_setup{.keys = {.pepper = pepper, .process = pepper},
                                                   .rules = rules,
                                                   .clock = clock,
                                                   .permits = places,
                                                   .meters = board.validators,
                                                   .slow = &slow}},
            .hashers = {.queue = slow, .pepper = pepper, .meters = board.hashers},
            .code_stores = {actors::code_store_setup{.engine = *engine,
                                                     .rules = rules,
                                                     .clock = clock,
                                                     .shards_count = s.code_stores,
                                                     .batch_max = s.batch_max,
                                                     .meters = board.code_stores,
                                                     .roots = pepper}},
            .signers = {actors::signer_setup{
                .roots = pepper, .rules = rules, .clock = clock, .meters = board.signers}},
            .registry = {.records = engine->records(),
                         .cutoffs = engine->cutoffs(),
                         .rules = rules,
                         .clock = clock,
                         .pepper = pepper,
                         .algorithms = {crypto::jws_alg::es256}},
            .keys = {.records = engine->records(),
                     .clock = clock,
                     .journal = journal,
                     .seal_keys = pepper,
                     .algorithms = {crypto::jws_alg::es256},
                     .rules = rules},
            .key_fetcher = {.clock = clock, .most_waiting = 16, .meters = board.key_fetcher},
            .logouts = {.outbox = engine->logouts(),
                        .rules = rules,
                        .clock = clock,
                        .journal = journal,
                        .meters = board.logouts}},
        setup{members,
              {.validators = s.validators,
               .code_stores = s.code_stores,
               .signers = s.signers,
               .hashers = 1},
              gateways,
              board,
              journal,
              {},
              restarts_without_limit,
              false},
        system{configure(config)},
        scheduler{dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())} {
    for (auto i = std::uint32_t{0}; i < io_threads.size(); ++i)
      gateways.push_back(std::make_unique<actors::request_gateway>(
          i, io_threads[i], s.limit, clock, journal, *engine, board, refusals));
    supervising = system.spawn(actors::supervisor, &setup);
    caf::anon_send(supervising, actors::routes_atom_v);
  }

  // CAF waits for every actor at the end: a failure here is better than a hang.
  ~impl() {
    if (system.registry().running() == 0) return;
    std::cerr << "an actor does not end\n";
    std::abort();
  }

  [[nodiscard]] std::vector<queue_lane*> busy_lanes() {
    auto busy = std::vector<queue_lane*>{};
    for (auto& io_thread : io_threads)
      if (io_thread.has_task()) busy.push_back(&io_thread);
    return busy;
  }

  quiet_output quiet;
  world_shape shape;
  oauth::options rules;
  counting_journal journal;
  std::unique_ptr<storage::engine> engine;
  actors::meter_board board;
  actors::refusal_book refusals;
  actors::hash_permits places;
  actors::hash_queue slow{actors::hash_queue::pacing::off};
  std::vector<queue_lane> io_threads;
  actors::member_setups members;
  std::vector<std::unique_ptr<actors::request_gateway>> gateways;
  actors::supervisor_setup setup;
  caf::actor_system_config config;
  caf::actor_system system;
  caf::scheduler::test_coordinator& scheduler;
  actors::supervisor_actor supervising;
};

simulated_world::simulated_world(const world_shape& shape, std::unique_ptr<storage::engine> engine,
                                 oauth::clock& clock, const oauth::options& rules,
                                 const crypto::digest& pepper)
    : impl_{std::make_unique<impl>(shape, std::move(engine), clock, rules, pepper)} {}

simulated_world::~simulated_world() = default;

std::size_t simulated_world::runnable() const {
  return impl_->scheduler.jobs.size() + impl_->busy_lanes().size();
}

void simulated_world::run(std::size_t i) {
  auto& jobs = impl_->scheduler.jobs;
  if (i >= jobs.size()) return impl_->busy_lanes().at(i - jobs.size())->run_one();
  const auto chosen = jobs.begin() + static_cast<std::ptrdiff_t>(i);
  std::rotate(jobs.begin(), chosen, chosen + 1);
  impl_->scheduler.run_once();
}

service::token_service& simulated_world::service(std::size_t io_thread) {
  return *impl_->gateways.at(io_thread);
}

void simulated_world::kill(std::string_view pool, std::size_t index) {
  if (const auto& to = impl_->gateways.front()->current_routes()) end_member(*to, pool, index);
}

bool simulated_world::has_all_places() {
  auto taken = std::vector<std::shared_ptr<const void>>{};
  for (auto i = std::size_t{0}; i < impl_->shape.hasher_queue; ++i) {
    auto claim = service::slow_claim{.is_real = true};
    claim.source[0] = static_cast<std::uint8_t>(i);
    taken.push_back(impl_->places.enter(claim));
  }
  return std::find(taken.begin(), taken.end(), nullptr) == taken.end();
}

void simulated_world::begin_stop() {
  caf::anon_send_exit(impl_->supervising, caf::exit_reason::user_shutdown);
  impl_->supervising = nullptr;
}

bool simulated_world::is_stopped() const {
  return impl_->system.registry().running() == 0;
}

void simulated_world::close_engine() {
  impl_->slow.close();
  for (const auto& p : impl_->gateways) p->reroute(nullptr);
  impl_->engine.reset();
}

}  // namespace mintage::sim
