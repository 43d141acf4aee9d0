/// @file
/// A family and its tokens for the tests of refreshing.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "oauth/grant/refresh.hpp"

namespace mintage::oauth::samples {

template <std::size_t N>
crypto::bytes<N> counted_from(std::uint8_t first) {
  auto out = crypto::bytes<N>{};
  for (auto& octet : out) octet = first++;
  return out;
}

inline refresh_keys keys() {
  return refresh_keys{counted_from<32>(0), 1};
}

constexpr auto new_grant = instant{milliseconds{1'700'000'000'000}};

inline options rules() {
  auto o = options{};
  o.refresh_idle = seconds{2400};  // due after 100 s
  o.refresh_absolute = seconds{10000};
  o.refresh_grace = seconds{10};
  return o;
}

inline grant make_family(rt_mode mode = rt_mode::rotating) {
  auto g = grant{};
  g.who.client_id = "cl_app";
  g.who.incarnation = 7;
  g.who.sub = "alice";
  g.who.scope = "openid offline_access api";
  g.who.targets = {{.identifier = "https://a"}, {.identifier = "https://b"}};
  g.who.minted = new_grant;
  g.where = slot{65};
  g.family = counted_from<16>(0x40);
  g.seed = counted_from<32>(0x80);
  g.refreshable = true;
  g.mode = mode;
  g.created = new_grant;
  g.absolute_expiry = new_grant + rules().refresh_absolute;
  g.idle_expiry = new_grant + rules().refresh_idle;
  return g;
}

inline client_facts make_client() {
  auto c = client_facts{};
  c.id = "cl_app";
  c.incarnation = 7;
  return c;
}

/// One refresh of a family, whose parts tests change.
struct trial {
  grant family = make_family();
  std::uint32_t generation = 0;
  client_facts who = make_client();
  token_request request = {};
  confirmation shown = {};
  cutoffs cut = {};
  instant now = new_grant + seconds{50};
  options o = rules();

  [[nodiscard]] presented_refresh_token token() const {
    return parse_refresh_token(keys().make(family, generation)).value();
  }
  [[nodiscard]] refresh_judgement judge(const presented_refresh_token& presented) const {
    auto with = keys();
    return judge_refresh(family, presented, with, who, request, shown, cut, now, o);
  }
  [[nodiscard]] refresh_judgement judge() const { return judge(token()); }
  void name_resources(std::initializer_list<std::string_view> names) {
    for (const auto name : names) request.resource_values[request.resources_count++] = name;
  }
};

/// A family whose generation 4 was superseded at `born + 40 s`.
inline trial rotated() {
  auto t = trial{};
  t.family.generation = 5;
  t.family.superseded_at = new_grant + seconds{40};
  return t;
}

}  // namespace mintage::oauth::samples
