#include "net/http/render.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace mintage::net {
namespace {

std::string_view status_line(unsigned status) noexcept {
  switch (status) {
    case 200:
      return "HTTP/1.1 200 OK\r\n";
    case 201:
      return "HTTP/1.1 201 Created\r\n";
    case 204:
      return "HTTP/1.1 204 No Content\r\n";
    case 303:
      return "HTTP/1.1 303 See Other\r\n";
    case 304:
      return "HTTP/1.1 304 Not Modified\r\n";
    case 400:
      return "HTTP/1.1 400 Bad Request\r\n";
    case 401:
      return "HTTP/1.1 401 Unauthorized\r\n";
    case 403:
      return "HTTP/1.1 403 Forbidden\r\n";
    case 404:
      return "HTTP/1.1 404 Not Found\r\n";
    case 405:
      return "HTTP/1.1 405 Method Not Allowed\r\n";
    case 408:
      return "HTTP/1.1 408 Request Timeout\r\n";
    case 409:
      return "HTTP/1.1 409 Conflict\r\n";
    case 413:
      return "HTTP/1.1 413 Content Too Large\r\n";
    case 415:
      return "HTTP/1.1 415 Unsupported Media Type\r\n";
    case 417:
      return "HTTP/1.1 417 Expectation Failed\r\n";
    case 421:
      return "HTTP/1.1 421 Misdirected Request\r\n";
    case 429:
      return "HTTP/1.1 429 Too Many Requests\r\n";
    case 431:
      return "HTTP/1.1 431 Request Header Fields Too Large\r\n";
    case 501:
      return "HTTP/1.1 501 Not Implemented\r\n";
    case 503:
      return "HTTP/1.1 503 Service Unavailable\r\n";
    case 505:
      return "HTTP/1.1 505 HTTP Version Not Supported\r\n";
    default:
      return "HTTP/1.1 500 Internal Server Error\r\n";
  }
}

void append_field(std::string& out, std::string_view name_and_colon, std::string_view value) {
  if (value.empty()) return;
  out.append(name_and_colon).append(value).append("\r\n");
}

void append_field(std::string& out, std::string_view name_and_colon, std::size_t value) {
  auto digits = std::array<char, 20>{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  append_field(out, name_and_colon,
               std::string_view{digits.data(), static_cast<std::size_t>(end - digits.data())});
}

/// TOK-20. Never with credentials.
void append_cors(std::string& out, const answer& a) {
  if (a.cors_origin.empty()) return;
  append_field(out, "Access-Control-Allow-Origin: ", a.cors_origin);
  out.append(a.cors_origin == "*" ? "Vary: Access-Control-Request-Headers\r\n"
                                  : "Vary: Origin\r\n");
  if (a.cors_methods.empty()) {
    out.append(
        "Access-Control-Expose-Headers: DPoP-Nonce, WWW-Authenticate, Retry-After, "
        "X-Request-Id\r\n");
    return;
  }
  append_field(out, "Access-Control-Allow-Methods: ", a.cors_methods);
  append_field(out, "Access-Control-Allow-Headers: ", a.cors_headers);
  out.append("Access-Control-Max-Age: 600\r\n");
}

}  // namespace

void append_head(std::string& out, const answer& a, persistence p, const service::request_id& id,
                 std::string_view date) {
  out.append(status_line(a.status));
  append_field(out, "Date: ", date);
  append_field(out, "X-Request-Id: ", id.view());
  if (a.is_public_document) {
    static_assert(oauth::documents_max_age == std::chrono::seconds{300});
    out.append("Cache-Control: public, max-age=300\r\nAccess-Control-Allow-Origin: *\r\n");
  } else {
    out.append("Cache-Control: no-store\r\nPragma: no-cache\r\n");
  }
  append_cors(out, a);
  append_field(out, "ETag: ", a.etag);
  append_field(out, "Location: ", a.location);
  append_field(out, "Set-Cookie: ", a.set_cookie);
  out.append(a.more_fields);
  append_field(out, "Allow: ", a.allow);
  append_field(out, "WWW-Authenticate: ", a.challenge);
  append_field(out, "DPoP-Nonce: ", a.dpop_nonce);
  if (a.retry_after != 0) append_field(out, "Retry-After: ", a.retry_after);
  if (p == persistence::close) out.append("Connection: close\r\n");
  if (p == persistence::keep_alive) out.append("Connection: keep-alive\r\n");
  if (a.status != 204 && a.status != 304) {
    append_field(out, "Content-Type: ", a.content_type);
    if (a.is_chunked) out.append("Transfer-Encoding: chunked\r\n");
    if (!a.is_stream) append_field(out, "Content-Length: ", a.body.size());
  }
  out.append("\r\n");
}

std::string_view date_text::at(oauth::instant now) noexcept {
  const auto second = oauth::numeric_date(now);
  if (second != second_) {
    second_ = second;
    const auto time = std::chrono::floor<std::chrono::seconds>(now);
    const auto midnight = std::chrono::floor<std::chrono::days>(time);
    const auto day = std::chrono::year_month_day{midnight};
    const auto clock = std::chrono::hh_mm_ss{time - midnight};
    constexpr auto weekdays = std::string_view{"SunMonTueWedThuFriSat"};
    constexpr auto months = std::string_view{"JanFebMarAprMayJunJulAugSepOctNovDec"};
    constexpr auto form = std::string_view{"Xxx, 00 Xxx 0000 00:00:00 GMT"};
    std::copy(form.begin(), form.end(), text_.begin());
    const auto put_text = [this](std::size_t at, std::string_view text) {
      std::copy(text.begin(), text.end(), text_.begin() + static_cast<std::ptrdiff_t>(at));
    };
    const auto put_number = [this](std::size_t last, std::size_t width, std::int64_t value) {
      for (auto i = std::size_t{0}; i < width; ++i, value /= 10) {
        text_[last - i] = static_cast<char>('0' + value % 10);
      }
    };
    put_text(0, weekdays.substr(std::chrono::weekday{midnight}.c_encoding() * 3, 3));
    put_number(6, 2, static_cast<unsigned>(day.day()));
    put_text(8, months.substr((static_cast<unsigned>(day.month()) - 1) * 3, 3));
    put_number(15, 4, static_cast<int>(day.year()));
    put_number(18, 2, clock.hours().count());
    put_number(21, 2, clock.minutes().count());
    put_number(24, 2, clock.seconds().count());
  }
  return {text_.data(), text_.size()};
}

}  // namespace mintage::net
