#include "app/clock_watch.hpp"

#include <cstdint>
#include <string>

namespace mintage::app {
namespace {

using namespace std::chrono_literals;

constexpr auto interval = 200ms;

std::string seconds_text(oauth::milliseconds t) {
  return std::to_string(std::chrono::round<oauth::seconds>(t).count());
}

}  // namespace

clock_watch::clock_watch(system_clock& clock, oauth::milliseconds lasting, event_log& log)
    : clock_{clock}, lasting_{lasting}, log_{log}, thread_{[this](const std::stop_token& stop) {
        run(stop);
      }} {}

void clock_watch::run(const std::stop_token& stop) {
  auto lock = std::unique_lock{mutex_};
  while (!stop.stop_requested()) {
    tell(clock_.watch(lasting_));
    meters_.unconfirmed_ms.set(static_cast<std::uint64_t>(clock_.unconfirmed().count()));
    stopped_.wait_for(lock, stop, interval, [] { return false; });
  }
}

void clock_watch::tell(clock_change change) {
  switch (change) {
    case clock_change::none:
      return;
    case clock_change::jumped:
      meters_.jumps.add();
      return log_.event(
          log_level::error,
          "the clock jumped ahead: not ready, and tokens are dated by the time before, "
          "until the new time has lasted or mintage clock confirm says so",
          {{"jump_seconds", seconds_text(clock_.unconfirmed())},
           {"confirm_after_seconds", seconds_text(lasting_.load())}});
    case clock_change::returned:
      return log_.event(log_level::warn, "the clock is right again: its jump had no effect");
    case clock_change::jumped_and_confirmed:  // its size is not known any more
      meters_.jumps.add();
      [[fallthrough]];
    case clock_change::confirmed:
      return log_.event(log_level::warn, "the time after the jump of the clock is confirmed");
  }
}

}  // namespace mintage::app
