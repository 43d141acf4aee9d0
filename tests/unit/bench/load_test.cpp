#include "bench/harness/load.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <thread>

#include "tests/unit/bench/fake_server.hpp"

namespace mintage::bench {
namespace {

using namespace std::chrono_literals;
std::string http(unsigned status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
const auto good = http(200, R"({"access_token":"a","token_type":"Bearer"})");

/// Every request ends with the client id, which occurs nowhere else in it.
work work_of(request_kind kind, double weight, value_use use, std::vector<std::string> values) {
  return {kind,
          weight,
          form_template{kind, client{"END", "", "u", {}, {}}, "h", "/token"},
          expectation{false, use == value_use::replaced, kind == request_kind::introspect},
          use,
          std::move(values)};
}

load_result run(const fake_server& server, load_options o, std::size_t codes, std::size_t threads) {
  o.where = server.where();
  auto sources = std::vector<workload>{};
  for (auto& part : deal(std::vector<std::string>(codes, "code"), threads)) {
    sources.emplace_back(std::vector{work_of(request_kind::code, 1, value_use::once, part)});
  }
  return run_load(o, sources);
}

TEST(run_load, shows_a_stall_of_the_server_in_the_p99_of_an_open_loop) {
  const auto server = fake_server{[](unsigned n, const std::string&) {
    if (n == 300) std::this_thread::sleep_for(300ms);
    return good;
  }};
  auto o = load_options{};
  o.connections = 4;
  o.duration = 1s;
  o.arrivals = pace{arrival_kind::constant, 1000};
  const auto r = run(server, o, 2000, 1);
  EXPECT_EQ(r.counts.answers(), 1000U);
  EXPECT_EQ(r.counts.failures(), 0U);
  // 300 requests became due during the stall, and with four connections almost none could be sent:
  // counted from the time of sending, only four would be late.
  EXPECT_GE(r.counts.latency().percentile(99), 200ms);
  EXPECT_GE(r.counts.latency().percentile(90), 100ms);
}

TEST(run_load, sends_each_request_once_in_a_closed_loop) {
  const auto server = fake_server{[](unsigned, const std::string&) { return good; }};
  auto o = load_options{};
  o.connections = 5;
  o.duration = 1min;
  o.keep_every = 10;
  const auto r = run(server, o, 1000, 2);
  EXPECT_EQ(r.counts.answers(), 1000U);
  EXPECT_EQ(r.counts.failures(), 0U);
  EXPECT_TRUE(r.ran_out);
  EXPECT_EQ(r.kept.size(), 100U);
  EXPECT_GT(r.elapsed.count(), 0);
  EXPECT_GT(r.harness.cpu().count(), 0);
}

TEST(run_load, ends_when_the_time_does) {
  const auto server = fake_server{[](unsigned, const std::string&) {
    std::this_thread::sleep_for(1ms);
    return good;
  }};
  auto o = load_options{};
  o.connections = 3;
  o.duration = 300ms;
  const auto r = run(server, o, 100'000, 1);
  EXPECT_FALSE(r.ran_out);
  EXPECT_GE(r.elapsed, 300ms);
  EXPECT_EQ(r.counts.failures(), 0U);
}

TEST(run_load, counts_each_kind_of_failure_apart_and_goes_on) {
  const auto server = fake_server{[](unsigned n, const std::string&) -> std::string {
    switch (n % 5) {
      case 0:
        return http(503, R"({"error":"temporarily_unavailable"})");
      case 1:
        return {};
      case 2:
        return "HELO\r\n\r\n";
      case 3:
        return http(200, "{");
      default:
        return good;
    }
  }};
  auto o = load_options{};
  o.connections = 3;
  o.duration = 1min;
  const auto r = run(server, o, 500, 1);
  EXPECT_EQ(r.counts.answers(), 100U);
  EXPECT_EQ(r.counts.failures(), 400U);
  for (const auto* kind :
       {"503 temporarily_unavailable", "closed without an answer", "malformed HTTP", "not JSON"}) {
    ASSERT_TRUE(r.counts.kinds().contains(kind)) << kind;
    EXPECT_EQ(r.counts.kinds().find(kind)->second, 100U) << kind;
  }
}

TEST(run_load, gives_up_requests_that_get_no_answer_and_counts_what_they_waited) {
  const auto server = fake_server{[](unsigned n, const std::string&) {
    // Never the whole answer.
    return n == 0 ? good : good.substr(0, good.size() - 1);
  }};
  auto o = load_options{};
  o.connections = 1;
  o.duration = 1min;
  o.patience = 100ms;
  const auto r = run(server, o, 3, 1);
  EXPECT_EQ(r.counts.answers(), 1U);
  EXPECT_EQ(r.counts.kinds().at("no answer in time"), 2U);
  EXPECT_GE(r.counts.latency().max(), 100ms);
}

TEST(run_load, does_not_begin_without_a_server) {
  auto o = load_options{};
  {
    const auto server = fake_server{[](unsigned, const std::string&) { return good; }};
    o.where = server.where();
  }
  auto sources = std::vector<workload>{};
  sources.emplace_back(std::vector{work_of(request_kind::code, 1, value_use::once, {"c"})});
  EXPECT_THROW(static_cast<void>(run_load(o, sources)), std::runtime_error);
}

load_result run(const fake_server& server, const load_options& o, std::vector<work> parts) {
  auto with_server = o;
  with_server.where = server.where();
  auto sources = std::vector<workload>{};
  sources.emplace_back(std::move(parts));
  return run_load(with_server, sources);
}

std::vector<std::string> tokens(std::size_t count) {
  auto out = std::vector<std::string>{};
  for (auto i = std::size_t{0}; i < count; ++i) out.push_back(std::to_string(i) + ".0");
  return out;
}

/// Tokens are FAMILY.GENERATION; each answer has the next generation. A token that is not the
/// current one of its family is refused, and so is one that is used twice.
class rotating_families {
 public:
  std::string operator()(const std::string& request) {
    const auto token = value_in(request, "refresh_token");
    const auto dot = token.find('.');
    auto& present = generations_[token.substr(0, dot)];
    if (token.substr(dot + 1) != std::to_string(present))
      return http(400, R"({"error":"invalid_grant"})");
    ++present;
    return http(200, R"({"access_token":"a","token_type":"Bearer","refresh_token":")" +
                         token.substr(0, dot) + "." + std::to_string(present) + "\"}");
  }

 private:
  std::map<std::string, unsigned> generations_;
};

TEST(run_load, goes_on_with_the_successor_of_each_refresh_token) {
  auto families = rotating_families{};
  const auto server = fake_server{[&](unsigned, const std::string& r) { return families(r); }};
  auto o = load_options{};
  o.connections = 8;
  o.duration = 300ms;
  const auto r =
      run(server, o, {work_of(request_kind::refresh, 1, value_use::replaced, tokens(10))});
  EXPECT_GT(r.counts.answers(), 20U);
  EXPECT_EQ(r.counts.failures(), 0U);
}

TEST(run_load, uses_a_refused_refresh_token_no_more) {
  const auto server = fake_server{
      [](unsigned, const std::string&) { return http(400, R"({"error":"invalid_grant"})"); }};
  auto o = load_options{};
  o.connections = 2;
  o.duration = 1min;
  const auto r =
      run(server, o, {work_of(request_kind::refresh, 1, value_use::replaced, tokens(10))});
  EXPECT_EQ(r.counts.kinds().at("400 invalid_grant"), 10U);
  EXPECT_TRUE(r.ran_out);
}

TEST(run_load, tries_a_refresh_token_again_that_no_answer_refused) {
  auto families = rotating_families{};
  const auto server = fake_server{[&](unsigned n, const std::string& r) {
    return n < 5 ? http(503, R"({"error":"temporarily_unavailable"})") : families(r);
  }};
  auto o = load_options{};
  o.connections = 1;
  o.duration = 100ms;
  const auto r =
      run(server, o, {work_of(request_kind::refresh, 1, value_use::replaced, tokens(3))});
  EXPECT_EQ(r.counts.failures(), 5U);
  EXPECT_GT(r.counts.answers(), 0U);
}

TEST(run_load, misses_the_refresh_token_of_a_rotation) {
  const auto server = fake_server{[](unsigned, const std::string&) { return good; }};
  auto o = load_options{};
  o.connections = 1;
  o.duration = 50ms;
  const auto r = run(server, o, {work_of(request_kind::refresh, 1, value_use::replaced, {"0.0"})});
  EXPECT_TRUE(r.counts.kinds().contains("no refresh_token"));
  EXPECT_EQ(r.counts.answers(), 0U);
}

TEST(run_load, gives_each_kind_of_a_mix_its_share) {
  auto seen = std::map<std::string, unsigned>{};
  auto o = load_options{};
  o.connections = 4;
  o.duration = 1min;
  const auto r = [&] {
    const auto server = fake_server{[&](unsigned, const std::string& request) {
      ++seen[value_in(request, "grant_type")];
      return value_in(request, "token").empty() ? good : http(200, R"({"active":true})");
    }};
    return run(server, o,
               {work_of(request_kind::code, 4, value_use::once, tokens(400)),
                work_of(request_kind::refresh, 5, value_use::again, tokens(7)),
                work_of(request_kind::client_credentials, 1, value_use::none, {}),
                work_of(request_kind::introspect, 2, value_use::again, tokens(3))});
  }();
  EXPECT_EQ(r.counts.failures(), 0U);
  EXPECT_EQ(seen["authorization_code"], 400U);
  // Each of the four connections may have one more in flight when the codes are used up.
  EXPECT_NEAR(seen["refresh_token"], 500, 5);
  EXPECT_NEAR(seen["client_credentials"], 100, 5);
  EXPECT_NEAR(seen[""], 200, 5);
  EXPECT_EQ(r.counts.latency_of(request_kind::client_credentials).count(),
            seen["client_credentials"]);
}

TEST(run_load, does_not_take_an_inactive_token_for_a_good_answer) {
  const auto server =
      fake_server{[](unsigned, const std::string&) { return http(200, R"({"active":false})"); }};
  auto o = load_options{};
  o.connections = 1;
  o.duration = 50ms;
  const auto r = run(server, o, {work_of(request_kind::introspect, 1, value_use::again, {"t"})});
  EXPECT_TRUE(r.counts.kinds().contains("not active"));
  EXPECT_EQ(r.counts.answers(), 0U);
}

TEST(run_load, sends_a_code_again_until_it_was_granted_when_it_is_told_to) {
  auto asked = std::map<std::string, unsigned>{};
  auto o = load_options{};
  o.connections = 2;
  o.duration = 1min;
  const auto r = [&] {
    const auto server = fake_server{[&](unsigned, const std::string& request) {
      const auto code = value_in(request, "code");
      const auto times = ++asked[code];
      if (code == "bad") return http(400, R"({"error":"invalid_grant"})");
      return times < 3 ? http(503, R"({"error":"temporarily_unavailable"})") : good;
    }};
    return run(server, o,
               {work_of(request_kind::code, 1, value_use::until_granted, {"a", "b", "bad"})});
  }();
  EXPECT_EQ(asked, (std::map<std::string, unsigned>{{"a", 3}, {"b", 3}, {"bad", 1}}));
  EXPECT_EQ(r.counts.answers(), 2U);
  EXPECT_EQ(r.counts.failures(), 5U);
}

TEST(run_load, counts_the_parts_of_a_round_apart) {
  const auto server = fake_server{[](unsigned n, const std::string&) {
    if (n < 100) return good;
    return n < 300 ? http(503, R"({"error":"temporarily_unavailable"})") : http(404, "{}");
  }};
  auto o = load_options{};
  o.connections = 8;
  o.duration = 300ms;
  o.arrivals = pace{arrival_kind::constant, 1000, {{100ms, 2000}, {200ms, 500}}};
  o.parts = {0ms, 100ms, 200ms};
  const auto r = run(server, o, 2000, 1);
  ASSERT_EQ(r.parts.size(), 3U);
  auto sum = part_counts{};
  for (const auto& each : r.parts) sum.add(each);
  EXPECT_EQ(sum.granted, 100U);
  EXPECT_EQ(sum.refused, 200U);
  EXPECT_EQ(sum.failed, 50U);
  // By the time they were due, however late they came.
  EXPECT_EQ(r.parts[0].granted_after.from_due.count(), 100U);
  EXPECT_EQ(r.parts[1].refused_after.from_due.count(), 200U);
  EXPECT_EQ(r.parts[2].refused_after.from_due.count(), 0U);
  EXPECT_GE(r.parts[1].refused_after.from_due.max(), r.parts[1].refused_after.from_sent.max());
}

TEST(run_load, opens_connections_anew_as_often_as_it_is_told_to) {
  const auto server = fake_server{[](unsigned, const std::string&) { return good; }};
  auto o = load_options{};
  o.connections = 2;
  o.duration = 1min;
  o.reconnect_every = 10;
  const auto r = run(server, o, 100, 1);
  EXPECT_EQ(r.counts.answers(), 100U);
  EXPECT_EQ(r.counts.failures(), 0U);
  // Ten times ten answers on two connections that were open before.
  EXPECT_NEAR(static_cast<double>(r.handshakes.full), 8, 2);
}

}  // namespace
}  // namespace mintage::bench
