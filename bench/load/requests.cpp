#include "bench/load/requests.hpp"

#include "crypto/base64.hpp"

namespace mintage::bench {
namespace {

constexpr auto before_code = std::string_view{"grant_type=authorization_code&code="};

/// Standard Base64 with padding, from the URL-safe kind that crypto/ has.
std::string base64(std::string_view text) {
  auto out = crypto::base64url(text);
  for (auto& c : out) {
    if (c == '-') c = '+';
    if (c == '_') c = '/';
  }
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

}  // namespace

std::string form_encode(std::string_view text) {
  constexpr auto digits = std::string_view{"0123456789ABCDEF"};
  auto out = std::string{};
  for (const auto c : text) {
    const auto plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '*';
    if (plain) {
      out += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      out += {'%', digits[octet >> 4], digits[octet & 15]};
    }
  }
  return out;
}

code_requests::code_requests(const client& who, std::string_view host, std::string_view path,
                             std::vector<std::string> codes)
    : codes_{std::move(codes)} {
  before_length_ = "POST " + std::string{path} + " HTTP/1.1\r\nHost: " + std::string{host} +
                   "\r\nContent-Type: application/x-www-form-urlencoded\r\n";
  if (!who.secret.empty()) {
    before_length_ += "Authorization: Basic " +
                      base64(form_encode(who.id) + ":" + form_encode(who.secret)) + "\r\n";
  }
  before_length_ += "Content-Length: ";
  after_code_ = "&redirect_uri=" + form_encode(who.redirect_uri);
  if (who.secret.empty()) after_code_ += "&client_id=" + form_encode(who.id);
  if (!who.verifier.empty()) after_code_ += "&code_verifier=" + form_encode(who.verifier);
}

bool code_requests::next(std::string& out) {
  if (next_ == codes_.size()) {
    if (!repeats_ || codes_.empty()) return false;
    next_ = 0;
  }
  const auto& code = codes_[next_++];
  const auto length = before_code.size() + code.size() + after_code_.size();
  out = before_length_;
  out.append(std::to_string(length)).append("\r\n\r\n");
  out.append(before_code).append(code).append(after_code_);
  return true;
}

std::vector<std::vector<std::string>> deal(std::vector<std::string> codes, std::size_t parts) {
  auto out = std::vector<std::vector<std::string>>(parts);
  for (auto i = std::size_t{0}; i < codes.size(); ++i)
    out[i % parts].push_back(std::move(codes[i]));
  return out;
}

}  // namespace mintage::bench
