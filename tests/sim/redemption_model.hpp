/// @file
/// The record of a simulated run: what was requested, what became durable, what was answered, and
/// whether the three agree.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "oauth/options.hpp"
#include "service/service.hpp"
#include "tests/sim/family_book.hpp"
#include "tests/sim/simulated_store.hpp"

namespace mintage::sim {

/// How a redemption is requested. All but `right` must fail and change nothing.
enum class manner : std::uint8_t {
  right,
  wrong_secret,
  wrong_client,
  wrong_verifier,
  wrong_uri,
  respelled_slot
};
constexpr std::size_t manners_count = 6;

/// Rules, checked at each event:
/// - A code yields one success. A success means that its own consumption and grant are durable
///   (COD-04, COM-01); the answer to a mint request, that the code is stored.
/// - Every exchange is answered exactly once.
/// - A right request is refused only when the code was consumed while the request was in flight,
///   has expired or is revoked, or its subject is cut off (COD-05, COD-08, NEG-118). A wrong one is
///   refused for its own fault.
/// - A family is revoked if and only if a right request came later than the window, and before that
///   request is answered (COD-06, COD-07).
/// - The rules of `family_book` for refresh tokens and revocations.
/// - At the end no code is consumed without a success, except where the store did not report to its
///   actor, or did not take the consumption back (`stranded`) (COM-02).
class redemption_model final : public ledger {
 public:
  /// A consumption, and its end if it was taken back.
  struct consumption {
    oauth::attempt_id attempt;
    storage::record_key new_grant;
    oauth::instant at;
    std::uint64_t from;
    std::optional<std::uint64_t> until;
  };
  struct page {
    storage::record_key key;
    oauth::instant expires{};
    crypto::digest subject{};  ///< as in cutoffs
    oauth::instant minted{};
    int successes = 0;
    /// Redemptions that count as a failure if they reach the store (COD-05).
    unsigned mistakes = 0;
    std::vector<consumption> consumptions;
  };

  redemption_model(simulated_store& store, std::size_t shards_count, const oauth::clock& clock,
                   const oauth::options& rules)
      : families{clock, rules, [this](std::string what) { fail(std::move(what)); }},
        store_{store},
        shards_count_{shards_count},
        clock_{clock},
        rules_{rules} {}

  family_book families;

  // Reports of what became durable.
  void inserted(const storage::insert_op& op) override;
  void consumed(const storage::consume_op& op, oauth::instant at) override;
  void released(const storage::release_op& op) override;
  void rotated(const storage::rotate_op& op, std::string_view from) override {
    families.rotated(op, from);
  }
  void revoked(const storage::revoke_op& op) override;
  void cut_off(const crypto::digest& key, oauth::instant before) override {
    families.cut_off(key, before);
  }
  void stranded(const oauth::attempt_id& attempt) override { stranded_.insert(attempt); }
  void orphaned(std::size_t shard) override { last_orphaned_[shard] = ++moment_; }
  void misused(std::string_view how) override { fail(std::string{how}); }

  // Requests and answers. A request is identified by the number that `ask` returns.
  /// @param code as its client knows it; nothing for a mint request.
  std::size_t ask(manner how, const std::optional<oauth::code_ref>& code);
  /// @param is_client_at_fault whether it may be refused for its assertion.
  void answered(std::size_t question, const service::token_exchange& x, bool is_client_at_fault);
  void answered(std::size_t question, const service::mint_exchange& x);
  /// An accept, or another call that `handle_book` judges.
  void answered(std::size_t question, const service::authorization_exchange& x);

  /// No request is in flight, and all actors know of all crashes.
  void note_quiet() { quiet_since_ = ++moment_; }
  /// No faults occur from now on, so a right request must not be answered 503.
  void note_calm() {
    calm_ = true;
    families.note_calm();
  }
  /// Whether the next right request must succeed: the code has had no success, is not expired,
  /// revoked or stranded.
  [[nodiscard]] bool must_succeed(const oauth::code_ref& code);
  void check_all_answered();
  void fail(std::string what);

  [[nodiscard]] const std::vector<std::string>& violations() const noexcept { return violations_; }

 private:
  struct question {
    manner how = manner::right;
    page* of = nullptr;
    std::size_t shard = 0;
    oauth::instant received{};
    std::uint64_t from = 0;
    std::uint64_t quiet = 0;
    bool was_cut_off = false;
    int answers = 0;
  };

  void check_minted(const service::drawn_code& x);
  void check_success(question& q, const service::token_exchange& x);
  void check_refusal(const question& q, const oauth::denial& why);
  void check_right_refusal(const question& q, const oauth::denial& why);
  void check_lost(const question& q, const service::token_exchange& x);
  void check_revoked(const question& q);
  [[nodiscard]] page& page_of(const storage::record_key& key);

  simulated_store& store_;
  const std::size_t shards_count_;
  const oauth::clock& clock_;
  const oauth::options& rules_;
  std::map<std::string, page, std::less<>> pages_;  // by record key
  std::vector<question> questions_;
  std::set<oauth::attempt_id> stranded_;
  std::map<std::size_t, std::uint64_t> last_orphaned_;
  std::uint64_t moment_ = 0;
  std::uint64_t quiet_since_ = 0;
  bool calm_ = false;
  std::vector<std::string> violations_;
};

}  // namespace mintage::sim
