// The calls that concern the process are done in order, and none is lost without an answer.
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <utility>
#include <vector>

#include "app/operations_desk.hpp"

namespace mintage::app {
namespace {

using namespace std::chrono_literals;

/// Takes back exchanges on the desk's thread, as a gateway does.
class home final : public service::origin_gateway {
 public:
  void returned(service::exchange* x) noexcept override {
    back_.set_value(std::unique_ptr<service::exchange>{x});
  }
  [[nodiscard]] std::unique_ptr<service::exchange> wait() {
    auto future = back_.get_future();
    if (future.wait_for(30s) != std::future_status::ready) return nullptr;
    return future.get();
  }

 private:
  std::promise<std::unique_ptr<service::exchange>> back_;
};

service::admin_handle ask(home& from, oauth::admin_call call) {
  auto* const x = new service::admin_exchange{nullptr, service::request_id{}, oauth::instant{}};
  x->call = std::move(call);
  x->origin = &from;
  return service::admin_handle{x};
}

TEST(operations_desk, answers_a_call_that_came_before_it_opened) {
  auto desk = operations_desk{};
  auto from = home{};
  desk.perform(ask(from, oauth::back_up{"/there"}));
  const auto opened = desk.open({.reload = {}, .back_up = [](const oauth::back_up& call) {
                                   return oauth::operation_report{call.directory};
                                 }});
  const auto x = from.wait();
  ASSERT_NE(x, nullptr);
  const auto& answer = service::exchange_as<service::admin_exchange>(*x).answer;
  ASSERT_TRUE(answer);
  EXPECT_EQ(std::get<oauth::operation_report>(*answer).json, "/there");
}

TEST(operations_desk, tells_what_went_wrong) {
  auto desk = operations_desk{};
  const auto opened = desk.open(
      {.reload = []() -> operations_desk::outcome {
         return tl::unexpected{oauth::admin_error{oauth::errc::invalid_request, "line 3"}};
       },
       .back_up = {}});
  auto from = home{};
  desk.perform(ask(from, oauth::reload_config{}));
  const auto x = from.wait();
  ASSERT_NE(x, nullptr);
  const auto& error = service::exchange_as<service::admin_exchange>(*x).error;
  ASSERT_TRUE(error);
  EXPECT_EQ(error->description, "line 3");
}

TEST(operations_desk, gives_each_kind_of_call_to_its_handler) {
  using call = oauth::admin_call;
  const auto tell = [](const char* what) {
    return [what] { return oauth::operation_report{what}; };
  };
  auto desk = operations_desk{};
  const auto opened = desk.open(
      {.rotate_seal = tell("rotated"), .show_seal = tell("shown"), .retire_seal = tell("retired")});
  for (const auto& [asked, told] : {std::pair{call{oauth::rotate_seal{}}, "rotated"},
                                    std::pair{call{oauth::show_seal{}}, "shown"},
                                    std::pair{call{oauth::retire_seal{}}, "retired"}}) {
    ASSERT_TRUE(oauth::is_about_process(asked));
    auto from = home{};
    desk.perform(ask(from, asked));
    const auto x = from.wait();
    ASSERT_NE(x, nullptr);
    const auto& answer = service::exchange_as<service::admin_exchange>(*x).answer;
    ASSERT_TRUE(answer) << told;
    EXPECT_EQ(std::get<oauth::operation_report>(*answer).json, told);
  }
}

TEST(operations_desk, refuses_what_it_has_no_handler_for) {
  auto desk = operations_desk{};
  const auto opened = desk.open({});
  for (const auto& asked :
       {oauth::admin_call{oauth::rotate_seal{}}, oauth::admin_call{oauth::show_seal{}},
        oauth::admin_call{oauth::retire_seal{}}}) {
    auto from = home{};
    desk.perform(ask(from, asked));
    const auto x = from.wait();
    ASSERT_NE(x, nullptr);
    const auto& error = service::exchange_as<service::admin_exchange>(*x).error;
    ASSERT_TRUE(error);
    EXPECT_EQ(error->description, "the server has no seal key of its own");
  }
}

TEST(operations_desk, lets_a_call_go_whose_handler_throws) {
  auto desk = operations_desk{};
  const auto opened =
      desk.open({.reload = []() -> operations_desk::outcome { throw std::runtime_error{"disk"}; },
                 .back_up = {}});
  auto from = home{};
  desk.perform(ask(from, oauth::reload_config{}));
  const auto x = from.wait();
  ASSERT_NE(x, nullptr);
  const auto& unanswered = service::exchange_as<service::admin_exchange>(*x);
  EXPECT_FALSE(unanswered.answer || unanswered.error);
}

TEST(operations_desk, lets_waiting_calls_go_when_it_closes) {
  auto desk = operations_desk{};
  auto entered = std::promise<void>{};
  auto held = std::promise<void>{};
  auto first = home{};
  auto second = home{};
  auto late = home{};
  auto opened = desk.open({.reload = [&]() -> operations_desk::outcome {
                             entered.set_value();
                             held.get_future().wait();
                             return oauth::operation_report{"{}"};
                           },
                           .back_up = {}});
  desk.perform(ask(first, oauth::reload_config{}));
  entered.get_future().wait();
  desk.perform(ask(second, oauth::reload_config{}));
  auto closing = std::async(std::launch::async, [&] { opened.reset(); });
  const auto unanswered = second.wait();
  ASSERT_NE(unanswered, nullptr);
  EXPECT_FALSE(service::exchange_as<service::admin_exchange>(*unanswered).answer);
  EXPECT_TRUE(desk.closing().stop_requested());
  held.set_value();
  closing.get();
  const auto answered = first.wait();
  ASSERT_NE(answered, nullptr);
  EXPECT_TRUE(service::exchange_as<service::admin_exchange>(*answered).answer);
  desk.perform(ask(late, oauth::reload_config{}));
  EXPECT_NE(late.wait(), nullptr);
}

}  // namespace
}  // namespace mintage::app
