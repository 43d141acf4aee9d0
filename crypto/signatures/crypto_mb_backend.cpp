#include "crypto/signatures/crypto_mb_backend.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <openssl/crypto.h>

#include "crypto/random.hpp"
#include "crypto/signatures/crypto_mb_p256.hpp"
#include "crypto/signatures/crypto_mb_rsa.hpp"
#include "crypto/signatures/hedged_nonces.hpp"
#include "crypto/signatures/openssl_backend.hpp"

namespace mintage::crypto {

namespace {

/// A key in OpenSSL's form, and in that of the lanes where they take it.
struct lane_key final : prepared_key {
  std::unique_ptr<prepared_key> single;
  std::unique_ptr<p256_secret> p256;
  std::unique_ptr<rsa_secret> rsa;
};

const lane_key& key_of(const sign_job& job) noexcept {
  return static_cast<const lane_key&>(*job.key);
}

/// Calls `work` with eight jobs at a time, and `otherwise` with each of the rest when it is less
/// than `fewest`.
template <class Job, class Work, class Otherwise>
void in_eights(std::size_t fewest, std::span<Job> jobs, Work work, Otherwise otherwise) {
  while (jobs.size() >= fewest) {
    const auto some = jobs.first(std::min(jobs.size(), lanes_count));
    work(some);
    jobs = jobs.subspan(some.size());
  }
  for (auto& job : jobs) otherwise(job);
}

void forget(std::span<const sign_job> batch) {
  for (const auto& job : batch) std::ranges::fill(job.signature, std::uint8_t{0});
}

}  // namespace

struct crypto_mb_backend::impl {
  impl(std::shared_ptr<const crypto_mb> l, nonce_rule r)
      : library{std::move(l)}, rsa{library->call()}, rule{std::move(r)} {
    if (!rule)
      rule = [this](const bytes<32>& key, const digest& of, number256& out) {
        nonces.draw(key, of, out);
      };
  }

  void sign_p256(std::span<const sign_job* const> some) {
    auto drawn = wiped<std::array<number256, lanes_count>>{};
    auto used = std::array<p256_sign_lane, lanes_count>{};
    for (auto i = std::size_t{0}; i < some.size(); ++i) {
      const auto& key = *key_of(*some[i]).p256;
      auto hashed = digest{};
      std::ranges::copy(some[i]->message, hashed.begin());
      rule(key.value.octets, hashed, drawn.value[i]);
      used[i] = {&key, &drawn.value[i], some[i]->message, some[i]->signature};
    }
    note(some.size());
    if (!sign_p256_lanes(library->call(), std::span{used}.first(some.size())))
      throw wrong_signature{"crypto_mb made no ES256 signature"};
  }

  void sign_rsa(std::span<const sign_job* const> some) {
    auto used = std::array<rsa_sign_lane, lanes_count>{};
    for (auto i = std::size_t{0}; i < some.size(); ++i)
      used[i] = {key_of(*some[i]).rsa.get(), some[i]->message, some[i]->signature};
    note(some.size());
    if (!rsa.sign(std::span{used}.first(some.size())))
      throw wrong_signature{"crypto_mb made an RS256 signature that does not verify"};
  }

  void sign(std::span<const sign_job> batch) {
    for (const auto& job : batch) {
      const auto& key = key_of(job);
      if (key.p256 != nullptr && is_for_p256_lanes(job.message))
        of_p256.push_back(&job);
      else if (key.rsa != nullptr)
        of_rsa[key.rsa->size_index()].push_back(&job);
      else
        sign_singly(&job);
    }
    const auto otherwise = [this](const sign_job* job) { sign_singly(job); };
    using some_jobs = std::span<const sign_job* const>;
    in_eights(
        fewest_lanes, some_jobs{of_p256}, [this](auto some) { sign_p256(some); }, otherwise);
    for (const auto& jobs : of_rsa)
      in_eights(
          fewest_rsa_lanes, some_jobs{jobs}, [this](auto some) { sign_rsa(some); }, otherwise);
    openssl.sign(singly);
  }

  void sign_singly(const sign_job* job) {
    singly.push_back({key_of(*job).single.get(), job->message, job->signature});
  }

  void note(std::size_t used) noexcept {
    ++use.calls;
    use.lanes += used;
  }

  void begin() {
    of_p256.clear();
    for (auto& jobs : of_rsa) jobs.clear();
    singly.clear();
    use = {};
  }

  std::shared_ptr<const crypto_mb> library;
  rsa_lanes rsa;
  openssl_backend openssl;
  buffered_random random;
  hedged_nonces nonces{random};
  nonce_rule rule;
  // Of one batch.
  std::vector<const sign_job*> of_p256;
  std::array<std::vector<const sign_job*>, rsa_lane_sizes.size()> of_rsa;
  std::vector<sign_job> singly;
  std::vector<verify_job*> to_verify_p256;
  std::array<std::vector<verify_job*>, rsa_lane_sizes.size()> to_verify_rsa;
  lane_use use;
};

crypto_mb_backend::crypto_mb_backend(std::shared_ptr<const crypto_mb> library, nonce_rule rule)
    : impl_{std::make_unique<impl>(std::move(library), std::move(rule))} {}
crypto_mb_backend::~crypto_mb_backend() = default;

std::unique_ptr<prepared_key> crypto_mb_backend::prepare(const signing_key& key) {
  auto made = std::make_unique<lane_key>();
  made->single = impl_->openssl.prepare(key);
  made->p256 = p256_secret_of(key);
  made->rsa = rsa_secret::of(key);
  if (made->p256 == nullptr && made->rsa == nullptr) return made;

  const auto size = signature_size(key.public_part());
  auto digests = std::array<digest, lanes_count>{};
  auto room = std::vector<std::uint8_t>(lanes_count * size);
  auto jobs = std::array<sign_job, lanes_count>{};
  for (auto i = std::size_t{0}; i < lanes_count; ++i) {
    digests[i] = sha256(as_bytes(key.kid()).subspan(i));
    jobs[i] = {made.get(), digests[i], std::span{room}.subspan(i * size, size)};
  }
  sign(jobs);
  for (const auto& job : jobs)
    if (!verify_by_openssl(key.public_part(), job.message, job.signature))
      throw wrong_signature{"crypto_mb makes wrong signatures with the key"};
  return made;
}

lane_use crypto_mb_backend::sign(std::span<const sign_job> batch) {
  impl_->begin();
  try {
    impl_->sign(batch);
  } catch (const std::exception&) {
    forget(batch);
    throw;
  }
  return impl_->use;
}

void crypto_mb_backend::verify(std::span<verify_job> batch) {
  auto& self = *impl_;
  self.to_verify_p256.clear();
  for (auto& jobs : self.to_verify_rsa) jobs.clear();
  const auto singly = [](verify_job* job) {
    job->is_valid = verify_by_openssl(*job->key, job->message, job->signature);
  };
  for (auto& job : batch) {
    job.is_valid = false;
    if (job.key->alg() == jws_alg::es256 && is_for_p256_lanes(job.message)) {
      if (has_p256_range(job.signature)) self.to_verify_p256.push_back(&job);
    } else if (const auto index = rsa_lanes::size_index_of(*job.key)) {
      if (rsa_lanes::has_range(*job.key, job.signature)) self.to_verify_rsa[*index].push_back(&job);
    } else {
      singly(&job);
    }
  }
  using some_jobs = std::span<verify_job* const>;
  in_eights(
      fewest_lanes, some_jobs{self.to_verify_p256},
      [&](auto some) { verify_p256_lanes(self.library->call(), some); }, singly);
  for (const auto& jobs : self.to_verify_rsa)
    in_eights(
        fewest_lanes, some_jobs{jobs}, [&](auto some) { self.rsa.verify(some); }, singly);
}

}  // namespace mintage::crypto
