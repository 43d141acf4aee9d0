#include "bench/harness/token_check.hpp"

#include <simdjson.h>

#include <algorithm>

namespace mintage::bench {
namespace {

/// Uses `find`, which is memchr: counting octets one by one would cost as much as parsing them.
bool is_jws(std::string_view text) noexcept {
  const auto first = text.find('.');
  if (first == text.npos) return false;
  const auto second = text.find('.', first + 1);
  return second != text.npos && text.find('.', second + 1) == text.npos && text.size() > 40;
}

bool is_word(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || c == '_';
  });
}

}  // namespace

struct token_check::impl {
  std::string_view refusal(unsigned status, const simdjson::dom::element& e) {
    kind = std::to_string(status);
    // The error code of RFC 6749 §5.2. Nothing else of the answer goes into a report.
    auto code = std::string_view{};
    if (e["error"].get(code) == simdjson::SUCCESS && is_word(code)) kind.append(" ").append(code);
    return kind;
  }

  std::string_view look_at_tokens(const expectation& e, const simdjson::dom::object& root) {
    auto type = std::string_view{};
    for (const auto& [name, value] : root) {
      if (!value.is_string()) continue;
      const auto text = value.get_string().value_unsafe();
      if (name == "access_token") access_token = text;
      if (name == "token_type") type = text;
      if (name == "id_token") id_token = text;
      if (name == "refresh_token") refresh_token = text;
    }
    if (access_token.empty()) return "no access_token";
    if (type != "Bearer" && type != "DPoP") return "token_type is neither Bearer nor DPoP";
    if (!id_token.empty() && !is_jws(id_token)) return "id_token is not a JWS";
    if (e.id_token && id_token.empty()) return "no id_token";
    if (e.refresh_token && refresh_token.empty()) return "no refresh_token";
    return {};
  }

  simdjson::dom::parser parser;
  std::string kind;
  std::string_view access_token;
  std::string_view id_token;
  std::string_view refresh_token;
};

token_check::token_check() : impl_{std::make_unique<impl>()} {}
token_check::~token_check() = default;
token_check::token_check(token_check&&) noexcept = default;

std::string_view token_check::operator()(const expectation& e, unsigned status,
                                         std::string_view body) {
  auto& i = *impl_;
  i.access_token = i.id_token = i.refresh_token = {};
  auto root = simdjson::dom::element{};
  const auto is_json = i.parser.parse(body.data(), body.size()).get(root) == simdjson::SUCCESS;
  if (status != 200) {
    return is_json ? i.refusal(status, root) : i.kind = std::to_string(status) + " without JSON";
  }
  auto object = simdjson::dom::object{};
  if (!is_json || root.get(object) != simdjson::SUCCESS) return "not JSON";
  if (!e.active) return i.look_at_tokens(e, object);
  auto active = false;
  return object["active"].get(active) == simdjson::SUCCESS && active ? "" : "not active";
}

std::string_view token_check::refresh_token() const noexcept {
  return impl_->refresh_token;
}

kept_tokens token_check::keep() const {
  return {std::string{impl_->access_token}, std::string{impl_->id_token},
          std::string{impl_->refresh_token}};
}

}  // namespace mintage::bench
