/// @file
/// The record of the refresh-token families in a simulated run: which generations became durable,
/// what was requested and answered, and whether these agree.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "oauth/options.hpp"
#include "service/service.hpp"
#include "storage/shard_store.hpp"

namespace mintage::sim {

/// How a refresh or a revocation is requested. All but `right` must fail and change nothing. A
/// request with a token that was used up long ago is `right` too; it revokes the family.
enum class refresh_manner : std::uint8_t { right, wrong_secret, wrong_client, wrong_mac };
constexpr std::size_t refresh_manners_count = 4;

/// Rules, checked at each event:
/// - A generation has one successor, with the same text for all who receive it, and it is durable
///   before it is answered (RFT-05, RFT-06). A token whose successor was used, or whose grace
///   period is over, yields nothing (RFT-04).
/// - A revoked family yields nothing, nor does one that is cut off (RFT-04, RFT-11, NEG-211).
/// - A right request is refused only when its family is durably revoked or cut off. A family is
///   revoked only by its client, by a replay of its code, or by a token whose successor was used or
///   whose grace period is over. So an honest client that retries within the grace period is never
///   logged out.
class family_book {
 public:
  family_book(const oauth::clock& clock, const oauth::options& rules,
              std::function<void(std::string)> fail)
      : clock_{clock}, rules_{rules}, fail_{std::move(fail)} {}

  // Reports of what became durable.
  void add_grant(const storage::insert_op& new_grant);
  void rotated(const storage::rotate_op& op, std::string_view from);
  void revoked(const storage::record_key& key);
  void cut_off(const crypto::digest& key, oauth::instant before);
  /// Whether a request in flight explains the revocation of this family.
  [[nodiscard]] bool explains_revocation(const storage::record_key& key) const;
  /// Whether a login minted at that time, or at the same millisecond, is void.
  [[nodiscard]] bool is_cut_off(const crypto::digest& subject, oauth::instant minted) const;

  // Requests and answers. A request is identified by the number that `ask_…` returns.
  std::size_t ask_refresh(refresh_manner how, const std::string& token);
  std::size_t ask_revocation(refresh_manner how, const std::string& token);
  /// @param is_client_at_fault whether it may be refused for its assertion.
  void answered(std::size_t question, const service::token_exchange& x,
                const std::string& successor, bool is_client_at_fault);
  void answered(std::size_t question, const service::query_exchange& x, bool is_client_at_fault);

  /// No faults occur from now on.
  void note_calm() { calm_ = true; }
  /// Whether a refresh with this token must succeed now: the token is current, or was superseded
  /// within the grace period.
  [[nodiscard]] bool must_succeed(const std::string& token) const;
  void check_all_answered() const;

 private:
  struct family {
    std::uint32_t generation = 0;
    oauth::instant superseded_at{};
    oauth::rt_mode mode = oauth::rt_mode::rotating;
    crypto::digest subject{};
    oauth::instant minted{};
    /// When the family was revoked.
    std::optional<std::uint64_t> ended;
    /// The text of each generation that was answered.
    std::map<std::uint32_t, std::string> given_out;
  };
  struct question {
    refresh_manner how = refresh_manner::right;
    bool is_revocation = false;
    std::string family;
    std::uint32_t generation = 0;
    std::uint64_t from = 0;
    bool was_cut_off = false;
    bool was_reuse = false;
    int answers = 0;
  };

  std::size_t ask(refresh_manner how, const std::string& token, bool is_revocation);
  void check_success(const question& q, const service::token_exchange& x,
                     const std::string& successor);
  void check_refusal(const question& q, const oauth::denial& why);
  [[nodiscard]] bool is_reuse(const family& f, std::uint32_t generation) const;
  [[nodiscard]] bool is_void(const family& f) const { return is_cut_off(f.subject, f.minted); }

  const oauth::clock& clock_;
  const oauth::options& rules_;
  std::function<void(std::string)> fail_;
  std::map<std::string, family, std::less<>> families_;  // by record key
  std::map<crypto::digest, oauth::instant> cutoffs_;
  std::vector<question> questions_;
  std::uint64_t moment_ = 0;
  bool calm_ = false;
};

}  // namespace mintage::sim
