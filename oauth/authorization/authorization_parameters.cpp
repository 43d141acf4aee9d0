#include "oauth/authorization/authorization_parameters.hpp"

#include <utility>

#include "oauth/denial_reasons.hpp"

namespace mintage::oauth {
namespace {

using ask = authorization_parameter;

constexpr std::size_t index_of(authorization_parameter p) noexcept {
  return static_cast<std::size_t>(p);
}

denial repeated() noexcept {
  return {errc::invalid_request, "a parameter is repeated",
          "authorization request repeats a parameter"};
}
denial too_long() noexcept {
  return {errc::invalid_request, "a parameter is too long",
          "authorization request has a parameter that is too long"};
}
denial wrong_type() noexcept {
  return {errc::invalid_request_object, "the request object has a claim of the wrong type",
          "request object has a parameter of the wrong type"};
}

/// Parameters that stay outside of request objects, or must not be in them.
constexpr bool is_only_outside(authorization_parameter p) noexcept {
  return p == ask::request || p == ask::request_uri;
}

}  // namespace

void authorization_parameters::refuse(authorization_parameter p, const denial& why) {
  if (!fault_) fault_ = why;
  faulty_[index_of(p)] = true;
  values_[index_of(p)] = {};
}

void authorization_parameters::collect(const form& fields) {
  auto counts = std::array<std::size_t, authorization_parameter_table.size()>{};
  for (const auto& field : fields) {
    const auto known = find_named(authorization_parameter_table, field.name);
    if (!known) continue;
    const auto index = index_of(*known);
    const auto& row = row_of(authorization_parameter_table, *known);
    if (++counts[index] > row.at_most) {
      refuse(*known, repeated());
    } else if (field.is_too_long || field.value.size() > row.longest) {
      refuse(*known, too_long());
    } else if (!faulty_[index]) {
      values_[index] = field.value;
      if (*known == ask::resource && !field.value.empty())
        resources_[resources_count_++] = field.value;
    }
  }
}

void authorization_parameters::set_made(authorization_parameter p, std::string text) {
  made_.push_back(std::make_unique<const std::string>(std::move(text)));
  values_[index_of(p)] = *made_.back();
}

void authorization_parameters::take_resources(const json_object& claims) {
  const auto name = row_of(authorization_parameter_table, ask::resource).name;
  const auto texts = claims.strings(name);
  if (!texts) return refuse(ask::resource, wrong_type());
  if (texts->size() > max_targets) return refuse(ask::resource, repeated());
  for (const auto text : *texts) {
    if (text.size() > max_parameter_value) return refuse(ask::resource, too_long());
    if (!text.empty()) resources_[resources_count_++] = text;
  }
  if (resources_count_ != 0) values_[index_of(ask::resource)] = resources_.front();
}

void authorization_parameters::take(authorization_parameter p, const json_object& claims) {
  const auto name = row_of(authorization_parameter_table, p).name;
  if (const auto text = claims.string(name)) {
    values_[index_of(p)] = *text;
    if (p == ask::resource && !text->empty()) resources_[resources_count_++] = *text;
  } else if (p == ask::resource) {
    return take_resources(claims);
  } else if (const auto seconds_of_age = claims.integer(name);
             p == ask::max_age && seconds_of_age) {
    set_made(p, std::to_string(*seconds_of_age));
  } else if (auto object = claims.object(name);
             object && (p == ask::claims || p == ask::registration)) {
    set_made(p, std::move(*object));
  } else {
    return refuse(p, wrong_type());
  }
  const auto value = values_[index_of(p)];
  if (value.size() > row_of(authorization_parameter_table, p).longest) return refuse(p, too_long());
  // As in forms (TOK-04).
  if (value.find('\0') != value.npos) refuse(p, wrong_type());
}

void authorization_parameters::collect(const json_object& claims) {
  for (const auto& row : authorization_parameter_table) {
    if (!is_only_outside(row.id) && claims.has(row.name)) take(row.id, claims);
  }
}

result<authorization_parameters> read_authorization_query(std::span<char> query) {
  auto fields = form{};
  if (const auto decoded = decode_form(query, fields); !decoded) {
    auto why = decoded.error();
    why.description = "the parameters in the URL are malformed, or too many";
    return refusal{why};
  }
  auto out = authorization_parameters{};
  out.collect(fields);
  return out;
}

result<authorization_parameters> read_authorization_form(
    std::optional<std::string_view> content_type, std::span<char> body) {
  if (!content_type || !is_form_content_type(*content_type)) {
    return deny(errc::invalid_request,
                "Content-Type must be application/x-www-form-urlencoded in UTF-8",
                "wrong content type");
  }
  auto fields = form{};
  if (const auto decoded = decode_form(body, fields); !decoded) return refusal{decoded.error()};
  auto out = authorization_parameters{};
  out.collect(fields);
  return out;
}

result<pushed_authorization> read_pushed_authorization(const token_request_head& head,
                                                       std::span<char> authorization_octets,
                                                       std::span<char> body,
                                                       partly_read_request* refused) {
  auto fields = form{};
  const auto common = read_parameters(head.content_type, head.query, body, fields);
  if (!common) return refusal{common.error()};
  auto out = pushed_authorization{};
  auto authorization = std::optional<std::span<char>>{};
  if (head.authorization) authorization = authorization_octets;
  const auto known = read_credentials(authorization, *common, out.who, out.decoded);
  const auto note = [&] {
    if (refused == nullptr) return;
    refused->client_id = (*common)[parameter::client_id];
    if (refused->client_id.empty()) refused->client_id = out.who.raw_id;
  };
  if (!known) {
    note();
    return refusal{known.error()};
  }
  out.sent.collect(fields);
  if (out.sent.fault()) {
    note();
    return refusal{*out.sent.fault()};
  }
  if (out.sent.has(ask::request_uri)) {
    note();
    return deny(errc::invalid_request, "request_uri cannot be pushed",
                "pushed authorization request with request_uri");
  }
  return out;
}

}  // namespace mintage::oauth
