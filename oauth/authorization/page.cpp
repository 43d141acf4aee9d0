#include "oauth/authorization/page.hpp"

namespace mintage::oauth {
namespace {

/// Its SHA-256 is in `page_header_fields`, and a test compares them.
constexpr auto style = std::string_view{
    "body{font:1em/1.5 system-ui,sans-serif;max-width:34em;margin:4em auto;padding:0 1em;"
    "color:#1a1a1a;background:#fff}button{font:inherit;padding:.6em 1.4em}code{font-size:.9em}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}}"};

/// Everything up to the main part. @param title a literal.
std::string begin_page(std::string_view title) {
  auto out = std::string{};
  out.reserve(1536);
  out +=
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"robots\" content=\"noindex\">\n<title>";
  out.append(title).append("</title>\n<style>").append(style);
  out.append("</style>\n</head>\n<body>\n<main>\n<h1>").append(title).append("</h1>\n");
  return out;
}

void end_page(std::string& out) {
  out += "</main>\n</body>\n</html>\n";
}

}  // namespace

void append_html(std::string& out, std::string_view text) {
  for (const auto c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      // A parser of HTML makes a line feed of it.
      case '\r':
        out += "&#13;";
        break;
      default:
        out += c;
    }
  }
}

std::string render_error_page(const denial& why, std::string_view request_id) {
  auto out = begin_page("You cannot go on from here");
  out += "<p>What is wrong: ";
  append_html(out, why.description);
  out +=
      ".</p>\n<p>Go back to the application and begin again. If that does not help, tell those who "
      "run it:</p>\n<p><code>";
  append_html(out, to_string(why.code));
  out += "</code>, request <code>";
  append_html(out, request_id);
  out += "</code></p>\n";
  end_page(out);
  return out;
}

std::string render_form_post(std::string_view redirect_uri, const authorization_response& r) {
  auto out = begin_page("One more step");
  out += "<p>Press the button to return to the application.</p>\n<form method=\"post\" action=\"";
  append_html(out, redirect_uri);
  out += "\">\n";
  for_each_parameter(r, [&](std::string_view name, std::string_view value) {
    out.append("<input type=\"hidden\" name=\"").append(name).append("\" value=\"");
    append_html(out, value);
    out += "\">\n";
  });
  out += "<button type=\"submit\" autofocus>Continue</button>\n</form>\n";
  end_page(out);
  return out;
}

}  // namespace mintage::oauth
