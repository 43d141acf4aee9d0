/// @file
/// The parts of one seeded run: applications, their codes and tokens, and their next requests.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/assertion_book.hpp"
#include "tests/sim/handle_book.hpp"
#include "tests/sim/redemption_model.hpp"
#include "tests/sim/simulated_world.hpp"
#include "tests/sim/simulation.hpp"
#include "tests/sim/world.hpp"

namespace mintage::sim {

/// A client and its secret or its key, as the application knows them.
struct application {
  std::string id;
  std::string secret;
  /// Set = it signs assertions.
  std::optional<crypto::signing_key> key{};
};

/// A minted code, as the application knows it.
struct held_code {
  std::string text;
  std::string verifier;  ///< empty: minted without a challenge
  std::size_t owner = 0;
  oauth::code_ref ref;
};

/// An authorization request as its login page knows it.
struct held_request {
  std::string handle;
  std::size_t number = 0;  ///< in `handle_book`
  std::size_t owner = 0;
};

/// A family as its application knows it: its current token, and former ones.
struct held_family {
  std::string current;
  std::vector<std::string> former;
  std::size_t owner = 0;
  /// An honest application sends one refresh at a time, and retries with the same token if it got
  /// no answer.
  bool is_waiting = false;
};

/// The value of `refresh_token` in an answer; empty when there is none.
[[nodiscard]] std::string refresh_token_in(const std::string& body);
constexpr auto subjects = std::array<std::string_view, 3>{"alice", "bob", "carol"};

class simulation;

/// One exchange: owns the octets that its request points into, and receives the answer.
class asker final : public service::caller {
 public:
  explicit asker(simulation& run) : run_{run} { ++alive; }
  ~asker() override { --alive; }
  void answered(service::exchange& x) noexcept override;

  std::string code;
  std::string verifier;
  std::string uri;
  std::string secret;
  std::string refresh_token;
  std::string assertion;
  std::string parameters;  ///< of an authorization request
  std::size_t question = 0;
  /// The number of the authorization request in `handle_book`.
  std::size_t request = 0;
  held_code minting;
  std::size_t owner = 0;
  /// The family whose application waits for this answer.
  std::optional<std::size_t> family;
  static inline std::size_t alive = 0;

 private:
  simulation& run_;
};

class simulation {
 public:
  simulation(std::uint64_t seed, lie told);
  run_result run();

  void hear(const asker& from, service::token_exchange& x);
  void hear(const asker& from, service::mint_exchange& x);
  void hear(const asker& from, service::query_exchange& x);
  void hear(const asker& from, service::authorization_exchange& x);
  void hear(const service::admin_exchange& x);

 private:
  world_shape draw_shape();
  moods draw_moods(lie told);
  std::unique_ptr<storage::engine> stocked_engine();

  void act();
  void step();
  void drain();
  void mint();
  void begin_login();
  void answer_any();
  void answer(const held_request& r, bool is_accepted);
  void redeem_any();
  void redeem(const held_code& code, manner how, std::size_t io_thread);
  void hear_refresh(const asker& from, const service::token_exchange& x);
  void refresh_any();
  void refresh_honestly(std::size_t family, std::size_t io_thread);
  void refresh(const std::string& token, std::size_t owner, refresh_manner how,
               std::size_t io_thread, std::optional<std::size_t> family = {});
  void revoke_any();
  void cut_off_any();
  /// Fills `to` with the parameters of a request of that manner.
  void speak(asker& who, oauth::presented_credentials& to, std::size_t owner, refresh_manner how);
  /// Fills `to` with the credentials of an application.
  /// @param may_repeat whether the assertion may be one that was sent before.
  void identify(asker& who, oauth::presented_credentials& to, std::size_t owner, bool is_wrong,
                bool may_repeat);
  /// @returns whether the client may be refused for its assertion.
  [[nodiscard]] bool hear_assertion(const asker& from, const std::optional<oauth::denial>& denied);
  void kill_any();
  void pass_time();
  void calm_down();
  void stop();
  void check_admission();
  void note(std::uint64_t event) { trace_ = (trace_ ^ event) * 0x100000001b3; }

  seeded_random luck_;
  repeatable_openssl octets_;
  manual_clock clock_;
  oauth::options rules_;
  crypto::digest pepper_{};
  std::array<application, 3> applications_;
  world_shape shape_;
  simulated_store store_;
  redemption_model model_;
  assertion_book assertion_book_{clock_,
                                 [this](std::string what) { model_.fail(std::move(what)); }};
  handle_book handle_book_{clock_, rules_,
                           [this](std::string what) { model_.fail(std::move(what)); }};
  std::unique_ptr<simulated_world> world_;
  std::vector<held_code> codes_;
  std::vector<held_request> requests_;
  std::vector<held_family> families_;
  std::vector<std::string> assertions_;  ///< that were sent
  std::size_t assertions_made_ = 0;
  bool is_calm_ = false;
  std::size_t kills_per_mille_ = 0;
  std::uint64_t trace_ = 0xcbf29ce484222325;
  run_result result_;
};

}  // namespace mintage::sim
