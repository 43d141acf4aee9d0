#include "oauth/logout/logout_parameters.hpp"

#include <algorithm>
#include <array>

#include "oauth/denial_reasons.hpp"
#include "oauth/request/form.hpp"

namespace mintage::oauth {
namespace {

struct logout_parameter {
  std::string_view name;
  std::string_view logout_parameters::*to;
  /// What goes into the handle is short, so that the handle is.
  std::size_t longest;
};
constexpr auto known_parameters = std::array{
    logout_parameter{"id_token_hint", &logout_parameters::id_token_hint, max_long_parameter_value},
    logout_parameter{"client_id", &logout_parameters::client_id, 255},
    logout_parameter{"post_logout_redirect_uri", &logout_parameters::post_logout_redirect_uri,
                     max_parameter_value},
    logout_parameter{"state", &logout_parameters::state, 512},
    logout_parameter{"logout_hint", &logout_parameters::logout_hint, 256},
    logout_parameter{"ui_locales", &logout_parameters::ui_locales, 256},
};

result<logout_parameters> read_logout(std::span<char> octets) {
  auto fields = form{};
  if (const auto decoded = decode_form(octets, fields); !decoded) {
    auto why = decoded.error();
    why.description = "the parameters are malformed, or too many";
    return refusal{why};
  }
  auto out = logout_parameters{};
  for (const auto& f : fields) {
    const auto* const known =
        std::find_if(known_parameters.begin(), known_parameters.end(),
                     [&](const logout_parameter& p) { return p.name == f.name; });
    if (known == known_parameters.end() || (f.value.empty() && !f.is_too_long)) continue;
    if (f.is_too_long || f.value.size() > known->longest)
      return deny(errc::invalid_request, "a parameter is too long",
                  "logout request has a parameter that is too long");
    auto& to = out.*known->to;
    if (!to.empty())
      return deny(errc::invalid_request, "a parameter is repeated",
                  "logout request repeats a parameter");
    to = f.value;
  }
  return out;
}

}  // namespace

result<logout_parameters> read_logout_query(std::span<char> query) {
  return read_logout(query);
}

result<logout_parameters> read_logout_form(std::optional<std::string_view> content_type,
                                           std::span<char> body) {
  if (!content_type || !is_form_content_type(*content_type))
    return deny(errc::invalid_request,
                "Content-Type must be application/x-www-form-urlencoded in UTF-8",
                "wrong content type");
  return read_logout(body);
}

}  // namespace mintage::oauth
