#include <fstream>
#include <iterator>
#include <stdexcept>

#include "bench/harness/report.hpp"
#include "page_template.hpp"

namespace mintage::bench {
namespace {

std::string read_part(const std::filesystem::path& file, std::string_view sign) {
  auto in = std::ifstream{file, std::ios::binary};
  auto out = std::string{std::istreambuf_iterator<char>{in}, {}};
  if (out.find(sign) == std::string::npos) {
    throw std::runtime_error{
        file.string() +
        ": the plotting library of the page is missing; get it with "
        "bench/harness/report_page/fetch FOLDER and name FOLDER/node_modules/uplot by "
        "--plot-library"};
  }
  return out;
}

/// JSON for a <script> element, which a `<` in a text of the report could otherwise end.
std::string for_script(std::string_view report) {
  auto out = std::string{};
  for (const auto c : report) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

page_parts read_page_parts(const std::filesystem::path& folder) {
  return {read_part(folder / "dist" / "uPlot.iife.min.js", "uPlot"),
          read_part(folder / "dist" / "uPlot.min.css", ".uplot")};
}

std::string to_page(std::string_view report, const page_parts& parts) {
  auto out = std::string{};
  auto rest = page_template;
  // One pass, so that placeholders inside inserted texts are not replaced.
  while (!rest.empty()) {
    const auto at = rest.find("@@");
    const auto end = at == rest.npos ? at : rest.find("@@", at + 2);
    if (end == rest.npos) break;
    const auto name = rest.substr(at + 2, end - at - 2);
    out += rest.substr(0, at);
    if (name == "library") out += parts.script;
    if (name == "style") out += parts.style;
    if (name == "report") out += for_script(report);
    rest.remove_prefix(end + 2);
  }
  return out.append(rest);
}

}  // namespace mintage::bench
