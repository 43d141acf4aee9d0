/// @file
/// The text of bench/harness/report_page/page.html, put into the program when it is built.
#pragma once

#include <string_view>

namespace mintage::bench {

/// Holds @@library@@, @@style@@ and @@report@@.
[[nodiscard]] std::string_view page_template() noexcept;

}  // namespace mintage::bench
