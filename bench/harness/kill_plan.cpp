#include "bench/harness/kill_plan.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/json/array.hpp>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <thread>

#include "bench/harness/formatted.hpp"
#include "loopback/postgres_group.hpp"

namespace mintage::bench {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;
using steady = std::chrono::steady_clock;

constexpr auto victims = std::array<std::string_view, victims_count>{"primary", "standby", "node"};
constexpr auto scope = std::string_view{"openid profile"};
/// Codes that a thread mints at once.
constexpr auto minted_at_once = std::size_t{8};
/// Limit of the attempts after the load.
constexpr auto settling = 60s;
/// A node without an answer is left alone for so long.
constexpr auto pause = 100ms;

/// A thread that logs people in. All but `stop` is used on one thread.
class worker {
 public:
  worker(const nodes& all, const client& who, std::size_t first, std::chrono::milliseconds patience)
      : nodes_{all}, who_{who}, turn_{first}, patience_{patience}, links_(all.size()) {
    const auto& any = *all.front();
    form_.emplace(request_kind::code, who, any.where().host, any.path_for(request_kind::code));
  }

  /// Logs in until `is_over`.
  void run(const std::atomic<bool>& is_over) {
    while (!is_over) {
      const auto codes = nodes_[next_node()]->try_to_mint(who_, scope, minted_at_once);
      if (codes.empty()) std::this_thread::sleep_for(20ms);
      for (const auto& code : codes) {
        book_.minted(code);
        const auto answer = exchange(code);
        book_.note(answer, steady::now());
        if (answer == attempt::unclear) std::this_thread::sleep_for(5ms);
      }
    }
  }

  /// Exchanges each code until it is refused.
  void settle(steady::time_point end) {
    for (auto& each : book_.entries()) {
      while (!each.is_settled && steady::now() < end) {
        const auto answer = exchange(each.code);
        book_.note(each, answer, steady::now());
        if (answer == attempt::unclear) std::this_thread::sleep_for(20ms);
      }
    }
  }

  [[nodiscard]] const login_book& book() const noexcept { return book_; }

 private:
  struct link {
    std::optional<loopback::connection> open;
    steady::time_point not_before{};
  };

  /// The next node that is not left alone; any, when all are.
  std::size_t next_node() {
    for (auto left = nodes_.size(); left-- != 0;) {
      ++turn_;
      if (links_[turn_ % nodes_.size()].not_before <= steady::now()) break;
    }
    return turn_ % nodes_.size();
  }

  attempt exchange(const std::string& code) {
    const auto node = next_node();
    auto& l = links_[node];
    try {
      if (!l.open) {
        const auto& to = nodes_[node]->where().where;
        l.open.emplace(to.data(), static_cast<socklen_t>(to.size()),
                       loopback::connection_options{.patience = patience_});
      }
      form_->write(request_, code);
      if (!l.open->send(request_)) throw loopback::connection_lost{"not sent"};
      const auto got = l.open->receive();
      if (got.status == 200) return attempt::granted;
      return got.status == 400 ? attempt::refused : attempt::unclear;
    } catch (const loopback::connection_lost&) {
      l.open.reset();
      l.not_before = steady::now() + pause;
      return attempt::unclear;
    }
  }

  const nodes& nodes_;
  const client& who_;
  std::size_t turn_;
  std::chrono::milliseconds patience_;
  std::vector<link> links_;
  std::optional<form_template> form_;
  std::string request_;
  login_book book_;
};

/// Ends the load when it goes out of scope, whatever happens to the plan.
class crowd {
 public:
  explicit crowd(std::vector<worker>& all) {
    for (auto& each : all) threads_.emplace_back([this, &each] { each.run(is_over_); });
  }
  ~crowd() { end(); }
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;
  void end() {
    is_over_ = true;
    for (auto& each : threads_) {
      if (each.joinable()) each.join();
    }
  }

 private:
  std::atomic<bool> is_over_{false};
  std::vector<std::thread> threads_;
};

/// Kills and repairs. @returns the time until writes were taken again.
std::chrono::milliseconds carry_out(victim who, loopback::postgres_group& database, nodes& all,
                                    std::size_t& alive) {
  const auto old = database.primary_number();
  const auto other = (old + 1) % loopback::postgres_group::size;
  auto taken = 0ms;
  switch (who) {
    case victim::primary:
      taken = database.fail_over();
      database.renew(old);
      break;
    case victim::standby:
      database.server(other).kill();
      database.renew(other);
      break;
    case victim::node:
      if (alive < 2) throw std::runtime_error{"the last node that runs is not killed"};
      all[--alive]->kill();
      break;
  }
  return taken;
}

void settle(std::vector<worker>& all) {
  const auto end = steady::now() + settling;
  auto threads = std::vector<std::thread>{};
  for (auto& each : all) threads.emplace_back([&each, end] { each.settle(end); });
  for (auto& each : threads) each.join();
}

}  // namespace

std::string_view name_of(victim v) noexcept {
  return victims[static_cast<std::size_t>(v)];
}

std::optional<kill_event> parse_kill(std::string_view text) {
  const auto at = text.find('@');
  if (at == text.npos) return {};
  const auto found = std::find(victims.begin(), victims.end(), text.substr(0, at));
  if (found == victims.end()) return {};
  const auto time = text.substr(at + 1);
  auto number = 0.0;
  const auto [stopped, error] = std::from_chars(time.data(), time.data() + time.size(), number);
  const auto unit = std::string_view{stopped, time.data() + time.size()};
  if (error != std::errc{} || !(number >= 0) || number > 3600) return {};
  if (!unit.empty() && unit != "s" && unit != "ms") return {};
  const auto seconds = unit == "ms" ? number / 1e3 : number;
  return kill_event{static_cast<victim>(found - victims.begin()),
                    nanoseconds{std::llround(seconds * 1e9)}};
}

kill_result run_kill_plan(const cluster_method& m, const std::vector<kill_event>& plan,
                          const scenario& what, const method& how, progress_line& line) {
  auto out = kill_result{};
  out.where = read_machine();
  out.nodes = m.nodes;
  out.connections = what.connections;
  line.say("starting PostgreSQL and Mintage");
  auto database = loopback::postgres_group{loopback::postgres_group::replication::quorum,
                                           database_options(m.place)};
  auto all = start_nodes(m.program, database.conninfo(), m.nodes, m.settings);
  auto alive = all.size();
  const auto who = all.front()->make_client(what.who, {request_kind::code});
  const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(how.patience);
  auto workers = std::vector<worker>{};
  for (auto i = std::size_t{0}; i < what.connections; ++i)
    workers.emplace_back(all, who, i, patience);

  auto people = crowd{workers};
  std::this_thread::sleep_for(how.warm_up);
  const auto begin = steady::now();
  auto killed = std::vector<steady::time_point>{};
  for (const auto& each : plan) {
    std::this_thread::sleep_until(begin + each.at);
    line.say("killing the " + std::string{name_of(each.who)});
    killed.push_back(steady::now());
    out.events.push_back({each, carry_out(each.who, database, all, alive), {}});
  }
  // Repairs take their time, and the last kill gets as much as was planned for it.
  std::this_thread::sleep_until(killed.back() + (how.duration - plan.back().at));
  people.end();
  const auto end = steady::now();
  out.seconds = std::chrono::duration<double>{end - begin}.count();

  auto grants = std::vector<steady::time_point>{};
  for (const auto& each : workers) {
    grants.insert(grants.end(), each.book().grants().begin(), each.book().grants().end());
  }
  killed.push_back(end);
  out.gap_before = longest_gap(grants, begin, killed.front());
  for (auto i = std::size_t{0}; i < out.events.size(); ++i)
    out.events[i].gap = longest_gap(grants, killed[i], killed[i + 1]);
  line.say("exchanging every code again");
  settle(workers);
  for (const auto& each : workers) out.book.add(each.book().count());
  return out;
}

boost::json::object to_json(const kill_result& r) {
  auto events = json::array{};
  for (const auto& each : r.events) {
    events.emplace_back(
        json::object{{"victim", name_of(each.what.who)},
                     {"at_s", std::chrono::duration<double>{each.what.at}.count()},
                     {"promotion_ms", each.promotion.count()},
                     {"gap_ms", std::chrono::duration<double, std::milli>{each.gap}.count()}});
  }
  const auto& b = r.book;
  return {{"mintage_bench_cluster", 1},
          {"load", r.where.load},
          {"cpu", r.where.cpu},
          {"nodes", r.nodes},
          {"connections", r.connections},
          {"seconds", r.seconds},
          {"events", std::move(events)},
          {"gap_before_ms", std::chrono::duration<double, std::milli>{r.gap_before}.count()},
          {"book", json::object{{"minted", b.minted},
                                {"granted", b.granted},
                                {"unclear", b.unclear},
                                {"answers_lost", b.answers_lost},
                                {"mints_lost", b.mints_lost},
                                {"doubled", b.doubled},
                                {"unsettled", b.unsettled}}}};
}

std::string to_text(const kill_result& r) {
  const auto n = [](std::uint64_t number) { return static_cast<unsigned long long>(number); };
  auto out = formatted("%zu nodes, %zu connections, %.1f s; load of the minute before: %.1f\n",
                       r.nodes, r.connections, r.seconds, r.where.load);
  out += "longest time without an acknowledged login: before the first kill " +
         format_time(r.gap_before) + "\n";
  for (const auto& each : r.events) {
    out += formatted("  after %s@%.1fs: ", std::string{name_of(each.what.who)}.c_str(),
                     std::chrono::duration<double>{each.what.at}.count()) +
           format_time(each.gap);
    if (each.promotion.count() != 0) out += "; the promotion took " + format_time(each.promotion);
    out += "\n";
  }
  out += formatted(
      "book: %llu codes minted, %llu granted; %llu attempts unclear, %llu codes "
      "consumed by such an attempt\n",
      n(r.book.minted), n(r.book.granted), n(r.book.unclear), n(r.book.answers_lost));
  return out + formatted("must be none: %llu mints lost, %llu granted twice, %llu not settled\n",
                         n(r.book.mints_lost), n(r.book.doubled), n(r.book.unsettled));
}

}  // namespace mintage::bench
