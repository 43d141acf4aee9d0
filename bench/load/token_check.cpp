#include "bench/load/token_check.hpp"

#include <simdjson.h>

#include <algorithm>

namespace mintage::bench {
namespace {

bool is_jws(std::string_view text) noexcept {
  return std::count(text.begin(), text.end(), '.') == 2 && text.size() > 40;
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
    // The error code of RFC 6749 §5.2; nothing else of the answer goes into a report.
    auto code = std::string_view{};
    if (e["error"].get(code) == simdjson::SUCCESS && is_word(code)) kind.append(" ").append(code);
    return kind;
  }

  bool with_id_token = false;
  simdjson::dom::parser parser;
  std::string kind;
  std::string_view access_token;
  std::string_view id_token;
};

token_check::token_check(bool with_id_token) : impl_{std::make_unique<impl>()} {
  impl_->with_id_token = with_id_token;
}
token_check::~token_check() = default;
token_check::token_check(token_check&&) noexcept = default;

std::string_view token_check::operator()(unsigned status, std::string_view body) {
  auto& i = *impl_;
  auto root = simdjson::dom::element{};
  const auto is_json = i.parser.parse(body.data(), body.size()).get(root) == simdjson::SUCCESS;
  if (status != 200) {
    return is_json ? i.refusal(status, root) : i.kind = std::to_string(status) + " without JSON";
  }
  if (!is_json) return "not JSON";
  auto type = std::string_view{};
  if (root["access_token"].get(i.access_token) != simdjson::SUCCESS || i.access_token.empty()) {
    return "no access_token";
  }
  if (root["token_type"].get(type) != simdjson::SUCCESS || type != "Bearer") {
    return "token_type is not Bearer";
  }
  i.id_token = {};
  const auto has_id_token = root["id_token"].get(i.id_token) == simdjson::SUCCESS;
  if (has_id_token && !is_jws(i.id_token)) return "id_token is not a JWS";
  if (i.with_id_token && !has_id_token) return "no id_token";
  return {};
}

kept_tokens token_check::keep() const {
  return {std::string{impl_->access_token}, std::string{impl_->id_token}};
}

}  // namespace mintage::bench
