/// @file
/// The book of a simulated run: what was asked, what became durable, what was answered, and whether
/// the three agree.
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

/// How a redemption is asked for. All but `right` must never succeed, nor do harm.
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
/// - a code yields one success; a success means that its own consumption and birth are durable
///   (COD-04, COM-01), a minted code that it is stored;
/// - every exchange is answered exactly once;
/// - a right request is refused only when the code was consumed while it was under way, has expired
/// or
///   is dead, or its subject is cut off (COD-05, COD-08, NEG-118); a wrong one is refused for its
///   own fault;
/// - a family is revoked if and only if a right request came later than the window (COD-06,
/// COD-07),
///   before that one is answered;
/// - what `family_book` says of refresh tokens and revocations;
/// - in the end no code is consumed without a success, except where the store did not let its actor
///   know, or did not take it back (`stranded`) (COM-02).
class redemption_model final : public ledger {
 public:
  /// A consumption; its end, if it was taken back.
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
    crypto::digest subject{};  ///< as cutoffs name it
    oauth::instant minted{};
    int successes = 0;
    /// Redemptions that count as a failure if they get as far as the store (COD-05).
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

  // What became durable.
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

  // What is asked and answered. A question is named by the number that `ask` returns.
  /// @param code as a client knows it; nothing for a mint request.
  std::size_t ask(manner how, const std::optional<oauth::code_ref>& code);
  void answered(std::size_t question, const service::token_exchange& x);
  void answered(std::size_t question, const service::mint_exchange& x);

  /// Nothing is under way: all actors know of all deaths.
  void note_quiet() { quiet_since_ = ++moment_; }
  /// From now on nothing goes wrong, so a right request has no reason to be answered 503.
  void note_calm() {
    calm_ = true;
    families.note_calm();
  }
  /// Whether the next right request must succeed: no success yet, not expired, not dead, not
  /// stranded.
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
