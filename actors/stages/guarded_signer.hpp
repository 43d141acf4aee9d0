/// @file
/// One signing key whose signatures are checked: a fault in the arithmetic must not leave the
/// server.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "actors/stages/meters.hpp"
#include "crypto/jws.hpp"
#include "crypto/random.hpp"
#include "crypto/signatures/choice.hpp"
#include "service/journal.hpp"

namespace mintage::actors {

/// Signs with one key, as `crypto::jws_signer::append_compact` does.
using signing_backend = std::function<crypto::lane_use(std::span<const crypto::jws_draft>)>;
/// Makes the backend of a key. @throws std::exception when the key cannot be used so.
using make_signing_backend =
    std::function<signing_backend(const crypto::signing_key&, crypto::backend_kind)>;
/// Those of crypto/.
[[nodiscard]] make_signing_backend make_backends_of(crypto::signature_backends chosen);

/// The keys that OpenSSL alone signs with, because crypto_mb made a wrong signature.
/// Shared by all signers, and kept when one is replaced. Thread-safe.
class distrusted_keys {
 public:
  void add(const std::string& kid);
  [[nodiscard]] bool has(const std::string& kid) const;
  /// Another number after each `add`.
  [[nodiscard]] unsigned version() const noexcept {
    return version_.load(std::memory_order_acquire);
  }

 private:
  mutable std::mutex mutex_;  // guards the next
  std::set<std::string> kids_;
  std::atomic<unsigned> version_{0};
};

/// What the signers of one server share to watch over their signatures.
struct signature_watch {
  crypto::backend_kind preferred = crypto::backend_kind::openssl;
  make_signing_backend make = make_backends_of({});
  /// Hears of each fault; null = nobody does.
  service::journal* journal = nullptr;
  std::shared_ptr<distrusted_keys> distrusted = std::make_shared<distrusted_keys>();
};

/// No backend makes signatures that verify.
class signature_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Verifies every signature of its first batch, and later one in 256 at random. Not thread-safe:
/// it owns signing contexts.
class guarded_signer {
 public:
  /// OpenSSL alone signs if the key is distrusted, or if the preferred backend fails its self test.
  /// @param watch, meters outlive this.
  /// @throws std::exception when no backend can be made.
  guarded_signer(crypto::signing_key key, const signature_watch& watch, signer_meters& meters);

  [[nodiscard]] const crypto::signing_key& key() const noexcept { return key_; }

  /// Goes over to OpenSSL if another signer found a wrong signature of the key.
  void follow_distrust();

  /// Appends as `crypto::jws_signer` does, and verifies.
  /// @returns whether the batch may leave. If not, no JWS of it may, verified or not; from now on
  ///          OpenSSL alone signs with the key, on all signers.
  /// @throws signature_error when what OpenSSL signed does not verify either, or OpenSSL cannot
  ///         take over; std::exception when signing fails.
  [[nodiscard]] bool append_compact(std::span<const crypto::jws_draft> drafts,
                                    crypto::random_source& random);

 private:
  void use_openssl();
  [[nodiscard]] bool sign_and_verify(std::span<const crypto::jws_draft> drafts,
                                     crypto::random_source& random);
  void note_fault();
  [[nodiscard]] bool verifies(const crypto::jws_draft& d, std::size_t start) const;

  crypto::signing_key key_;
  const signature_watch& watch_;
  signer_meters& meters_;
  crypto::backend_kind with_;
  signing_backend backend_;
  /// Whether a whole batch of this backend has verified.
  bool is_proven_ = false;
  unsigned seen_version_ = 0;
  std::vector<std::size_t> starts_;  // reused from batch to batch
};

}  // namespace mintage::actors
