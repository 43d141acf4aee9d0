#include "actors/stages/guarded_signer.hpp"

#include <exception>
#include <utility>

#include "crypto/signatures/crypto_mb.hpp"
#include "metrics/work_cost.hpp"

namespace mintage::actors {

static_assert(static_cast<std::size_t>(crypto::jws_alg::es512) == metrics::work_sums::algorithms,
              "the algorithms that sign come first");

make_signing_backend make_backends_of(crypto::signature_backends chosen) {
  return [chosen = std::move(chosen)](const crypto::signing_key& key,
                                      crypto::backend_kind with) -> signing_backend {
    auto signer = std::make_shared<crypto::jws_signer>(key, chosen.make(with));
    return [signer](std::span<const crypto::jws_draft> drafts) {
      return signer->append_compact(drafts);
    };
  };
}

void distrusted_keys::add(const std::string& kid) {
  const auto guard = std::scoped_lock{mutex_};
  kids_.insert(kid);
  version_.fetch_add(1, std::memory_order_release);
}

bool distrusted_keys::has(const std::string& kid) const {
  const auto guard = std::scoped_lock{mutex_};
  return kids_.contains(kid);
}

guarded_signer::guarded_signer(crypto::signing_key key, const signature_watch& watch,
                               signer_meters& meters)
    : key_{std::move(key)}, watch_{watch}, meters_{meters}, with_{watch.preferred} {
  follow_distrust();
  if (backend_ != nullptr) return;
  if (with_ == crypto::backend_kind::openssl) {
    use_openssl();
    return;
  }
  try {
    backend_ = watch_.make(key_, with_);
  } catch (const std::exception&) {
    note_fault();
    use_openssl();
  }
}

void guarded_signer::follow_distrust() {
  const auto version = watch_.distrusted->version();
  if (version == seen_version_) return;
  seen_version_ = version;
  if (with_ != crypto::backend_kind::openssl && watch_.distrusted->has(key_.kid())) use_openssl();
}

void guarded_signer::use_openssl() {
  auto made = watch_.make(key_, crypto::backend_kind::openssl);
  with_ = crypto::backend_kind::openssl;
  is_proven_ = false;
  backend_ = std::move(made);
}

void guarded_signer::note_fault() {
  meters_.signature_faults.add();
  if (watch_.journal != nullptr) watch_.journal->signature_failed(key_, to_string(with_));
  watch_.distrusted->add(key_.kid());
}

bool guarded_signer::append_compact(std::span<const crypto::jws_draft> drafts,
                                    crypto::random_source& random) {
  if (sign_and_verify(drafts, random)) {
    is_proven_ = true;
    return true;
  }
  const auto was_openssl = with_ == crypto::backend_kind::openssl;
  note_fault();
  if (was_openssl) throw signature_error{"signatures do not verify"};
  try {
    use_openssl();
  } catch (const std::exception&) {
    throw signature_error{"no backend is left for the key"};
  }
  return false;
}

bool guarded_signer::sign_and_verify(std::span<const crypto::jws_draft> drafts,
                                     crypto::random_source& random) {
  starts_.clear();
  for (const auto& d : drafts) starts_.push_back(d.out->size());
  auto* const cost = metrics::work_cost_here();
  const auto before = cost == nullptr ? 0 : metrics::cpu_ns_of_this_thread();
  try {
    const auto use = backend_(drafts);
    if (cost != nullptr) {
      const auto is_in_lanes = use.lanes == drafts.size();
      cost->note_signing(static_cast<std::size_t>(key_.alg()),
                         metrics::cpu_ns_of_this_thread() - before, drafts.size(),
                         is_in_lanes ? use.calls * crypto::lanes_count : 0);
    }
    meters_.lane_calls.add(use.calls);
    meters_.lanes.add(use.lanes);
  } catch (const crypto::wrong_signature&) {
    return false;  // the backend verifies some of its signatures itself
  }
  auto all_verify = true;
  for (auto i = std::size_t{0}; i < drafts.size() && all_verify; ++i)
    if (!is_proven_ || random.take<1>().front() == 0) all_verify = verifies(drafts[i], starts_[i]);
  return all_verify;
}

bool guarded_signer::verifies(const crypto::jws_draft& d, std::size_t start) const {
  return crypto::verify_compact(key_.public_part(), std::string_view{*d.out}.substr(start));
}

}  // namespace mintage::actors
