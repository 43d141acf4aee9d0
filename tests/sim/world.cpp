#include "tests/sim/world.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <latch>
#include <mutex>

#include "actors/request_gateway.hpp"
#include "crypto/random.hpp"
#include "tests/sim/end_member.hpp"

namespace mintage::sim {
namespace {

/// Waits for `count` answers; a second answer to one exchange is an error.
class counter final : public service::caller {
 public:
  explicit counter(std::size_t count) : left_{static_cast<std::ptrdiff_t>(count)}, seen_(count) {}

  void answered(service::exchange& x) noexcept override {
    EXPECT_EQ(seen_[x.tag].fetch_add(1), 0) << "an exchange was answered twice";
    note(x);
    left_.count_down();
  }
  void wait() { left_.wait(); }

  std::function<void(service::exchange&)> note = [](service::exchange&) {};

 private:
  std::latch left_;
  std::vector<std::atomic<int>> seen_;
};

constexpr auto redirect_uri = "https://app.example.com/cb";

}  // namespace

world::world(std::unique_ptr<storage::engine> engine, world_options o) {
  auto io_threads = std::vector<service::io_thread*>{};
  for (auto i = std::size_t{0}; i < o.io_threads; ++i) {
    io_threads_.push_back(std::make_unique<loopback::thread_executor>());
    io_threads.push_back(io_threads_.back().get());
  }
  actors_ = std::make_unique<actors::system>(
      o.actors, o.rules,
      actors::environment{.engine = std::move(engine),
                          .clock = clock,
                          .journal = journal,
                          .roots = o.root ? *o.root : crypto::buffered_random{}.take<32>(),
                          .io_threads = io_threads,
                          .give_up = [this](std::string_view pool) { given_up_ = pool.data(); },
                          .restarts = o.restarts});
  services_ = actors_->services();
  wait_until_ready();
}

world::~world() {
  actors_.reset();
}

void world::wait_until_ready() {
  for (auto i = std::size_t{0}; i < io_threads_.size(); ++i)
    while (!io_threads_[i]->call([&] { return services_[i]->ready(); }))
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

void world::kill(std::string_view pool, std::size_t index) {
  const auto end_here = [=, this](std::size_t i) {
    end_member(*dynamic_cast<actors::request_gateway&>(*services_[i]).current_routes(), pool,
               index);
  };
  // A gateway is asked on its own thread. Elsewhere nothing is waited for: behind what that thread
  // has to do, the fault would come too late.
  for (auto i = std::size_t{0}; i < io_threads_.size(); ++i)
    if (io_threads_[i]->is_current()) return end_here(i);
  io_threads_.front()->post([end_here] { end_here(0); });
}

bool world::is_ready() {
  return io_threads_.front()->call([&] { return services_.front()->ready(); });
}

std::string world::metrics() {
  return io_threads_.front()->call([&] { return services_.front()->metrics(); });
}

void world::add_client() {
  auto asked = std::make_shared<counter>(1);
  asked->note = [&](service::exchange& x) {
    auto& admin = service::exchange_as<service::admin_exchange>(x);
    ASSERT_TRUE(admin.answer) << (admin.error ? admin.error->description : "no answer");
    const auto& made = std::get<oauth::created_client>(*admin.answer);
    client_id_ = made.made.id;
    secret_ = made.secret.reveal();
  };
  io_threads_.front()->post([&] {
    auto x = service::admin_handle{
        new service::admin_exchange{asked, services_.front()->next_request_id(), clock.now()}};
    auto m = oauth::client_metadata{};
    m.redirect_uris = std::vector<std::string>{redirect_uri};
    m.grant_types = std::vector<std::string>{"authorization_code", "refresh_token"};
    m.scope = "openid offline_access read";
    m.require_pkce = false;
    m.id_token_signed_response_alg = "ES256";
    x->call = oauth::create_client{std::move(m)};
    services_.front()->submit(std::move(x));
  });
  asked->wait();
}

admin_outcome world::administer(oauth::admin_call call) {
  auto asked = std::make_shared<counter>(1);
  auto outcome = admin_outcome{};
  asked->note = [&](service::exchange& x) {
    auto& admin = service::exchange_as<service::admin_exchange>(x);
    outcome = {std::move(admin.answer), std::move(admin.error)};
  };
  io_threads_.front()->post([&] {
    auto x = service::admin_handle{
        new service::admin_exchange{asked, services_.front()->next_request_id(), clock.now()}};
    x->call = std::move(call);
    services_.front()->submit(std::move(x));
  });
  asked->wait();
  return outcome;
}

std::string world::jwks() {
  return io_threads_.front()->call([&] { return services_.front()->documents()->jwks.body; });
}

std::vector<std::string> world::mint(std::size_t count, const std::string& scope) {
  auto codes = std::vector<std::string>(count);
  auto asked = std::make_shared<counter>(count);
  asked->note = [&](service::exchange& x) {
    auto& minted = service::exchange_as<service::mint_exchange>(x);
    if (minted.minted) codes[x.tag] = minted.text.reveal();
  };
  for (auto i = std::size_t{0}; i < count; ++i) {
    const auto io_thread = i % io_threads_.size();
    io_threads_[io_thread]->post([&, i, io_thread] {
      auto x = service::mint_handle{
          new service::mint_exchange{asked, services_[io_thread]->next_request_id(), clock.now()}};
      x->tag = i;
      x->request.client_id = client_id_;
      x->request.redirect_uri = redirect_uri;
      x->request.scope = scope;
      x->request.sub = "248289761001";
      x->request.auth_time = oauth::numeric_date(clock.now());
      services_[io_thread]->submit(std::move(x));
    });
  }
  asked->wait();
  return codes;
}

std::vector<token_answer> world::redeem(const std::vector<std::string>& codes) {
  return redeem(codes, [] {});
}

std::vector<token_answer> world::redeem(const std::vector<std::string>& codes,
                                        const std::function<void()>& during) {
  auto answers = std::vector<token_answer>(codes.size());
  auto asked = std::make_shared<counter>(codes.size());
  asked->note = [&](service::exchange& x) {
    auto& token = service::exchange_as<service::token_exchange>(x);
    auto& answer = answers[x.tag];
    answer.granted = !token.denied && !token.body.empty();
    answer.body = token.body;
    if (token.denied) {
      answer.error = token.denied->code;
      answer.reason = token.denied->reason;
    }
  };
  for (auto i = std::size_t{0}; i < codes.size(); ++i) {
    const auto io_thread = i % io_threads_.size();
    io_threads_[io_thread]->post([&, i, io_thread] {
      auto x = service::token_handle{
          new service::token_exchange{asked, services_[io_thread]->next_request_id(), clock.now()}};
      x->tag = i;
      x->request.code = codes[i];
      x->request.redirect_uri = redirect_uri;
      auto& who = x->request.who;
      who.presented = oauth::presented_credentials::how::post;
      who.id = who.raw_id = client_id_;
      who.secret = who.raw_secret = secret_;
      services_[io_thread]->submit(std::move(x));
    });
  }
  during();
  asked->wait();
  return answers;
}

}  // namespace mintage::sim
