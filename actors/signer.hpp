/// @file
/// The signer: claims, signatures, and the answer's JSON. (§3.3, ATK-01, TOK-14, IDT-03)
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "actors/interfaces.hpp"
#include "actors/meters.hpp"
#include "crypto/digest.hpp"
#include "crypto/jws.hpp"
#include "crypto/random.hpp"
#include "oauth/refresh.hpp"

namespace mintage::actors {

/// What all signers share; outlives them.
struct signer_setup {
  /// The seal key's octets: the MAC keys of refresh tokens are derived from it (RFT-06).
  crypto::digest master;
  const oauth::options& rules;
  const oauth::clock& clock;
  /// One for each member of the pool.
  std::vector<signer_meters>& meters;
};

/// Signs without an actor around it: tests and benchmarks call it directly. Not thread-safe: it
/// owns signing contexts.
class token_signer {
 public:
  /// @param index its place in the pool.
  token_signer(const signer_setup& setup, std::size_t index);

  void publish(const oauth::key_snapshot& keys);
  [[nodiscard]] bool has_keys() const noexcept { return !contexts_.empty(); }

  /// Sets `body`.
  /// @pre x.born is set. @throws std::runtime_error when OpenSSL fails or no key of the client's
  ///      algorithm is active; `x` is then unanswered.
  void sign(oauth::token_exchange& x);
  /// Signs `claims`: as introspection (INT-03) or as userinfo (UIN-03). @throws as above
  void sign(oauth::query_exchange& x);

 private:
  /// One active key with its contexts and the headers of its tokens.
  struct context {
    crypto::jws_signer signer;
    std::string access_header;
    std::string id_header;
    std::string introspection_header;
  };
  [[nodiscard]] context* context_for(crypto::jws_alg alg) noexcept;
  [[nodiscard]] context& context_or_first(crypto::jws_alg alg) noexcept;
  void sign_access_token(const oauth::grant& g, const oauth::issuance& out, oauth::instant now);
  void sign_with(context& c, std::string& out, std::string_view header);

  const signer_setup& setup_;
  signer_meters& meters_;
  std::vector<context> contexts_;
  oauth::refresh_keys refresh_keys_;
  crypto::buffered_random random_;
  // Reused from request to request.
  std::string claims_;
  std::string access_token_;
  std::string id_token_;
};

struct signer_state {
  static constexpr const char* name = "signer";
  std::optional<token_signer> work;
  routes_ptr to;
  signer_meters* meters = nullptr;
  /// Batches that came before the first key snapshot or the first routes.
  std::vector<token_batch> early;
  std::vector<query_batch> early_queries;

  [[nodiscard]] bool is_ready() const noexcept { return to != nullptr && work->has_keys(); }
};

/// @param index its place in the pool.
/// @param setup outlives the actor.
[[nodiscard]] signer_actor::behavior_type signer(signer_actor::stateful_pointer<signer_state> self,
                                                 std::size_t index, const signer_setup* setup);

}  // namespace mintage::actors
