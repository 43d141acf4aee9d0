#include "oauth/client/secrets.hpp"

#include <algorithm>
#include <utility>

#include "crypto/base64.hpp"
#include "oauth/client/key_metadata.hpp"
#include "oauth/request/text.hpp"

namespace mintage::oauth {
namespace {

/// Shorter secrets can be guessed.
constexpr auto good_secret = std::size_t{8};
constexpr auto max_secret = std::size_t{256};
/// The end of the year 9999. Later dates are mistakes, and do not fit into milliseconds.
constexpr auto max_date = std::int64_t{253402300799};

bool is_live(const stored_secret& s, instant now) noexcept {
  return !s.expires || now < *s.expires;
}

std::size_t count_live(const client& c, instant now) noexcept {
  return static_cast<std::size_t>(
      std::count_if(c.secrets.begin(), c.secrets.end(),
                    [now](const stored_secret& s) { return is_live(s, now); }));
}

complaint check_room_for_secret(const client& c, instant now) {
  if (count_live(c, now) < max_live_secrets) return std::nullopt;
  return admin_error{errc::conflict, "two secrets are live already: end one of them first"};
}

}  // namespace

complaint check_secret_expiry(std::optional<std::int64_t> date) {
  if (date && (*date < 0 || *date > max_date)) {
    return bad_request("client_secret_expires_at must be 0 or a time in seconds since 1970");
  }
  return std::nullopt;
}

complaint check_chosen_secret(const crypto::secret_string& chosen) {
  const auto text = chosen.reveal();
  if (text.empty() || text.size() > max_secret || !is_printable_utf8(text)) {
    return bad_request("client_secret must be 1 to 256 octets of printable UTF-8");
  }
  return std::nullopt;
}

complaint check_secret_hash(const crypto::secret_string& hash) {
  const auto* kind = kind_of_hash(hash.reveal());
  if (kind == nullptr) {
    auto names = std::vector<std::string_view>{};
    for (const auto& row : secret_kinds) {
      if (is_slow(row.id)) names.push_back(row.name);
    }
    return bad_request("client_secret_hash must be a hash of " + one_of(names));
  }
  const auto fault = kind->fault(hash.reveal());
  if (fault.empty()) return std::nullopt;
  return bad_request("client_secret_hash " + std::string{fault});
}

stored_secret foreign_secret(const crypto::secret_string& hash,
                             std::optional<std::int64_t> expires_at) {
  return {.how = kind_of_hash(hash.reveal())->id,
          .hash = std::string{hash.reveal()},
          .expires = secret_expiry(expires_at)};
}

std::vector<std::string> secret_warnings(const crypto::secret_string& chosen) {
  auto out = std::vector<std::string>{};
  const auto text = chosen.reveal();
  if (text.size() < good_secret) {
    out.emplace_back("client_secret is shorter than 8 characters and can be guessed: rotate it");
  }
  if (!is_ascii(text)) {
    out.emplace_back(
        "client_secret is not ASCII: some clients send it in another encoding than UTF-8");
  }
  return out;
}

std::optional<instant> secret_expiry(std::optional<std::int64_t> date) noexcept {
  if (date.value_or(0) == 0) return std::nullopt;
  return instant{seconds{*date}};
}

complaint check_secret(const client& c, const secret_request& r, instant now) {
  if (c.is_public()) return bad_request("client_secret cannot belong to a public client");
  if (proof_of(c.method) != client_proof::secret)
    return bad_request("client_secret cannot belong to a client that authenticates by " +
                       std::string{to_string(c.method)});
  if (r.client_secret && r.client_secret_hash) return bad_request(secret_or_hash);
  if (r.client_secret) {
    if (auto bad = check_chosen_secret(*r.client_secret)) return bad;
    if (auto bad = check_secret_length(c, *r.client_secret)) return bad;
  }
  if (r.client_secret_hash) {
    if (row_of(auth_methods, c.method).needs_secret_text) return bad_request(hash_for_text_method);
    if (auto bad = check_secret_hash(*r.client_secret_hash)) return bad;
  }
  if (auto bad = check_secret_expiry(r.client_secret_expires_at)) return bad;
  return check_room_for_secret(c, now);
}

admin_result<client> with_secret(const client& before, stored_secret added, instant now) {
  if (auto bad = check_room_for_secret(before, now)) return tl::unexpected{std::move(*bad)};
  auto changed = before;
  std::erase_if(changed.secrets, [now](const stored_secret& s) { return !is_live(s, now); });
  ++changed.version;
  added.number = static_cast<std::uint32_t>(changed.version);
  changed.secrets.push_back(std::move(added));
  return changed;
}

admin_result<client> without_secret(const client& before, std::uint32_t number, instant now) {
  auto changed = before;
  const auto ended = std::find_if(changed.secrets.begin(), changed.secrets.end(),
                                  [number](const stored_secret& s) { return s.number == number; });
  if (ended == changed.secrets.end()) {
    return tl::unexpected{admin_error{errc::not_found, "no such secret"}};
  }
  const auto was_live = is_live(*ended, now);
  changed.secrets.erase(ended);
  if (changed.secrets.empty() || (was_live && count_live(changed, now) == 0)) {
    return tl::unexpected{
        admin_error{errc::conflict, "the last secret cannot be ended: add its successor first"}};
  }
  ++changed.version;
  return changed;
}

crypto::secret_string make_client_secret(crypto::random_source& random, auth_method method) {
  constexpr auto prefix = std::string_view{"mcs_"};
  auto text = std::string{};
  text.reserve(prefix.size() + crypto::base64url_size(64));
  text.append(prefix);
  if (row_of(auth_methods, method).needs_secret_text)
    crypto::base64url_append(text, random.take<64>());
  else
    crypto::base64url_append(text, random.take<32>());
  return crypto::secret_string{std::move(text)};
}

}  // namespace mintage::oauth
