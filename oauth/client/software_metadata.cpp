#include "oauth/client/software_metadata.hpp"

#include "oauth/request/text.hpp"

namespace mintage::oauth {
namespace {

constexpr auto most_software = std::size_t{256};

bool is_short_text(const std::string& text) noexcept {
  return text.size() <= most_software && is_printable_utf8(text);
}

}  // namespace

complaint set_software(client& c, const client_metadata& m) {
  if (m.application_type) {
    c.application.reset();
    if (*m.application_type == to_string(application_type::web))
      c.application = application_type::web;
    else if (*m.application_type == to_string(application_type::native))
      c.application = application_type::native;
    else if (!m.application_type->empty())
      return bad_request("application_type must be web, native or empty");
  }
  if (m.software_id) {
    if (!is_short_text(*m.software_id))
      return bad_request("software_id must be at most 256 octets of printable UTF-8");
    c.software_id = *m.software_id;
  }
  if (m.software_version) {
    if (!is_short_text(*m.software_version))
      return bad_request("software_version must be at most 256 octets of printable UTF-8");
    c.software_version = *m.software_version;
  }
  return std::nullopt;
}

}  // namespace mintage::oauth
