#include "tests/unit/net/fake_service.hpp"

#include <algorithm>

#include "crypto/base64.hpp"
#include "crypto/certificate.hpp"
#include "oauth/denial_reasons.hpp"

namespace mintage::net {
namespace {

/// Answers the code "certificate" with what is known of the request's one.
void answer(service::token_exchange& t) {
  if (t.request.code == "certificate") {
    const auto* one = t.request.who.certificate;
    t.body = one == nullptr ? "none"
                            : crypto::base64url(one->thumbprint()) + ' ' +
                                  std::to_string(static_cast<int>(one->chain()));
    return;
  }
  t.body = "{\"code\":\"" + std::string{t.request.code} + "\"}";
  if (t.request.code == "bad_client") {
    t.body.clear();
    t.denied = oauth::denial{oauth::errc::invalid_client, "no", "wrong or expired secret"};
  }
}
/// Answers with what was asked; "bad_client", "dead" and "narrow" are refused.
void answer(service::query_exchange& q) {
  const auto token = q.request.token;
  q.done = true;
  if (q.request.who.id == "bad_client") {
    q.denied = oauth::denial{oauth::errc::invalid_client, "no", "wrong or expired secret"};
  } else if (token == "dead") {
    q.denied = oauth::denial{oauth::errc::invalid_token, "dead", "access token is not alive"};
  } else if (token == "narrow") {
    q.denied = oauth::denial{oauth::errc::insufficient_scope, "narrow", "userinfo without openid"};
  } else if (q.request.purpose != oauth::query_purpose::revoke) {
    q.is_jwt = q.request.wants_jwt || token == "signed";
    q.body = q.is_jwt ? "a.b.c" : "{\"token\":\"" + std::string{token} + "\"}";
  }
}
void answer(service::mint_exchange& m) {
  if (m.request.sub == "bad") {
    m.error = oauth::admin_error{oauth::errc::invalid_request, "sub: bad"};
    return;
  }
  m.minted = true;
  m.text = crypto::secret_string{"mco_" + m.request.sub};
  m.expires_in = oauth::seconds{60};
}
void answer(service::admin_exchange& a) {
  auto c = oauth::client{};
  if (const auto* show = std::get_if<oauth::show_client>(&a.call)) {
    c.id = show->id;
    if (show->id == "absent") {
      a.error = oauth::admin_error{oauth::errc::not_found, "client_id: unknown"};
    } else {
      a.answer = std::move(c);
    }
  } else if (std::holds_alternative<oauth::create_client>(a.call)) {
    c.id = "made";
    a.answer = oauth::created_client{std::move(c), crypto::secret_string{"mcs_x"}};
  } else if (const auto* patch = std::get_if<oauth::patch_client>(&a.call)) {
    c.id = patch->id;
    a.answer = std::move(c);
  } else if (const auto* add = std::get_if<oauth::add_secret>(&a.call)) {
    c.id = add->id;
    c.secrets.resize(1);
    const auto is_chosen = add->secret.client_secret.has_value();
    a.answer = oauth::added_secret{std::move(c), crypto::secret_string{is_chosen ? "" : "mcs_y"}};
  } else if (const auto* end = std::get_if<oauth::end_secret>(&a.call); end && end->number > 7) {
    a.error = oauth::admin_error{oauth::errc::not_found, "number: unknown"};
  } else if (end != nullptr || std::holds_alternative<oauth::remove_client>(a.call)) {
    a.answer = oauth::removed{};
  } else if (const auto* put = std::get_if<oauth::put_resource>(&a.call)) {
    a.answer = put->registered;
  } else if (std::holds_alternative<oauth::list_resources>(a.call)) {
    a.answer = oauth::resource_list{std::make_shared<oauth::client_registry>()};
  } else if (const auto* gone = std::get_if<oauth::remove_resource>(&a.call)) {
    if (gone->identifier == "https://api.example/a") {
      a.answer = oauth::removed{};
    } else {
      a.error = oauth::admin_error{oauth::errc::not_found, "identifier: unknown"};
    }
  } else if (const auto* cut = std::get_if<oauth::cut_off>(&a.call)) {
    const auto expected = cut->kind == oauth::cutoff_kind::subject ? "a/b c" : "s1";
    if (cut->name == expected) a.answer = oauth::removed{};
  } else if (std::holds_alternative<oauth::list_keys>(a.call)) {
    a.answer = oauth::key_list{std::make_shared<oauth::key_ring>()};
  } else if (oauth::is_about_process(a.call)) {
    a.answer = oauth::operation_report{R"({"generation":2})"};
  } else {
    a.answer = oauth::client_list{std::make_shared<oauth::client_registry>()};
  }
}

/// Tests of the endpoints of logins run the whole server (tests/http/authorization).
void answer(service::authorization_exchange&) {}

}  // namespace

fake_service::fake_service(service::io_thread& io_thread)
    : io_thread_{io_thread},
      documents_{std::make_shared<oauth::public_documents>()},
      worker_{[this] { answer_elsewhere(); }} {
  documents_->jwks = {"{\"keys\":[]}", "\"j1\""};
  documents_->metadata = {"{\"issuer\":\"i\"}", "\"m1\""};
}

fake_service::~fake_service() {
  {
    const auto lock = std::lock_guard{mutex_};
    stopping_ = true;
  }
  changed_.notify_all();
  worker_.join();
}

void fake_service::submit(service::handle<service::exchange> x) {
  dispatch(std::move(x),
           [](service::exchange& asked) { service::visit(asked, [](auto& own) { answer(own); }); });
}

void fake_service::dispatch(std::shared_ptr<service::exchange> x, answer_function answer) {
  ++submitted_;
  most_ = std::max<std::size_t>(most_, ++now_);
  if (how == manner::at_once) return finish(*x, answer);
  if (how == manner::lost) return finish(*x, [](service::exchange&) {});
  const auto lock = std::lock_guard{mutex_};
  waiting_.push_back({std::move(x), std::move(answer)});
  if (how == manner::elsewhere) changed_.notify_all();
}

void fake_service::finish(service::exchange& x, const answer_function& answer) {
  --now_;
  answer(x);
  x.who().answered(x);
}

void fake_service::answer_elsewhere() {
  auto lock = std::unique_lock{mutex_};
  for (;;) {
    changed_.wait(lock,
                  [this] { return stopping_ || (how == manner::elsewhere && !waiting_.empty()); });
    if (stopping_) return;
    // Last in, first out: the hardest order for connections that must answer in order.
    auto w = std::move(waiting_.back());
    waiting_.pop_back();
    lock.unlock();
    if (submitted_ % 16 == 0) std::this_thread::yield();
    // Moved: the exchange must be destroyed on its I/O thread.
    io_thread_.post([this, moved = std::move(w)] { finish(*moved.x, moved.answer); });
    lock.lock();
  }
}

void fake_service::release() {
  io_thread_.post([this] {
    auto all = std::deque<waiting>{};
    {
      const auto lock = std::lock_guard{mutex_};
      all.swap(waiting_);
    }
    while (!all.empty()) {
      const auto w = std::move(all.back());
      all.pop_back();
      finish(*w.x, w.answer);
    }
  });
}

std::size_t fake_service::held() const {
  const auto lock = std::lock_guard{mutex_};
  return waiting_.size();
}

std::shared_ptr<const oauth::public_documents> fake_service::documents() const {
  return documents_;
}
oauth::instant fake_service::now() const {
  return oauth::instant{std::chrono::seconds{784111777}};
}

service::request_id fake_service::next_request_id() {
  auto id = service::request_id{};
  auto digits = std::to_string(++last_id_);
  digits.insert(0, id.text.size() - digits.size(), '0');
  std::copy(digits.begin(), digits.end(), id.text.begin());
  return id;
}

void fake_service::note_refusal(std::string_view, const service::request_id& id,
                                const oauth::denial& why, std::string_view came) {
  const auto lock = std::lock_guard{mutex_};
  last_refusal_ = {std::string{id.view()}, why.code};
  last_reason_ = why.reason;
  last_came_ = came;
  ++refusals_;
}

std::string fake_service::last_reason() const {
  const auto lock = std::lock_guard{mutex_};
  return last_reason_;
}

std::string fake_service::last_came() const {
  const auto lock = std::lock_guard{mutex_};
  return last_came_;
}

std::pair<std::string, oauth::errc> fake_service::last_refusal() const {
  const auto lock = std::lock_guard{mutex_};
  return last_refusal_;
}

}  // namespace mintage::net
