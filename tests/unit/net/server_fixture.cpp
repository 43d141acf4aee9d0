#include "tests/unit/net/server_fixture.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>

#include "crypto/digest.hpp"

namespace mintage::net {
namespace {

constexpr auto form_fields = "Content-Type: application/x-www-form-urlencoded\r\n";

void answer(service::token_exchange& t) {
  t.body = "{\"code\":\"" + std::string{t.request.code} + "\"}";
  if (t.request.code == "bad_client") {
    t.body.clear();
    t.denied = oauth::denial{oauth::errc::invalid_client, "no", "wrong secret"};
  }
}
/// Answers with what was asked; "bad_client", "dead" and "narrow" are refused.
void answer(service::query_exchange& q) {
  const auto token = q.request.token;
  q.done = true;
  if (q.request.who.id == "bad_client") {
    q.denied = oauth::denial{oauth::errc::invalid_client, "no", "wrong secret"};
  } else if (token == "dead") {
    q.denied = oauth::denial{oauth::errc::invalid_token, "dead", "dead"};
  } else if (token == "narrow") {
    q.denied = oauth::denial{oauth::errc::insufficient_scope, "narrow", "narrow"};
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
  } else {
    a.answer = oauth::client_list{std::make_shared<oauth::client_registry>()};
  }
}

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
                                const oauth::denial& why) {
  const auto lock = std::lock_guard{mutex_};
  last_refusal_ = {std::string{id.view()}, why.code};
  last_reason_ = why.reason;
}

std::string fake_service::last_reason() const {
  const auto lock = std::lock_guard{mutex_};
  return last_reason_;
}

std::pair<std::string, oauth::errc> fake_service::last_refusal() const {
  const auto lock = std::lock_guard{mutex_};
  return last_refusal_;
}

namespace {
constexpr auto patience = std::chrono::seconds{30};
}  // namespace

peer::peer(std::uint16_t port, int receive_buffer) : socket_{port, patience, receive_buffer} {
  stream_.emplace(nullptr, socket_.get(), patience);
}

peer::peer(in_addr to, std::uint16_t port) : socket_{to, port, patience} {
  stream_.emplace(nullptr, socket_.get(), patience);
}

peer::peer(std::uint16_t port, const loopback::tls_side& side, const loopback::session_ptr& offered,
           int receive_buffer)
    : peer{port, receive_buffer} {
  secure(side, offered);
}

void peer::secure(const loopback::tls_side& side, const loopback::session_ptr& offered) {
  stream_.emplace(&side, socket_.get(), patience, offered);
}

void peer::send(std::string_view octets) {
  stream_->send(octets);  // the server may refuse and close before it has read everything
}

std::size_t peer::send_some(std::string_view octets) {
  const auto n = ::send(socket_.get(), octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

void peer::shut_down() {
  ::shutdown(socket_.get(), SHUT_WR);
}

void peer::reset() {
  socket_.reset();
}

bool peer::fill() {
  auto octets = std::array<char, 16384>{};
  const auto n = stream_->receive(octets);
  if (n == 0) closed_ = true;
  if (n <= 0) return false;
  buffer_.append(octets.data(), static_cast<std::size_t>(n));
  return true;
}

std::string peer::take(std::size_t n) {
  while (buffer_.size() < n && fill()) {
  }
  auto out = buffer_.substr(0, n);
  buffer_.erase(0, n);
  return out;
}

std::string peer::take_line() {
  while (buffer_.find("\r\n") == std::string::npos && fill()) {
  }
  const auto end = buffer_.find("\r\n");
  if (end == std::string::npos) return {};
  auto out = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return out;
}

received peer::receive_head() {
  auto out = received{};
  const auto first = take_line();
  out.head = first + "\r\n";
  if (first.size() > 12) out.status = static_cast<unsigned>(std::stoul(first.substr(9, 3)));
  for (auto line = take_line(); !line.empty(); line = take_line()) {
    out.head += line + "\r\n";
    const auto colon = line.find(": ");
    auto name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    EXPECT_FALSE(out.fields.contains(name)) << name << " is repeated";
    out.fields[name] = line.substr(colon + 2);
  }
  return out;
}

received peer::receive(bool has_body) {
  auto out = receive_head();
  if (!has_body) return out;
  if (out.fields.contains("transfer-encoding")) {
    while (const auto chunk = receive_chunk()) out.body += *chunk;
  } else if (out.fields.contains("content-length")) {
    out.body = take(std::stoul(out.fields["content-length"]));
  }
  return out;
}

std::optional<std::string> peer::receive_chunk() {
  if (chunks_ended_) return std::nullopt;
  const auto line = take_line();
  if (line.empty()) return std::nullopt;
  const auto size = std::stoul(line, nullptr, 16);
  chunks_ended_ = size == 0;
  auto out = take(size);
  EXPECT_EQ(take_line(), "");
  if (chunks_ended_) return std::nullopt;
  return out;
}

std::optional<std::string> peer::receive_line() {
  for (;;) {
    if (const auto end = lines_.find('\n'); end != std::string::npos) {
      auto out = lines_.substr(0, end);
      lines_.erase(0, end + 1);
      return out;
    }
    const auto chunk = receive_chunk();
    if (!chunk) return std::nullopt;
    lines_ += *chunk;
  }
}

bool peer::is_closed(std::string* rest) {
  while (fill()) {
  }
  if (rest != nullptr) *rest = buffer_;
  return closed_;
}

bool peer::has_octets() const {
  auto p = pollfd{socket_.get(), POLLIN, 0};
  return !buffer_.empty() || ::poll(&p, 1, 0) > 0;
}

bool peer::is_reset() const {
  auto p = pollfd{socket_.get(), 0, 0};
  return ::poll(&p, 1, 0) > 0 && (p.revents & (POLLERR | POLLHUP)) != 0;
}

server_test::server_test() {
  settings.listen = settings.admin_listen = "127.0.0.1:0";
  settings.io_threads = 1;
}

server_test::~server_test() {
  if (server_) server_->stop();
  services_.clear();
}

void server_test::start() {
  EXPECT_TRUE(check(settings).empty());
  auto tokens = oauth::admin_tokens{};
  tokens.admin = crypto::sha256(admin_token);
  tokens.minter = crypto::sha256(mint_token);
  server_ = std::make_unique<server>(settings, rules, tokens);
  auto all = std::vector<service::token_service*>{};
  for (auto* io_thread : server_->io_threads()) {
    all.push_back(services_.emplace_back(std::make_unique<fake_service>(*io_thread)).get());
  }
  server_->start(all);
}

received server_test::ask(std::string_view octets, bool has_body) {
  auto p = connect();
  p.send(octets);
  return p.receive(has_body);
}

received server_test::ask_admin(std::string_view octets, bool has_body) {
  auto p = connect_admin();
  p.send(octets);
  return p.receive(has_body);
}

std::string token_body(std::string_view code) {
  return "grant_type=authorization_code&client_id=p&redirect_uri=https%3A%2F%2Fa%2Fcb"
         "&code_verifier=" +
         std::string(43, 'v') + "&code=" + std::string{code};
}

std::string token_request(std::string_view code, std::string_view fields) {
  return request("POST", "/token", form_fields + std::string{fields}, token_body(code));
}

std::string request(std::string_view method, std::string_view target, std::string_view fields,
                    std::string_view body) {
  auto out = std::string{method} + " " + std::string{target} + " HTTP/1.1\r\nHost: localhost\r\n";
  out += fields;
  if (!body.empty()) out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return out + "\r\n" + std::string{body};
}

std::string bearer(std::string_view token) {
  return "Authorization: Bearer " + std::string{token} + "\r\n";
}

}  // namespace mintage::net
