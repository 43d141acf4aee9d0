// Deadlines, limits of connections, and the end of a server, over real sockets.

#include <sched.h>

#include <functional>
#include <future>
#include <limits>
#include <numeric>
#include <thread>

#include "metrics/work_cost.hpp"
#include "tests/unit/net/server_fixture.hpp"

namespace mintage::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

using manner = fake_service::manner;

class connection_life : public server_test {};

TEST_F(connection_life, closes_silently_when_nothing_arrives) {
  settings.idle_timeout = 20ms;
  start();
  auto p = connect();
  auto rest = std::string{};
  EXPECT_TRUE(p.is_closed(&rest));
  EXPECT_EQ(rest, "");
}

TEST_F(connection_life, answers_408_when_a_request_stops_half_way_P03) {
  settings.header_timeout = 20ms;
  settings.body_timeout = 20ms;
  start();
  for (const auto* octets :
       {"POST /tok", "POST /token HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab",
        "POST /token HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5"}) {
    auto p = connect();
    p.send(octets);  // NEG-020
    const auto r = p.receive();
    EXPECT_EQ(r.status, 408U) << octets;
    EXPECT_EQ(r.fields.at("connection"), "close");
    EXPECT_TRUE(p.is_closed());
  }
}

TEST_F(connection_life, has_no_deadline_while_an_exchange_is_under_way) {
  settings.header_timeout = settings.body_timeout = settings.idle_timeout = 10ms;
  start();
  service().how = manner::held;
  auto p = connect();
  p.send(token_request());
  eventually([&] { return service().held() == 1; });
  std::this_thread::sleep_for(150ms);
  service().release();
  EXPECT_EQ(p.receive().status, 200U);
}

TEST_F(connection_life, survives_a_peer_that_leaves_before_its_answer) {
  start();
  service().how = manner::held;
  {
    auto p = connect();
    p.send(token_request());
    eventually([&] { return service().held() == 1; });
    p.reset();
  }
  service().release();
  service().how = manner::at_once;
  EXPECT_EQ(ask(token_request()).status, 200U);
}

TEST_F(connection_life, accepts_no_more_connections_than_it_may) {
  settings.max_connections = 2;
  start();
  service().how = manner::held;
  auto first = std::make_unique<peer>(server_->public_port());
  auto second = connect();
  first->send(token_request());
  second.send(token_request());
  eventually([&] { return service().held() == 2; });
  auto third = connect();  // waits in the kernel's queue
  third.send(token_request());
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(service().held(), 2U);
  first.reset();
  service().release();
  EXPECT_EQ(second.receive().status, 200U);
  eventually([&] { return service().held() == 1; });
  service().release();
  EXPECT_EQ(third.receive().status, 200U);
}

TEST_F(connection_life, gives_others_their_turn_between_pipelined_requests) {
  start();
  service().metrics_take = 5ms;
  constexpr auto requests = std::size_t{60};
  auto burst = std::string{};
  for (auto n = std::size_t{0}; n < requests; ++n) burst += request("GET", "/metrics");
  auto other = connect();
  auto p = connect_admin();
  p.send(burst);
  EXPECT_EQ(p.receive().status, 200U);
  other.send(request("GET", "/jwks"));
  EXPECT_EQ(other.receive().status, 200U);
  EXPECT_LT(service().metrics_asked, requests);
  for (auto n = std::size_t{1}; n < requests; ++n) EXPECT_EQ(p.receive().status, 200U);
}

TEST_F(connection_life, deals_connections_over_its_threads) {
  settings.io_threads = 3;
  start();
  auto peers = std::vector<std::unique_ptr<peer>>{};
  for (auto n = 0; n < 6; ++n) {
    peers.push_back(std::make_unique<peer>(server_->public_port()));
    peers.back()->send(token_request());
    EXPECT_EQ(peers.back()->receive().status, 200U);
  }
  for (auto io_thread = std::size_t{0}; io_thread < 3; ++io_thread)
    EXPECT_EQ(service(io_thread).submitted(), 2U);
  EXPECT_TRUE(server_->drain(10s));
}

TEST(io_threads, are_as_many_as_the_cores_that_the_process_may_use) {
  const auto io_threads = [] {
    auto o = options{};
    o.listen = o.admin_listen = "127.0.0.1:0";
    return server{o, oauth::options{}, oauth::admin_tokens{}}.io_threads().size();
  };
  auto pinned = std::thread{[&] {
    auto mine = cpu_set_t{};
    ASSERT_EQ(::sched_getaffinity(0, sizeof mine, &mine), 0);
    EXPECT_EQ(io_threads(), static_cast<std::size_t>(CPU_COUNT(&mine)));
    auto first = std::size_t{0};
    while (!CPU_ISSET(first, &mine)) ++first;
    auto one = cpu_set_t{};
    CPU_SET(first, &one);
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(io_threads(), 1U);
  }};
  pinned.join();
}

TEST_F(connection_life, says_how_long_it_has_had_tasks_without_a_break) {
  start();
  auto* io_thread = server_->io_threads().front();
  const auto asked = [&](int chain) {
    auto seen = std::vector<std::uint64_t>{};
    auto ended = std::promise<void>{};
    auto next = std::function<void()>{};
    next = [&] {
      seen.push_back(io_thread->busy_since());
      if (--chain == 0) return ended.set_value();
      io_thread->post(next);
    };
    io_thread->post(next);
    ended.get_future().wait();
    return seen;
  };
  const auto first = asked(3);
  EXPECT_EQ(first[0], first[2]);
  EXPECT_NE(first[0], std::numeric_limits<std::uint64_t>::max());
  // Once it has answered a request of its own sockets, it has run out of tasks.
  EXPECT_EQ(ask(request("GET", "/jwks")).status, 200U);
  EXPECT_GT(asked(1).front(), first.front());
}

TEST_F(connection_life, accounts_for_requests_and_answers_when_all_are_done) {
  start();
  const auto sum = [] {
    auto all = metrics::work_sums{};
    for (const auto& [thread, one] : metrics::read_work_costs()) {
      all.periods += one.periods;
      all.events += one.events;
      all.cpu_ns += one.cpu_ns;
    }
    return all;
  };
  const auto before = sum();
  auto p = connect();
  for (auto i = 0; i < 3; ++i) {
    p.send(token_request());
    EXPECT_EQ(p.receive().status, 200U);
  }
  auto ended = std::promise<void>{};
  server_->io_threads().front()->post([&] { ended.set_value(); });
  ended.get_future().wait();
  eventually([&] { return sum().events >= before.events + 6; });
  EXPECT_GT(sum().periods, before.periods);
  EXPECT_GT(sum().cpu_ns, before.cpu_ns);
}

TEST_F(connection_life, gives_sockets_their_turn_between_tasks_that_never_end) {
  start();
  auto* io_thread = server_->io_threads().front();
  auto must_end = std::atomic<bool>{false};
  auto ended = std::promise<void>{};
  auto again = std::function<void()>{};
  again = [&] {
    if (must_end) return ended.set_value();
    io_thread->post(again);
  };
  io_thread->post(again);
  for (auto n = 0; n < 20; ++n) EXPECT_EQ(ask(request("GET", "/jwks")).status, 200U);
  must_end = true;
  ended.get_future().wait();
}

TEST_F(connection_life, reads_sockets_that_are_ready_before_the_first_task_of_its_next_turn) {
  start();
  auto* io_thread = server_->io_threads().front();
  auto p = connect();
  p.send(token_request());
  EXPECT_EQ(p.receive().status, 200U);
  auto begun = std::promise<void>{};
  auto sent = std::promise<void>{};
  auto seen = std::promise<std::size_t>{};
  io_thread->post([&] {
    io_thread->post([&] { seen.set_value(service().submitted()); });
    begun.set_value();
    sent.get_future().wait();
    std::this_thread::sleep_for(2ms);  // no less than a turn
  });
  begun.get_future().wait();
  p.send(token_request());
  sent.set_value();
  EXPECT_EQ(seen.get_future().get(), 2U);
  EXPECT_EQ(p.receive().status, 200U);
}

TEST_F(connection_life, runs_tasks_of_its_own_thread_in_order_and_after_the_current_one) {
  start();
  auto* io_thread = server_->io_threads().front();
  auto order = std::vector<int>{};
  auto ended = std::promise<void>{};
  io_thread->post([&] {
    for (auto n = 1; n <= 100; ++n) io_thread->post([&order, n] { order.push_back(n); });
    io_thread->post([&] { ended.set_value(); });
    order.push_back(0);
  });
  ended.get_future().wait();
  auto expected = std::vector<int>(101);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(order, expected);
}

// What is posted last from outside may end what the others stand on.
TEST_F(connection_life, runs_a_task_of_another_thread_after_all_that_were_posted_before) {
  start();
  auto* io_thread = server_->io_threads().front();
  auto count = 0;
  auto posted_some = std::promise<void>{};
  auto posted_last = std::promise<void>{};
  auto ended = std::promise<int>{};
  io_thread->post([&] {
    for (auto n = 0; n < 1000; ++n) io_thread->post([&count] { ++count; });
    posted_some.set_value();
    posted_last.get_future().wait();
  });
  posted_some.get_future().wait();
  io_thread->post([&] { ended.set_value(count); });
  posted_last.set_value();
  EXPECT_EQ(ended.get_future().get(), 1000);
}

TEST_F(connection_life, runs_what_waits_for_an_idle_io_thread_behind_all_other_tasks_and_sockets) {
  start();
  auto* io_thread = server_->io_threads().front();
  auto order = std::vector<int>{};
  auto ended = std::promise<void>{};
  io_thread->post([&] {
    io_thread->post_when_idle([&] { order.push_back(3); });
    io_thread->post_when_idle([&] {
      order.push_back(4);
      io_thread->post_when_idle([&] {
        order.push_back(5);
        ended.set_value();
      });
    });
    io_thread->post([&] {
      order.push_back(1);
      io_thread->post([&] { order.push_back(2); });
    });
  });
  ended.get_future().wait();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4, 5}));
}

// Patience is over first when the machine pauses for a moment: so it is tried until it succeeds.
TEST_F(connection_life,
       reads_sockets_that_are_ready_before_it_runs_what_waits_for_an_idle_io_thread) {
  start();
  auto* io_thread = server_->io_threads().front();
  auto p = connect();
  eventually([&] {
    p.send(token_request());
    EXPECT_EQ(p.receive().status, 200U);
    const auto before = service().submitted();
    auto begun = std::promise<void>{};
    auto sent = std::promise<void>{};
    auto seen = std::promise<std::size_t>{};
    io_thread->post([&] {
      begun.set_value();
      sent.get_future().wait();
      io_thread->post_when_idle([&] { seen.set_value(service().submitted()); });
    });
    begun.get_future().wait();
    p.send(token_request());
    sent.set_value();
    const auto submitted = seen.get_future().get();
    EXPECT_EQ(p.receive().status, 200U);
    return submitted > before;
  });
}

TEST_F(connection_life, a_busy_io_thread_does_not_hold_back_for_ever_what_waits_for_it_to_be_idle) {
  start();
  auto* io_thread = server_->io_threads().front();
  auto ended = std::atomic<bool>{false};
  auto stopped = std::promise<void>{};
  const std::function<void()> again = [&] {
    if (ended) return stopped.set_value();
    io_thread->post(again);
  };
  io_thread->post([&] {
    io_thread->post_when_idle([&] { ended = true; });
    again();
  });
  stopped.get_future().wait();
  EXPECT_TRUE(ended);
}

TEST_F(connection_life, drains_idle_connections_at_once_and_others_when_answered) {
  start();
  service().how = manner::held;
  auto idle = connect();
  idle.send(request("GET", "/jwks"));
  EXPECT_EQ(idle.receive().status, 200U);
  auto busy = connect();
  busy.send(token_request());
  eventually([&] { return service().held() == 1; });
  auto drained = std::atomic<bool>{false};
  auto drainer = std::thread{[&] { drained = server_->drain(20s); }};
  EXPECT_TRUE(idle.is_closed());
  EXPECT_FALSE(drained);
  service().release();
  const auto r = busy.receive();
  EXPECT_EQ(r.status, 200U);
  EXPECT_EQ(r.fields.at("connection"), "close");
  EXPECT_TRUE(busy.is_closed());
  busy.shut_down();
  drainer.join();
  EXPECT_TRUE(drained);
}

TEST_F(connection_life, closes_what_is_left_when_patience_is_over) {
  start();
  service().how = manner::held;
  auto busy = connect();
  busy.send(token_request());
  eventually([&] { return service().held() == 1; });
  EXPECT_FALSE(server_->drain(10ms));
  EXPECT_TRUE(busy.is_closed());
  service().release();
}

TEST_F(connection_life, says_which_address_is_taken) {
  start();
  auto other = settings;
  other.listen = "127.0.0.1:" + std::to_string(server_->public_port());
  try {
    const auto second = server{other, rules, {}};
    FAIL() << "bound twice";
  } catch (const listen_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("http.listen"));
    EXPECT_THAT(e.what(), HasSubstr(other.listen));
  }
}

}  // namespace
}  // namespace mintage::net
