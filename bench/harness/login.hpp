/// @file
/// `mintage-bench login`: whole logins, or one step of them, in a closed loop with a thread for
/// each browser.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/floor.hpp"
#include "bench/harness/histogram.hpp"
#include "bench/harness/progress_line.hpp"
#include "bench/harness/target_server.hpp"

namespace mintage::bench {

/// What one operation is.
enum class login_step : std::uint8_t {
  journey,    ///< /authorize, accept, /authorize/continue, /token
  authorize,  ///< GET /authorize: check and hand-off
  accept,     ///< POST /admin/authorizations/{handle}/accept, of handles got before
  push        ///< POST /par with a secret
};
inline constexpr auto login_steps_count = std::size_t{4};
[[nodiscard]] std::string_view name_of(login_step s) noexcept;
[[nodiscard]] std::optional<login_step> parse_login_step(std::string_view name) noexcept;

struct login_method {
  login_step step = login_step::journey;
  std::size_t browsers = 64;
  nanoseconds warm_up{std::chrono::seconds{2}};
  nanoseconds duration{std::chrono::seconds{5}};
  unsigned rounds = 3;
};

struct login_round {
  histogram latency;
  nanoseconds elapsed{0};
  nanoseconds server_cpu{0};
  nanoseconds harness_cpu{0};
  /// The first failure, in a few words; empty = none. It ends the round.
  std::string failure;

  [[nodiscard]] double rate() const noexcept;
  [[nodiscard]] double server_us() const noexcept;  ///< CPU per operation
  [[nodiscard]] double harness_us() const noexcept;
};

struct login_result {
  login_method how;
  floor_costs floor;
  std::vector<login_round> rounds;

  /// Rounds that failed.
  [[nodiscard]] std::uint64_t faults() const noexcept;
  /// CPU of one operation at least: its bare exchanges and its signatures. Zero when no floor was
  /// measured.
  [[nodiscard]] double floor_us() const noexcept;
};

/// The setting that turns /authorize on at a server that is started.
inline constexpr auto login_url_setting = std::string_view{"authorization.login_url"};
inline constexpr auto login_url = std::string_view{"https://login.example/"};

/// @pre `s` was started by the harness with `login_url`.
/// @throws std::runtime_error when it cannot be prepared.
[[nodiscard]] login_result run_logins(const target_server& s, const login_method& how,
                                      progress_line& line);

[[nodiscard]] boost::json::object to_json(const login_result& r);
[[nodiscard]] std::string to_text(const login_result& r);

}  // namespace mintage::bench
