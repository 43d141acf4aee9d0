#include "tests/support/steady_load.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <utility>

#include "tests/support/eventually.hpp"

namespace mintage::test {

using namespace std::chrono_literals;

namespace {

struct habit {
  bool waits;
  bool keeps;
};

/// A connection that is made again when the server ends it, or, if it is not kept, for each
/// request.
class client_connection {
 public:
  client_connection(std::uint16_t port, habit h) : port_{port}, habit_{h} {}

  /// @throws connection_lost, std::runtime_error with an answer that is no success
  std::string ask(const std::string& octets) {
    auto got = std::optional<http_answer>{};
    while (!got) {
      const auto is_used = wire_.has_value();
      if (!is_used) connect();
      if (wire_->send(octets)) got = wire_->receive_or_end();
      if (got) break;
      wire_.reset();
      if (!is_used && !habit_.waits) throw connection_lost{"no answer on a new connection"};
    }
    if (!habit_.keeps || got->field("Connection") == "close") wire_.reset();
    if (got->status / 100 != 2) throw std::runtime_error{octets + "\n\n" + got->octets};
    return got->body;
  }

 private:
  void connect() {
    for (;;) {
      try {
        wire_.emplace(port_, 60s);
        return;
      } catch (const connection_lost&) {
        if (!habit_.waits) throw;
        std::this_thread::sleep_for(5ms);
      }
    }
  }

  const std::uint16_t port_;
  const habit habit_;
  std::optional<connection> wire_;
};

}  // namespace

class steady_load::application {
 public:
  application(const plan& p, std::size_t number)
      : who_{p.clients.at(number / p.servers.size() % p.clients.size())},
        at_{p.servers.at(number % p.servers.size())},
        mint_head_{admin_client{at_.admin_port, p.admin_token}.head("POST", "/admin/codes")},
        wire_{at_.port, habit_of(p, number)},
        admin_{at_.admin_port, habit_of(p, number)} {}

  /// One login, and one more refresh of each session. @returns the number of requests.
  unsigned go_round() {
    const auto code = mint();
    auto made = read(wire_.ask(redemption(who_, code).render()));
    sessions_.push_back(std::move(made));
    constexpr auto most_sessions = std::size_t{8};
    if (sessions_.size() > most_sessions) sessions_.erase(sessions_.begin());
    auto done = 2U;
    for (auto& each : sessions_) {
      auto next = read(wire_.ask(refresh(who_, each.refresh).render()));
      if (!next.refresh.empty()) each.refresh = next.refresh;
      each.access = next.access;
      ++done;
    }
    const auto about = wire_.ask(question("/introspect", who_, sessions_.front().access).render());
    if (about.find("\"active\":true") == std::string::npos)
      throw std::runtime_error{"a live token is not: " + about};
    return done + 1;
  }

 private:
  [[nodiscard]] static habit habit_of(const plan& p, std::size_t number) {
    return {.waits = p.waits_for_servers, .keeps = number + p.unkept < p.threads};
  }
  [[nodiscard]] std::string mint() {
    auto body = mint_body(who_);
    body["scope"] = "openid profile offline_access";
    const auto text = boost::json::serialize(body);
    const auto got = admin_.ask(mint_head_ + "Content-Type: application/json\r\nContent-Length: " +
                                std::to_string(text.size()) + "\r\n\r\n" + text);
    return text_of(parse_object(got), "code");
  }
  [[nodiscard]] static tokens read(const std::string& body) {
    const auto all = parse_object(body);
    const auto member = [&](const char* name) {
      return all.contains(name) ? text_of(all, name) : std::string{};
    };
    return {.access = member("access_token"),
            .refresh = member("refresh_token"),
            .id = {},
            .scope = {}};
  }

  const party who_;
  const served_at at_;
  const std::string mint_head_;
  client_connection wire_;
  client_connection admin_;
  std::vector<tokens> sessions_;
};

steady_load::steady_load(plan p) : plan_{std::move(p)}, rounds_(plan_.threads) {
  for (auto i = std::size_t{0}; i < plan_.threads; ++i)
    threads_.emplace_back([this, i] { run(i); });
}

steady_load::~steady_load() {
  is_over_ = true;
}

void steady_load::run(std::size_t number) {
  try {
    auto me = application{plan_, number};
    while (!is_over_) {
      succeeded_ += me.go_round();
      ++rounds_[number];
    }
  } catch (const std::exception& e) {
    fail("application " + std::to_string(number) + ": " + e.what());
  }
}

void steady_load::fail(const std::string& what) {
  const auto lock = std::scoped_lock{mutex_};
  failures_.push_back(what);
}

void steady_load::await_rounds(unsigned count) {
  for (auto& each : rounds_) {
    const auto until = each + count;
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (each < until) {
      {
        const auto lock = std::scoped_lock{mutex_};
        if (!failures_.empty()) return;
      }
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "the load stands still";
      std::this_thread::sleep_for(2ms);
    }
  }
}

std::vector<std::string> steady_load::finish() {
  is_over_ = true;
  threads_.clear();
  return failures_;
}

std::vector<party> make_load_clients(admin_client& admin) {
  return {make_party(admin), make_party(admin, {{"rt_mode", "rotating"}})};
}

}  // namespace mintage::test
