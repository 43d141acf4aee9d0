#include "app/server_journal.hpp"

#include <chrono>
#include <exception>
#include <initializer_list>
#include <type_traits>
#include <utility>

#include "crypto/base64.hpp"
#include "oauth/request/redaction.hpp"

namespace mintage::app {
namespace {

/// Runs `write`. When it throws, the line is lost and the request is answered all the same.
template <class Write>
void guarded(Write write) noexcept {
  try {
    write();
  } catch (const std::exception&) {
  }
}

/// The name of a grant in the audit stream: its slot and its family id.
std::string name_of(const oauth::grant& g) {
  auto name = std::string{};
  g.where.append_to(name);
  crypto::base64url_append(name, g.family);
  return name;
}

/// The event name of an admin call in the audit stream; empty for reads, which are not recorded.
struct name_of_call {
  std::string_view operator()(const oauth::create_client&) const { return "client_created"; }
  std::string_view operator()(const oauth::patch_client&) const { return "client_changed"; }
  std::string_view operator()(const oauth::remove_client&) const { return "client_removed"; }
  std::string_view operator()(const oauth::add_secret&) const { return "secret_added"; }
  std::string_view operator()(const oauth::end_secret&) const { return "secret_ended"; }
  std::string_view operator()(const oauth::rotate_keys&) const { return "keys_rotated"; }
  std::string_view operator()(const oauth::remove_key&) const { return "key_removed"; }
  std::string_view operator()(const oauth::show_client&) const { return {}; }
  std::string_view operator()(const oauth::list_clients&) const { return {}; }
  std::string_view operator()(const oauth::list_keys&) const { return {}; }
  std::string_view operator()(const oauth::put_resource&) const { return "resource_changed"; }
  std::string_view operator()(const oauth::remove_resource&) const { return "resource_removed"; }
  std::string_view operator()(const oauth::list_resources&) const { return {}; }
  std::string_view operator()(const oauth::confirm_clock&) const { return "clock_confirmed"; }
  std::string_view operator()(const oauth::show_refusal&) const { return {}; }
  std::string_view operator()(const oauth::list_refusals&) const { return {}; }
  std::string_view operator()(const oauth::register_client_call&) const {
    return "client_registered";
  }
  std::string_view operator()(const oauth::show_registered&) const { return {}; }
  std::string_view operator()(const oauth::update_registered_call&) const {
    return "registration_changed";
  }
  std::string_view operator()(const oauth::remove_registered&) const {
    return "registration_removed";
  }
  std::string_view operator()(const oauth::add_registration_token&) const {
    return "registration_token_added";
  }
  std::string_view operator()(const oauth::list_registration_tokens&) const { return {}; }
  std::string_view operator()(const oauth::remove_registration_token&) const {
    return "registration_token_removed";
  }
  std::string_view operator()(const oauth::reload_config&) const { return "config_reloaded"; }
  std::string_view operator()(const oauth::back_up&) const { return "backup_made"; }
  std::string_view operator()(const oauth::rotate_seal&) const { return "seal_key_rotated"; }
  std::string_view operator()(const oauth::show_seal&) const { return {}; }
  std::string_view operator()(const oauth::retire_seal&) const { return "seal_keys_retired"; }
  std::string_view operator()(const oauth::cut_off& call) const {
    return call.kind == oauth::cutoff_kind::subject ? "subject_revoked" : "session_ended";
  }
};

/// The resource, subject, session, initial access token or directory that a call concerns.
std::string_view name_in(const service::admin_exchange& x) {
  const auto& call = x.call;
  if (const auto* put = std::get_if<oauth::put_resource>(&call)) {
    return put->registered.as.identifier;
  }
  if (const auto* gone = std::get_if<oauth::remove_resource>(&call)) return gone->identifier;
  if (const auto* cut = std::get_if<oauth::cut_off>(&call)) return cut->name;
  if (const auto* copied = std::get_if<oauth::back_up>(&call)) return copied->directory;
  if (const auto* t = std::get_if<oauth::remove_registration_token>(&call)) return t->id;
  if (!x.answer) return {};
  if (const auto* t = std::get_if<oauth::added_registration_token>(&*x.answer)) return t->made.id;
  if (const auto* c = std::get_if<oauth::registered_client>(&*x.answer))
    return c->made.registered ? std::string_view{c->made.registered->initial_token} : "";
  return {};
}

/// The client that a call concerns; for a new client the id is in the answer.
std::string_view client_of(const service::admin_exchange& x) {
  if (x.answer) {
    if (const auto* c = std::get_if<oauth::created_client>(&*x.answer)) return c->made.id;
    if (const auto* c = std::get_if<oauth::registered_client>(&*x.answer)) return c->made.id;
  }
  if (std::holds_alternative<oauth::remove_registration_token>(x.call)) return {};
  return std::visit(
      [](const auto& call) {
        if constexpr (requires { call.id; })
          return std::string_view{call.id};
        else
          return std::string_view{};
      },
      x.call);
}

}  // namespace

void server_journal::refused(std::string_view endpoint, const service::request_id& id,
                             std::string_view sent_client, const oauth::denial& why,
                             std::string_view came, service::line_use line) noexcept {
  // A failed handshake is not a request: scanners and probes would fill log and audit stream.
  const auto is_handshake = endpoint == "tls";
  if (is_handshake && !log_.writes(log_level::debug)) return;
  const auto error = oauth::to_string(why.code);
  const auto reason = why.reason.text();
  const auto write = [&](std::initializer_list<event_log::field> fields) {
    if (logs_refusal(endpoint, reason))
      log_.event(is_handshake ? log_level::debug : log_level::info, "refused", fields);
    if (is_handshake) return;
    switch (line) {
      case service::line_use::droppable:
        return audit_.write_or_drop("refused", fields);
      case service::line_use::reserved:
        return audit_.write("refused", fields);
    }
  };
  guarded([&] {
    // Some send a secret as the id.
    const auto client = oauth::without_secrets(sent_client);
    if (came.empty()) {
      write({{"endpoint", endpoint},
             {"request_id", id.view()},
             {"client", client},
             {"error", error},
             {"reason", reason}});
    } else {
      write({{"endpoint", endpoint},
             {"request_id", id.view()},
             {"client", client},
             {"error", error},
             {"reason", reason},
             {"came", came}});
    }
  });
}

void server_journal::exchanged(const service::token_exchange& x) noexcept {
  if (!audit_.is_on()) return;
  guarded([&] {
    audit_.write(row_of(oauth::grants, x.request.grant).audit_event,
                 {{"request_id", x.id().view()},
                  {"client", x.client.id},
                  {"sub", x.grant->who.sub},
                  {"scope", x.out.scope.empty() ? x.grant->who.scope : x.out.scope},
                  {"grant", name_of(*x.grant)},
                  {"refresh_token", x.out.refresh_generation ? "issued" : "none"}});
  });
}

// Introspection and userinfo are too frequent for the audit stream; revocations are recorded.
void server_journal::queried(const service::query_exchange& x) noexcept {
  if (x.request.purpose != oauth::query_purpose::revoke) return;
  if (!audit_.is_on()) return;
  guarded([&] {
    audit_.write("token_revoked", {{"request_id", x.id().view()}, {"client", x.client.id}});
  });
}

void server_journal::minted(const service::mint_exchange& x) noexcept {
  if (!audit_.is_on()) return;
  guarded([&] {
    if (x.minted) {
      tell(x, "code_minted",
           {{"request_id", x.id().view()},
            {"client", x.code->who.client_id},
            {"sub", x.code->who.sub},
            {"scope", x.code->who.scope}});
    } else {
      tell(x, "code_not_minted",
           {{"request_id", x.id().view()},
            {"client", x.code ? x.code->who.client_id : x.request.client_id},
            {"reason", x.error ? std::string_view{x.error->description} : "not stored"}});
    }
  });
}

void server_journal::administered(const service::admin_exchange& x) noexcept {
  const auto what = std::visit(name_of_call{}, x.call);
  if (what.empty() || !audit_.is_on()) return;
  // What a client is refused is told as a refusal.
  if (x.error && oauth::is_from_client(x.call)) return;
  guarded([&] {
    if (oauth::is_about_keys(x.call)) {
      const auto* gone = std::get_if<oauth::remove_key>(&x.call);
      return tell(x, what,
                  {{"request_id", x.id().view()},
                   {"kid", gone != nullptr ? std::string_view{gone->kid} : ""},
                   {"result", x.answer ? "ok" : "refused"},
                   {"reason", x.error ? std::string_view{x.error->description} : ""}});
    }
    tell(x, what,
         {{"request_id", x.id().view()},
          {"client", client_of(x)},
          {"name", name_in(x)},
          {"result", x.answer ? "ok" : "refused"},
          {"reason", x.error ? std::string_view{x.error->description} : ""}});
  });
}

void server_journal::authorized(const service::authorization_exchange& x) noexcept {
  using oauth::authorization_purpose;
  const auto is_verdict =
      x.purpose == authorization_purpose::accept || x.purpose == authorization_purpose::deny;
  if (!is_verdict || !audit_.is_on()) return;
  guarded([&] {
    if (x.error) {
      tell(x, "authorization_not_answered",
           {{"request_id", x.id().view()},
            {"client", x.client_id},
            {"reason", x.error->description}});
    } else if (x.minted) {
      tell(x, "authorization_accepted",
           {{"request_id", x.id().view()},
            {"client", x.client_id},
            {"sub", x.code->who.sub},
            {"scope", x.code->who.scope}});
    } else {
      tell(x, "authorization_denied",
           {{"request_id", x.id().view()},
            {"client", x.client_id},
            {"error", x.not_accepted.error}});
    }
  });
}

void server_journal::key_changed(const crypto::signing_key& key, std::string_view state) noexcept {
  guarded([&] {
    auto change = key_change{key.kid(), crypto::to_string(key.alg()), state};
    log_.event(log_level::info, "key_changed",
               {{"kid", change.kid}, {"alg", change.alg}, {"state", change.state}});
    const auto guard = std::scoped_lock{mutex_};
    if (has_begun_)
      tell(change);
    else
      early_.push_back(std::move(change));
  });
}

void server_journal::client_forgotten(const oauth::client& c) noexcept {
  guarded([&] {
    const auto why = c.registered && c.registered->last_used ? "idle" : "never used";
    log_.event(log_level::info, "client_forgotten", {{"client", c.id}, {"because", why}});
    audit_.write("client_forgotten", {{"client", c.id}, {"reason", why}});
  });
}

void server_journal::logout_told(const oauth::logout_notice& n, std::uint32_t tries,
                                 std::string_view failure) noexcept {
  guarded([&] {
    const auto count = std::to_string(tries);
    const auto note_success = [&](std::initializer_list<event_log::field> fields) {
      audit_.write("logout_delivered", fields);
    };
    const auto note_failure = [&](std::initializer_list<event_log::field> fields) {
      log_.event(log_level::info, "logout_not_delivered", fields);
      audit_.write("logout_not_delivered", fields);
    };
    if (failure.empty())
      return note_success(
          {{"client", n.client_id}, {"sid", n.sid}, {"jti", n.jti}, {"tries", count}});
    note_failure({{"client", n.client_id},
                  {"sid", n.sid},
                  {"jti", n.jti},
                  {"tries", count},
                  {"reason", failure}});
  });
}

void server_journal::actor_ended(std::string_view pool,
                                 std::optional<std::chrono::milliseconds> wait) noexcept {
  guarded([&] {
    if (wait) {
      log_.event(log_level::error, "an actor ended by a fault and is replaced",
                 {{"pool", pool}, {"wait_ms", std::to_string(wait->count())}});
    } else {
      log_.event(log_level::error, "the actors of a pool end again and again: the server ends",
                 {{"pool", pool}});
    }
  });
}

void server_journal::signature_failed(const crypto::signing_key& key,
                                      std::string_view backend) noexcept {
  guarded([&] {
    log_.event(log_level::error, "signatures failed their check and were withheld",
               {{"kid", key.kid()}, {"alg", crypto::to_string(key.alg())}, {"backend", backend}});
  });
}

void server_journal::begin_audit() noexcept {
  guarded([&] {
    const auto guard = std::scoped_lock{mutex_};
    has_begun_ = true;
    for (const auto& c : std::exchange(early_, {})) tell(c);
  });
}

server_journal::~server_journal() {
  guarded([&] { tell_omitted(line_sampler::time_point::max()); });
}

bool server_journal::logs_refusal(std::string_view endpoint, std::string_view reason) {
  if (endpoint != "http" && endpoint != "tls") return true;
  const auto now = std::chrono::steady_clock::now();
  tell_omitted(now);
  return strangers_.admits(reason, now);
}

void server_journal::tell_omitted() noexcept {
  guarded([&] { tell_omitted(std::chrono::steady_clock::now()); });
}

void server_journal::tell_omitted(line_sampler::time_point now) {
  for (const auto& o : strangers_.take_omitted(now)) {
    log_.event(log_level::info, "refused_not_logged",
               {{"reason", o.reason}, {"count", std::to_string(o.count)}});
  }
}

void server_journal::tell(const service::exchange& x, std::string_view what,
                          std::initializer_list<event_log::field> fields) {
  if (x.line)
    audit_.write(what, fields);
  else
    audit_.write_or_drop(what, fields);
}

void server_journal::tell(const key_change& c) {
  audit_.write("key_changed", {{"kid", c.kid}, {"alg", c.alg}, {"state", c.state}});
}

}  // namespace mintage::app
