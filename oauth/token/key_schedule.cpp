#include "oauth/token/key_schedule.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace mintage::oauth {
namespace {

using crypto::jws_alg;

bool is_listed(const key_rules& rules, jws_alg alg) {
  return std::find(rules.algorithms.begin(), rules.algorithms.end(), alg) != rules.algorithms.end();
}

/// A ring under construction.
class change {
 public:
  change(const key_ring& before, const key_rules& rules, instant now, const key_maker& make)
      : ring_{before}, rules_{rules}, now_{now}, make_{make} {}

  [[nodiscard]] ring_key* find(jws_alg alg, key_state state) {
    for (auto& k : ring_.keys) {
      if (k.key.alg() == alg && k.state == state) return &k;
    }
    return nullptr;
  }
  [[nodiscard]] std::size_t published(jws_alg alg) const {
    return static_cast<std::size_t>(std::count_if(
        ring_.keys.begin(), ring_.keys.end(), [&](const auto& k) { return k.key.alg() == alg; }));
  }

  /// @param no_sooner the earliest time of its first use.
  void publish(jws_alg alg, instant no_sooner) {
    ring_.keys.push_back({.key = make_(alg),
                          .state = key_state::pending,
                          .created = now_,
                          .activate = std::max(now_ + publication_wait, no_sooner)});
  }

  /// Activates the pending key of an algorithm, or a new one if there is none.
  void activate(jws_alg alg) {
    if (find(alg, key_state::pending) == nullptr) publish(alg, now_);
    if (auto* former = find(alg, key_state::active)) retire(*former);
    auto& next = *find(alg, key_state::pending);
    next.state = key_state::active;
    next.activate = now_;
    plan(next);
  }

  void retire(ring_key& k) {
    k.state = key_state::retiring;
    k.retire = now_;
    k.remove = now_ + rules_.overlap;
  }

  /// Plans the retirement again: the period may have changed since the key became active.
  void plan(ring_key& active) {
    active.retire.reset();
    if (rules_.rotation_period > seconds{0})
      active.retire = active.activate + rules_.rotation_period;
  }

  template <class Condition>
  void erase_if(Condition condition) {
    std::erase_if(ring_.keys, condition);
  }

  [[nodiscard]] key_ring done() {
    arrange(ring_);
    return std::move(ring_);
  }

 private:
  key_ring ring_;
  const key_rules& rules_;
  const instant now_;
  const key_maker& make_;
};

/// Does what is due for one listed algorithm.
void advance_listed(change& to, jws_alg alg, bool is_first_start, instant now) {
  auto* active = to.find(alg, key_state::active);
  if (active != nullptr) to.plan(*active);
  if (const auto* pending = to.find(alg, key_state::pending)) {
    if (pending->activate <= now) to.activate(alg);
  } else if (active == nullptr) {
    if (is_first_start) return to.activate(alg);
    to.publish(alg, now);
  } else if (active->retire && *active->retire - publication_wait <= now) {
    to.publish(alg, *active->retire);
  }
}

/// Does what is due for algorithms that the operator removed from the list.
void advance_unlisted(change& to, const key_rules& rules) {
  const auto has_all =
      std::all_of(rules.algorithms.begin(), rules.algorithms.end(),
                  [&](jws_alg alg) { return to.find(alg, key_state::active) != nullptr; });
  for (const auto alg : crypto::jws_algs) {
    if (is_listed(rules, alg)) continue;
    to.erase_if([&](const ring_key& k) {  // never used, so there are no tokens to wait for
      return k.key.alg() == alg && k.state == key_state::pending;
    });
    auto* active = to.find(alg, key_state::active);
    if (active != nullptr && has_all) to.retire(*active);
  }
}

tl::unexpected<admin_error> refuse(errc code, std::string description) {
  return tl::unexpected{admin_error{code, std::move(description)}};
}

}  // namespace

key_ring advance(const key_ring& before, const key_rules& rules, instant now,
                 const key_maker& make) {
  auto to = change{before, rules, now, make};
  for (const auto alg : rules.algorithms) advance_listed(to, alg, before.keys.empty(), now);
  advance_unlisted(to, rules);
  to.erase_if([&](const ring_key& k) { return k.remove && *k.remove <= now; });
  return to.done();
}

admin_result<key_ring> rotate(const key_ring& before, const rotate_keys& call,
                              const key_rules& rules, instant now, const key_maker& make) {
  if (call.alg && !is_listed(rules, *call.alg)) {
    return refuse(errc::invalid_request, "alg must be one that keys.algorithms lists");
  }
  auto to = change{before, rules, now, make};
  const auto algorithms = call.alg ? std::vector{*call.alg} : rules.algorithms;
  const auto is_pending = [&](jws_alg alg) { return to.find(alg, key_state::pending) != nullptr; };
  if (!call.now && std::any_of(algorithms.begin(), algorithms.end(), is_pending)) {
    return refuse(errc::conflict, "a rotation is under way: its key is pending");
  }
  for (const auto alg : algorithms) {
    if (!is_pending(alg) && to.published(alg) >= max_published_keys) {
      return refuse(errc::conflict,
                    "16 keys of one algorithm are published; wait until some retired");
    }
    if (call.now) {
      to.activate(alg);
    } else {
      to.publish(alg, now);
    }
  }
  return to.done();
}

admin_result<key_ring> remove(const key_ring& before, std::string_view kid, const key_rules& rules,
                              instant now, const key_maker& make) {
  const auto* found = before.find(kid);
  if (found == nullptr) return refuse(errc::not_found, "no such key");
  auto to = change{before, rules, now, make};
  to.erase_if([&](const ring_key& k) { return k.key.kid() == kid; });
  if (found->state == key_state::active) to.activate(found->key.alg());
  return to.done();
}

bool is_unchanged(const ring_key& a, const ring_key& b) noexcept {
  return std::tie(a.state, a.created, a.activate, a.retire, a.remove) ==
         std::tie(b.state, b.created, b.activate, b.retire, b.remove);
}

}  // namespace mintage::oauth
