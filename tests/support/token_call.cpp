#include "tests/support/token_call.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <set>

#include "tests/support/admin_client.hpp"
#include "tests/support/server_process.hpp"

namespace mintage::test {

namespace {
void drop_from(field_list& list, std::string_view name) {
  std::erase_if(list, [name](auto& f) { return f.first == name; });
}
}  // namespace

token_call& token_call::set(std::string_view name, std::string_view value) {
  drop(name);
  return add(name, value);
}

token_call& token_call::add(std::string_view name, std::string_view value) {
  form.emplace_back(name, value);
  return *this;
}

token_call& token_call::drop(std::string_view name) {
  drop_from(form, name);
  return *this;
}

token_call& token_call::header(std::string_view name, std::string_view value) {
  drop_header(name);
  return add_header(name, value);
}

token_call& token_call::add_header(std::string_view name, std::string_view value) {
  fields.emplace_back(name, value);
  return *this;
}

token_call& token_call::drop_header(std::string_view name) {
  drop_from(fields, name);
  return *this;
}

token_call& token_call::basic(std::string_view user, std::string_view password) {
  markers.emplace_back(user);
  markers.emplace_back(password);
  return header("Authorization",
                "Basic " + base64(std::string{user} + ":" + std::string{password}));
}

token_call& token_call::chunked_body(std::string_view octets) {
  with_length = false;
  body = octets;
  return header("Transfer-Encoding", "chunked");
}

std::string token_call::parameter(std::string_view name) const {
  auto found = std::ranges::find_if(form, [name](auto& f) { return f.first == name; });
  return found == form.end() ? std::string{} : found->second;
}

std::string token_call::head() const {
  auto out = method + " " + target + " HTTP/1.1\r\n";
  for (auto& [name, value] : fields) out += name + ": " + value + "\r\n";
  if (with_length) out += "Content-Length: " + std::to_string(text().size()) + "\r\n";
  return out + "\r\n";
}

http_answer token_call::send_to(std::uint16_t port) const {
  auto wire = connection{port};
  wire.send(render());
  return wire.receive(method == "HEAD");
}

namespace {

bool is_description(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return c >= 0x20 && c <= 0x7e && c != '"' && c != '\\'; });
}

/// TOK-17: an id of at least 96 random bits, ours, and another one each time.
void check_request_id(const http_answer& got) {
  static auto guard = std::mutex{};
  static auto seen = std::set<std::string>{};
  ASSERT_EQ(got.count("X-Request-Id"), 1U) << got.octets;
  auto id = got.field("X-Request-Id");
  EXPECT_GE(id.size(), 16U);
  auto lock = std::scoped_lock{guard};
  EXPECT_TRUE(seen.insert(id).second) << "a request id came twice";
}

void check_no_echo(const http_answer& got, const token_call& call) {
  auto markers = call.markers;
  for (auto& [name, value] : call.form) {
    if (name != "grant_type") markers.push_back(value);
  }
  for (auto& [name, value] : call.fields) {
    if (name == "X-Request-Id" || name == "Authorization") markers.push_back(value);
  }
  for (auto& marker : markers) {
    if (marker.size() < 6) continue;
    EXPECT_EQ(got.octets.find(marker), std::string::npos) << "echoes " << marker;
  }
}

void check_error_body(const http_answer& got, const expected& want) {
  if (got.body.empty()) {
    EXPECT_EQ(want.error, "") << "an OAuth error needs a body";
    return;
  }
  EXPECT_EQ(got.field("Content-Type"), "application/json");
  auto body = parse_object(got.body);
  EXPECT_FALSE(text_of(body, "error").empty());
  EXPECT_TRUE(want.error.empty() || text_of(body, "error") == want.error) << got.body;
  EXPECT_TRUE(is_description(text_of(body, "error_description"))) << got.body;
  for (auto& member : body) {
    auto name = std::string_view{member.key().data(), member.key().size()};
    EXPECT_TRUE(name == "error" || name == "error_description" || name == "error_uri") << name;
    EXPECT_TRUE(member.value().is_string()) << name;
  }
}

/// TOK-14, for what this server can issue.
void check_success_body(const http_answer& got) {
  EXPECT_EQ(got.field("Content-Type"), "application/json");
  auto body = parse_object(got.body);
  EXPECT_FALSE(text_of(body, "access_token").empty());
  EXPECT_EQ(text_of(body, "token_type"), "Bearer");
  EXPECT_FALSE(text_of(body, "scope").empty());
  auto* life = body.if_contains("expires_in");
  ASSERT_TRUE(life != nullptr && life->is_int64()) << got.body;
  EXPECT_GT(life->as_int64(), 0);
  EXPECT_LE(life->as_int64(), 31536000);
  constexpr auto known =
      std::array{"access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token"};
  for (auto& member : body) {
    EXPECT_TRUE(std::ranges::any_of(known, [&](auto* k) { return member.key() == k; }))
        << member.key();
    EXPECT_FALSE(member.value().is_null()) << member.key();
  }
}

}  // namespace

void check_answer(const http_answer& got, const token_call& call, const expected& want) {
  ASSERT_EQ(got.status, want.status) << got.octets;
  EXPECT_EQ(got.field("Cache-Control"), "no-store");
  EXPECT_EQ(got.field("Pragma"), "no-cache");
  check_request_id(got);
  if (want.challenge) {
    EXPECT_EQ(got.count("WWW-Authenticate"), 1U);
    EXPECT_EQ(got.field("WWW-Authenticate"), "Basic realm=\"" + std::string{issuer} + "\"");
  } else {
    EXPECT_EQ(got.count("WWW-Authenticate"), 0U) << got.octets;
  }
  EXPECT_TRUE(want.status != 405 || got.field("Allow") == "POST, OPTIONS") << got.octets;
  if (want.status == 200) {
    check_success_body(got);
    return;
  }
  check_no_echo(got, call);
  if (call.method == "HEAD") {
    EXPECT_EQ(got.body, "");
  } else if (want.status != 204) {
    check_error_body(got, want);
  }
}

}  // namespace mintage::test
