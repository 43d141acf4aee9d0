#include "app/operations_desk.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace mintage::app {
namespace {

using handlers = operations_desk::handlers;
using outcome = operations_desk::outcome;

/// A kind of call: does it when `call` is of this kind. @returns whether it is.
struct operation {
  bool (*answer)(const handlers& by, const oauth::admin_call& call, const operation& row,
                 outcome& done);
  /// The refusal when there is no handler.
  std::string_view missing;
};

template <class Call, auto Handler>
bool answer_with(const handlers& by, const oauth::admin_call& call, const operation& row,
                 outcome& done) {
  const auto* const wanted = std::get_if<Call>(&call);
  if (wanted == nullptr) return false;
  const auto& handler = by.*Handler;
  if (!handler)
    done =
        tl::unexpected{oauth::admin_error{oauth::errc::invalid_request, std::string{row.missing}}};
  else if constexpr (std::is_invocable_v<decltype(handler), const Call&>)
    done = handler(*wanted);
  else
    done = handler();
  return true;
}

constexpr auto no_config = std::string_view{"the server has no config file"};
constexpr auto no_files = std::string_view{"the server has no database files of its own"};
constexpr auto no_key = std::string_view{"the server has no seal key of its own"};

constexpr auto table = std::to_array<operation>({
    {answer_with<oauth::reload_config, &handlers::reload>, no_config},
    {answer_with<oauth::back_up, &handlers::back_up>, no_files},
    {answer_with<oauth::rotate_seal, &handlers::rotate_seal>, no_key},
    {answer_with<oauth::show_seal, &handlers::show_seal>, no_key},
    {answer_with<oauth::retire_seal, &handlers::retire_seal>, no_key},
});

}  // namespace

operations_desk::opened operations_desk::open(handlers h) {
  handlers_ = std::move(h);
  thread_ = std::thread{[this] { work(); }};
  return opened{this};
}

void operations_desk::close() noexcept {
  closing_.request_stop();
  auto left = std::vector<task>{};
  {
    const auto lock = std::lock_guard{mutex_};
    closed_ = true;
    left.swap(tasks_);
  }
  wake_.notify_all();
  left.clear();
  if (thread_.joinable()) thread_.join();
}

void operations_desk::put(task t) {
  {
    const auto lock = std::lock_guard{mutex_};
    if (closed_) return;
    tasks_.push_back(std::move(t));
  }
  wake_.notify_all();
}

void operations_desk::perform(service::admin_handle x) noexcept try {
  // Returns to its gateway with the last copy of the task.
  const auto shared = std::make_shared<service::admin_handle>(std::move(x));
  put([this, shared] { answer(**shared); });
} catch (const std::exception&) {  // no memory: the caller is told 503
}

void operations_desk::reload() {
  put([this] { static_cast<void>(handlers_.reload()); });
}

void operations_desk::answer(service::admin_exchange& x) const {
  auto done = outcome{};
  const auto is_it = [&](const operation& o) { return o.answer(handlers_, x.call, o, done); };
  if (std::ranges::none_of(table, is_it)) return;
  if (done)
    x.answer = *std::move(done);
  else
    x.error = std::move(done.error());
}

void operations_desk::work() {
  for (;;) {
    auto due = std::vector<task>{};
    {
      auto lock = std::unique_lock{mutex_};
      wake_.wait(lock, [this] { return closed_ || !tasks_.empty(); });
      if (closed_) return;
      due.push_back(std::move(tasks_.front()));
      tasks_.erase(tasks_.begin());
    }
    try {
      due.front()();
    } catch (const std::exception&) {  // the call is let go unanswered, and its caller told 503
    }
  }
}

}  // namespace mintage::app
