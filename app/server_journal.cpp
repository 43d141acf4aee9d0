#include "app/server_journal.hpp"

#include <exception>
#include <type_traits>

#include "crypto/base64.hpp"

namespace mintage::app {
namespace {

/// A line that cannot be made is a line lost; the request is answered all the same.
template <class Write>
void guarded(Write write) noexcept {
  try {
    write();
  } catch (const std::exception&) {
  }
}

/// The name of a grant in the audit stream: its slot and its family.
std::string name_of(const oauth::grant& g) {
  auto name = std::string{};
  g.where.append_to(name);
  crypto::base64url_append(name, g.family);
  return name;
}

/// What a call of the admin interface is named in the audit stream; reading is not told.
struct name_of_call {
  std::string_view operator()(const oauth::create_client&) const { return "client_created"; }
  std::string_view operator()(const oauth::patch_client&) const { return "client_changed"; }
  std::string_view operator()(const oauth::remove_client&) const { return "client_removed"; }
  std::string_view operator()(const oauth::add_secret&) const { return "secret_added"; }
  std::string_view operator()(const oauth::end_secret&) const { return "secret_ended"; }
  std::string_view operator()(const oauth::show_client&) const { return {}; }
  std::string_view operator()(const oauth::list_clients&) const { return {}; }
  std::string_view operator()(const oauth::list_keys&) const { return {}; }
};

/// The client that a call is about; for a new one the id is in the answer.
std::string_view client_of(const oauth::admin_exchange& x) {
  if (x.answer)
    if (const auto* c = std::get_if<oauth::created_client>(&*x.answer)) return c->made.id;
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

void server_journal::refused(std::string_view endpoint, const oauth::request_id& id,
                             std::string_view client, const oauth::denial& why) noexcept {
  guarded([&] {
    for (auto* to : {&log_, &audit_})
      to->event(log_level::info, "refused",
                {{"endpoint", endpoint},
                 {"request_id", id.view()},
                 {"client", client},
                 {"error", oauth::to_string(why.code)},
                 {"reason", why.reason}});
  });
}

void server_journal::exchanged(const oauth::token_exchange& x) noexcept {
  if (!audit_.writes(log_level::info)) return;
  guarded([&] {
    audit_.event(log_level::info, "code_exchanged",
                 {{"request_id", x.id().view()},
                  {"client", x.client.id},
                  {"sub", x.born->who.sub},
                  {"scope", x.born->who.scope},
                  {"grant", name_of(*x.born)},
                  {"refresh_token", x.born->refreshable ? "issued" : "none"}});
  });
}

void server_journal::minted(const oauth::mint_exchange& x) noexcept {
  if (!audit_.writes(log_level::info)) return;
  guarded([&] {
    if (x.minted) {
      audit_.event(log_level::info, "code_minted",
                   {{"request_id", x.id().view()},
                    {"client", x.code->who.client_id},
                    {"sub", x.code->who.sub},
                    {"scope", x.code->who.scope}});
    } else {
      audit_.event(log_level::info, "code_not_minted",
                   {{"request_id", x.id().view()},
                    {"client", x.code ? x.code->who.client_id : x.request.client_id},
                    {"reason", x.error ? std::string_view{x.error->description} : "not stored"}});
    }
  });
}

void server_journal::administered(const oauth::admin_exchange& x) noexcept {
  const auto what = std::visit(name_of_call{}, x.call);
  if (what.empty() || !audit_.writes(log_level::info)) return;
  guarded([&] {
    audit_.event(log_level::info, what,
                 {{"request_id", x.id().view()},
                  {"client", client_of(x)},
                  {"result", x.answer ? "ok" : "refused"},
                  {"reason", x.error ? std::string_view{x.error->description} : ""}});
  });
}

}  // namespace mintage::app
