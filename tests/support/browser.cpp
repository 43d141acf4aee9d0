#include "tests/support/browser.hpp"

#include <algorithm>

namespace mintage::test {

http_answer browser::send(std::string_view method, const std::string& target, std::string_view body,
                          bool has_cookies) {
  auto head = std::string{method} + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  if (has_cookies && !cookies_.empty()) head += "Cookie: other=1; " + cookie() + "\r\n";
  if (method == "POST") {
    head += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n";
  }
  auto wire = connection{port_};
  wire.send(head + "\r\n" + std::string{body});
  auto got = wire.receive();
  if (const auto set = got.field("Set-Cookie"); !set.empty())
    cookies_[set.substr(0, set.find('='))] = set.substr(0, set.find(';'));
  return got;
}

std::string browser::cookie() const {
  auto out = std::string{};
  for (const auto& [name, pair] : cookies_) out += (out.empty() ? "" : "; ") + pair;
  return out;
}

http_answer browser::get(const std::string& target) {
  return send("GET", target, {});
}

http_answer browser::post(const std::string& target, const field_list& form) {
  return send("POST", target, form_text(form));
}

http_answer browser::post_from_elsewhere(const std::string& target, const field_list& form) {
  return send("POST", target, form_text(form), false);
}

field_list authorization_form(const party& who) {
  return {{"client_id", who.id},
          {"response_type", "code"},
          {"redirect_uri", who.redirect_uri},
          {"scope", "openid profile"},
          {"state", "s t&te=1"},
          {"nonce", "n-0S6_WzA2Mj"},
          {"code_challenge", std::string{challenge}},
          {"code_challenge_method", "S256"}};
}

field_list with(field_list form, std::string_view name, std::string_view value) {
  std::erase_if(form, [&](const auto& p) { return p.first == name; });
  if (!value.empty()) form.emplace_back(name, value);
  return form;
}

std::string authorize(const field_list& form) {
  return "/authorize?" + form_text(form);
}

namespace {

int digit_of(char c) {
  return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

std::string decoded(std::string_view text) {
  auto out = std::string{};
  for (auto i = std::size_t{0}; i < text.size(); ++i) {
    if (text[i] == '%') {
      out += static_cast<char>(digit_of(text[i + 1]) * 16 + digit_of(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace

std::string parameter_of(std::string_view url, std::string_view name) {
  auto query = url.substr(std::min(url.size(), url.find('?') + 1));
  while (!query.empty()) {
    const auto one = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), one.size() + 1));
    if (one.substr(0, one.find('=')) == name) return decoded(one.substr(one.find('=') + 1));
  }
  return {};
}

std::string target_of(std::string_view url) {
  return std::string{url.substr(url.find('/', url.find("//") + 2))};
}

}  // namespace mintage::test
