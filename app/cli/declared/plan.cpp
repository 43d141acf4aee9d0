#include "app/cli/declared/plan.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <set>
#include <utility>

#include "app/cli/declared/members.hpp"

namespace mintage::app {
namespace {

namespace json = boost::json;

constexpr auto method_member = std::string_view{"token_endpoint_auth_method"};
constexpr auto sector_member = std::string_view{"sector_identifier_uri"};
/// What the server shows of `sector_member`, of which it keeps the host alone.
constexpr auto host_member = std::string_view{"sector"};

std::string text_of(const json::object& from, std::string_view member) {
  return std::string{std::string_view{from.at(member).as_string()}};
}

/// The value of a member, or what stands for none.
json::value value_of(const json::object& from, const declared_member& m) {
  const auto* found = from.if_contains(m.name);
  return found == nullptr ? nothing_of(m) : *found;
}

void note(std::vector<member_change>& to, std::string_view name, json::value before,
          json::value after) {
  if (before != after) to.push_back({std::string{name}, std::move(before), std::move(after)});
}

/// The members of a new client or resource that are not the empty ones of their kinds.
std::vector<member_change> all_of(const json::object& said,
                                  std::span<const declared_member> members) {
  auto out = std::vector<member_change>{};
  for (const auto& m : members) {
    if (m.use == member_use::identity) continue;
    if (const auto* value = said.if_contains(m.name))
      out.push_back({std::string{m.name}, {}, *value});
  }
  return out;
}

/// The body of PATCH that makes a client the declared one. It has all members, so that nothing
/// stays that the server does not show.
json::object patch_of(const declared_client& wanted) {
  auto out = json::object{};
  for (const auto& m : client_members()) {
    switch (m.use) {
      case member_use::usual:
        out[m.name] = value_of(wanted.wanted, m);
        break;
      case member_use::partial:
        if (const auto* value = wanted.wanted.if_contains(m.name)) out[m.name] = *value;
        break;
      case member_use::if_said:
        if (const auto* value = wanted.said.if_contains(m.name)) out[m.name] = *value;
        break;
      case member_use::identity:
      case member_use::fixed:
      case member_use::only_here:
        break;
    }
  }
  return out;
}

step addition_of(const declared_client& c) {
  auto out = step{.id = c.id, .changes = all_of(c.said, client_members()), .body = c.said};
  out.secret = c.secret;
  if (c.needs_secret && !c.has_secret())
    out.obstacle =
        "it does not exist yet, and needs client_secret_file, client_secret_env or "
        "client_secret_hash_file to be made";
  return out;
}

/// The step for a resource; without changes when it is as declared.
step step_of(const declared_resource& r, const json::object* now) {
  auto out = step{.action = now == nullptr ? step_action::add : step_action::change,
                  .kind = declared_kind::resource,
                  .id = r.identifier,
                  .body = r.wanted};
  if (now == nullptr) {
    out.changes = all_of(r.wanted, resource_members());
    return out;
  }
  for (const auto& m : resource_members())
    note(out.changes, m.name, value_of(*now, m), value_of(r.wanted, m));
  return out;
}

/// Records of the server by the member that identifies them.
std::map<std::string, const json::object*> by_id(const json::array& all, std::string_view member) {
  auto out = std::map<std::string, const json::object*>{};
  for (const auto& each : all) out[text_of(each.as_object(), member)] = &each.as_object();
  return out;
}

/// What is in no file: to be removed last, or told.
void add_undeclared(plan& to, declared_kind kind, const std::set<std::string>& declared,
                    const std::map<std::string, const json::object*>& there, bool prune) {
  for (const auto& [id, now] : there) {
    if (declared.contains(id) || now->contains("registration")) continue;
    auto gone = step{.action = step_action::remove, .kind = kind, .id = id};
    if (prune) {
      to.steps.push_back(std::move(gone));
    } else {
      to.undeclared.push_back(name_of(gone));
    }
  }
}

std::string_view verb_of(step_action a) noexcept {
  switch (a) {
    case step_action::add:
      return "add";
    case step_action::change:
      return "change";
    case step_action::remove:
      return "remove";
  }
  return {};
}

char sign_of(step_action a) noexcept {
  switch (a) {
    case step_action::add:
      return '+';
    case step_action::change:
      return '~';
    case step_action::remove:
      return '-';
  }
  return ' ';
}

std::string_view noun_of(declared_kind k) noexcept {
  return k == declared_kind::client ? "client" : "resource";
}

/// A value for people: JSON without control characters, and not the whole of a key set.
std::string shown(const json::value& v) {
  constexpr auto longest = std::size_t{120};
  auto out = json::serialize(v);
  std::ranges::replace(out, '\x7f', '?');
  if (out.size() <= longest) return out;
  auto end = longest;  // not within a character of UTF-8
  while ((static_cast<unsigned char>(out[end]) & 0xc0) == 0x80) --end;
  out.resize(end);
  return out + "...";
}

}  // namespace

std::size_t plan::count(step_action a) const noexcept {
  return static_cast<std::size_t>(std::ranges::count(steps, a, &step::action));
}

step change_of(const declared_client& wanted, const json::object& now) {
  auto out = step{.action = step_action::change, .id = wanted.id};
  for (const auto& m : client_members()) {
    const auto is_compared =
        m.use == member_use::usual || m.use == member_use::partial || m.use == member_use::fixed ||
        (m.use == member_use::if_said && m.name != sector_member && wanted.said.contains(m.name));
    if (is_compared) note(out.changes, m.name, value_of(now, m), value_of(wanted.wanted, m));
  }
  constexpr auto host = declared_member{.name = host_member, .what = {}};
  note(out.changes, host_member, value_of(now, host), value_of(wanted.wanted, host));
  if (out.changes.empty()) return out;
  out.body = patch_of(wanted);
  const auto method = std::ranges::find(out.changes, method_member, &member_change::name);
  if (method != out.changes.end())
    out.obstacle =
        "token_endpoint_auth_method cannot be changed: remove the client, and apply makes it anew";
  return out;
}

plan make_plan(const declarations& wanted, const json::array& clients, const json::array& resources,
               bool prune) {
  auto out = plan{};
  const auto clients_now = by_id(clients, "client_id");
  const auto resources_now = by_id(resources, "identifier");
  auto declared_clients = std::set<std::string>{};
  auto declared_resources = std::set<std::string>{};
  const auto take = [&](step s) {
    if (s.action == step_action::change && s.changes.empty()) {
      ++out.unchanged;
    } else {
      out.steps.push_back(std::move(s));
    }
  };
  for (const auto& c : wanted.clients) {
    declared_clients.insert(c.id);
    const auto now = clients_now.find(c.id);
    take(now == clients_now.end() ? addition_of(c) : change_of(c, *now->second));
  }
  for (const auto& r : wanted.resources) {
    declared_resources.insert(r.identifier);
    const auto now = resources_now.find(r.identifier);
    take(step_of(r, now == resources_now.end() ? nullptr : now->second));
  }
  add_undeclared(out, declared_kind::resource, declared_resources, resources_now, prune);
  add_undeclared(out, declared_kind::client, declared_clients, clients_now, prune);
  return out;
}

std::string name_of(const step& s) {
  return std::string{noun_of(s.kind)} + ' ' + shown(json::value(s.id));
}

void print(std::ostream& out, const plan& p) {
  for (const auto& s : p.steps) {
    out << sign_of(s.action) << ' ' << name_of(s) << '\n';
    for (const auto& m : s.changes) {
      out << "    " << m.name << ": ";
      if (s.action == step_action::change) out << shown(m.from) << " -> ";
      out << shown(m.to) << '\n';
    }
    if (!s.obstacle.empty()) out << "    ! " << s.obstacle << '\n';
  }
  constexpr auto most = std::size_t{20};
  const auto shown_names = std::min(p.undeclared.size(), most);
  for (auto i = std::size_t{0}; i < shown_names; ++i)
    out << "  " << p.undeclared[i] << " is in no file, and stays\n";
  if (p.undeclared.size() > most)
    out << "  " << p.undeclared.size() - most << " more are in no file, and stay\n";
  out << p.count(step_action::add) << " to add, " << p.count(step_action::change) << " to change, "
      << p.count(step_action::remove) << " to remove, " << p.unchanged << " unchanged\n";
}

json::object to_json(const plan& p) {
  auto changes = json::array{};
  for (const auto& s : p.steps) {
    auto members = json::array{};
    for (const auto& m : s.changes)
      members.push_back(json::object{{"name", m.name}, {"from", m.from}, {"to", m.to}});
    auto one = json::object{{"action", verb_of(s.action)},
                            {"kind", noun_of(s.kind)},
                            {"id", s.id},
                            {"members", std::move(members)}};
    if (!s.obstacle.empty()) one["obstacle"] = s.obstacle;
    changes.push_back(std::move(one));
  }
  return json::object{{"changes", std::move(changes)},
                      {"unchanged", p.unchanged},
                      {"undeclared", json::array(p.undeclared.begin(), p.undeclared.end())}};
}

}  // namespace mintage::app
