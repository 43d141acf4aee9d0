#include "actors/hasher.hpp"

#include <chrono>
#include <ctime>
#include <utility>
#include <variant>

#include "crypto/password.hpp"

namespace mintage::actors {
namespace {

using pointer = hasher_actor::stateful_pointer<hasher_state>;

/// Sends a job that is done back to its validator.
hash_queue::delivery back_to_validators(const routes_ptr& to) {
  return [to](slow_job job) {
    const auto& validators = to->validators;
    const auto& validator = validators[job.validator % validators.size()];
    std::visit(
        [&](auto& x) {
          using handle = std::remove_reference_t<decltype(x)>;
          caf::anon_send(validator, verified_atom_v, batch<handle>{std::move(x)});
        },
        job.asked);
  };
}

/// Monotonic time, and the time that this thread had a core.
struct moment {
  std::uint64_t ticks = metrics::ticks();
  timespec cpu = [] {
    auto t = timespec{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t;
  }();
};

/// Notes how long one of `count` comparisons took that began at `begun`.
void note_duration(hash_queue& queue, const moment& begun, std::size_t count) {
  const auto now = moment{};
  const auto cpu = std::chrono::seconds{now.cpu.tv_sec - begun.cpu.tv_sec} +
                   std::chrono::nanoseconds{now.cpu.tv_nsec - begun.cpu.tv_nsec};
  queue.note_duration(std::chrono::nanoseconds{now.ticks - begun.ticks} / count, cpu / count);
}

/// A comparison that can only fail need not be made.
void compare(pointer self, const hasher_setup& setup, pool_meters& meters, slow_job& job) {
  job.set_matched(false);
  if (!job.claim().is_real) return;
  const auto busy = busy_scope{meters};
  const auto& check = job.check();
  const auto begun = moment{};
  auto proven = oauth::prove(check, *self->state.pepper);
  note_duration(setup.queue, begun, check.hashes.size() * check.candidates.size());
  job.set_matched(proven.has_value());
  if (proven)
    self->send(self->state.to->registry, verified_atom_v,
               std::make_shared<const oauth::proven_secret>(std::move(*proven)));
}

void begin(pointer self, const hasher_setup& setup, const routes_ptr& to) {
  const auto is_new = self->state.to == nullptr;
  self->state.to = to;
  setup.queue.deliver_by(back_to_validators(to));
  if (is_new && setup.queue.is_paced()) {
    const auto begun = moment{};
    static_cast<void>(crypto::argon2id_hash("as long as a comparison", self->state.random));
    note_duration(setup.queue, begun, 1);
  }
}

}  // namespace

hasher_actor::behavior_type hasher(pointer self, std::size_t index, const hasher_setup* setup) {
  self->state.pepper.emplace(setup->pepper);
  pool_meters* meters = &setup->meters.at(index);
  return {
      [self, setup, meters](verify_atom) {
        auto job = setup->queue.next();
        if (!job) return;
        meters->taken.add();
        compare(self, *setup, *meters, *job);
        setup->queue.finish(std::move(*job));
      },
      [self](hash_atom, const hash_request& job) {
        job->stored.hash = crypto::argon2id_hash(job->secret.reveal(), self->state.random);
        self->send(self->state.to->registry, hash_atom_v, job);
      },
      [self, setup](routes_atom, const routes_ptr& to) {
        begin(self, *setup, to);
        begin_if_ready(self);
      },
  };
}

}  // namespace mintage::actors
