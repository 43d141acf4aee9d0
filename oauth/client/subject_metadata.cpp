#include "oauth/client/subject_metadata.hpp"

#include <algorithm>

#include "oauth/request/text.hpp"
#include "oauth/request/uri.hpp"

namespace mintage::oauth {
namespace {

constexpr auto max_uri = std::size_t{2048};

std::string lower_host(std::string_view uri) {
  auto host = std::string{split_uri(uri).value_or(uri_parts{}).host};
  std::transform(host.begin(), host.end(), host.begin(), to_lower);
  return host;
}

/// @returns the host that all redirect URIs share, or empty (Core §8.1).
std::string common_host(const std::vector<std::string>& redirect_uris) {
  if (redirect_uris.empty()) return {};
  auto host = lower_host(redirect_uris.front());
  const auto is_there = [&](const std::string& uri) { return lower_host(uri) == host; };
  return std::all_of(redirect_uris.begin(), redirect_uris.end(), is_there) ? host : std::string{};
}

/// Sets the sector of a client with pairwise subjects. The sector is stored and its URI is not:
/// redirect URIs outside the sector need the URI again, so that no subject changes by accident.
complaint set_sector(client& c, const client_metadata& m) {
  if (m.sector_identifier_uri) {
    c.sector = lower_host(*m.sector_identifier_uri);
    return std::nullopt;
  }
  if (!c.sector.empty() && !m.redirect_uris) return std::nullopt;
  const auto host = common_host(c.redirect_uris);
  if (host.empty() || (!c.sector.empty() && host != c.sector)) {
    return bad_request(
        "sector_identifier_uri is required for pairwise subjects, unless all redirect_uris have "
        "the host of the sector");
  }
  c.sector = host;
  return std::nullopt;
}

}  // namespace

complaint set_subjects(client& c, const client_metadata& m) {
  if (m.subject_type) {
    if (*m.subject_type != "public" && *m.subject_type != "pairwise") {
      return bad_request("subject_type must be public or pairwise");
    }
    c.subjects = *m.subject_type == "pairwise" ? subject_type::pairwise : subject_type::public_;
  }
  if (m.sector_identifier_uri) {
    const auto parts = split_uri(*m.sector_identifier_uri);
    if (m.sector_identifier_uri->size() > max_uri || !parts || !parts->has_scheme("https") ||
        parts->host.empty() || parts->has_userinfo || parts->has_fragment) {
      return bad_request("sector_identifier_uri must be an https URI of at most 2048 octets");
    }
    if (c.subjects != subject_type::pairwise) {
      return bad_request("sector_identifier_uri needs the subject_type pairwise");
    }
  }
  if (c.subjects == subject_type::pairwise) return set_sector(c, m);
  c.sector.clear();
  return std::nullopt;
}

}  // namespace mintage::oauth
