/// @file
/// Counts what one code exchange counts, for the benchmarks of the metrics.
#pragma once

#include <cstddef>

#include "actors/stages/meters.hpp"

namespace mintage::bench {

/// Counts with both tokens signed and batches of one, whose overhead is largest.
/// @param member of each pool that the exchange passes; no other thread may use the same one.
inline void count_one_exchange(actors::meter_board& board, std::size_t member = 0) {
  using namespace actors;
  using metrics::ticks;
  auto& io_thread = board.io_threads.at(member);
  auto& validator = board.validators.at(member);
  auto& store = board.code_stores.at(member);
  auto& signer = board.signers.at(member);
  io_thread.in_flight.set(1);
  const auto submitted = ticks();
  io_thread.sent_to_validators.add();
  {
    const auto busy = busy_scope{validator};
    validator.taken.add();
    validator.sent_to_stores.add();
  }
  {
    const auto busy = busy_scope{store};
    store.taken.add();
    store.batch_size.add(1);
    const auto since = ticks();
    store.commit_ns.add(ticks() - since);
    store.sent_to_signers.add();
  }
  {
    const auto busy = busy_scope{signer};
    signer.taken.add();
    for (auto signature = 0; signature < 2; ++signature) {
      const auto since = ticks();
      signer.of(crypto::jws_alg::es256).add(ticks() - since);
    }
  }
  io_thread.in_flight.set(0);
  const auto kind = kind_of(oauth::grant_type::authorization_code);
  io_thread.ns_of(kind).add(ticks() - submitted);
  io_thread.of(kind).ok.add();
}

}  // namespace mintage::bench
