// The metrics: Prometheus' own tools check the page, and the page is checked against the server.
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <regex>
#include <set>
#include <thread>

#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

using namespace std::chrono_literals;

constexpr auto unknown_code = "mco_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

std::string page_of(stage& s) {
  const auto got = admin_client{s.server.admin_port(), {}}.call("GET", "/metrics");
  EXPECT_EQ(got.status, 200U);
  EXPECT_TRUE(got.field("Content-Type").starts_with("text/plain; version=0.0.4"))
      << got.field("Content-Type");
  return got.body;
}

/// Causes one mint, one exchange, one refusal.
void act(stage& s) {
  s.expect_live(s.c1, s.mint(s.c1));
  EXPECT_EQ(s.redeem(s.c1, unknown_code).status, 400U);
}

/// Names of metrics, from the TYPE lines.
std::set<std::string> families_of(const std::string& page) {
  auto out = std::set<std::string>{};
  for (const auto& line : lines_of(page)) {
    constexpr auto mark = std::string_view{"# TYPE "};
    if (line.starts_with(mark)) {
      out.insert(line.substr(mark.size(), line.find(' ', mark.size()) - mark.size()));
    }
  }
  return out;
}

bool has_sample(const std::string& page, const std::string& name) {
  for (const auto& line : lines_of(page)) {
    if (line.starts_with(name + " ") || line.starts_with(name + "{")) return true;
  }
  return false;
}

/// Runs a program of Prometheus. @returns nothing when it is not installed.
std::optional<int> run_tool(const std::vector<std::string>& command,
                            const std::filesystem::path& output) {
  auto child = child_process{command, output};
  const auto code = child.wait(30s);
  if (!code) throw std::runtime_error{command.front() + " did not end"};
  return *code == 127 ? std::nullopt : code;
}

TEST(the_metrics, have_a_sample_of_each_kind_after_one_mint_one_exchange_and_one_refusal) {
  auto s = stage{};
  act(s);
  const auto page = page_of(s);
  for (
      const auto* sample :
      {R"(mintage_requests_total{endpoint="token",grant="authorization_code",result="ok"} 1)",
       R"(mintage_requests_total{endpoint="token",grant="authorization_code",result="invalid_grant"} 1)",
       R"(mintage_requests_total{endpoint="admin_codes",grant="",result="ok"} 1)",
       "mintage_in_flight 0"}) {
    EXPECT_NE(page.find(std::string{sample} + "\n"), std::string::npos) << sample << "\n" << page;
  }
  for (const auto* name :
       {"mintage_request_seconds_bucket", "mintage_request_seconds_sum",
        "mintage_request_seconds_count", "mintage_pool_queue_depth",
        "mintage_pool_busy_seconds_total", "mintage_store_batch_size_bucket",
        "mintage_store_commit_seconds_bucket", "mintage_sign_seconds_bucket",
        "mintage_key_age_seconds", "mintage_refused_total", "mintage_headroom_ratio",
        "mintage_store_fsync_seconds_bucket", "mintage_store_writable"}) {
    EXPECT_TRUE(has_sample(page, name)) << name << "\n" << page;
  }
  for (const auto* pool : {"validator", "code_store", "signer", "hasher"}) {
    EXPECT_NE(page.find("mintage_pool_queue_depth{pool=\"" + std::string{pool} + "\"} 0\n"),
              std::string::npos)
        << pool;
  }
}

TEST(the_metrics, pass_promtool) {
  auto s = stage{};
  act(s);
  const auto page = s.server.file("page");
  write_file(page, page_of(s));
  const auto output = s.server.file("promtool");
  const auto code =
      run_tool({"sh", "-c", "exec promtool check metrics <" + page.string() + " 1>&2"}, output);
  if (!code) GTEST_SKIP() << "promtool is not installed";
  EXPECT_EQ(*code, 0) << read_file(output);
  EXPECT_EQ(read_file(output), "");
}

TEST(the_dashboard, asks_only_for_metrics_that_exist) {
  auto s = stage{};
  act(s);
  auto families = families_of(page_of(s));
  families.insert("mintage_certificate_end_seconds");  // of listeners with TLS
  const auto text = read_file(MINTAGE_DASHBOARD);
  EXPECT_TRUE(parse_object(text).contains("panels"));
  const auto name = std::regex{"mintage_[a-z_]+"};
  auto asked = std::set<std::string>{};
  for (auto at = std::sregex_iterator{text.begin(), text.end(), name}; at != std::sregex_iterator{};
       ++at) {
    auto family = at->str();
    for (const auto* part : {"_bucket", "_sum", "_count"}) {
      if (family.ends_with(part)) family.resize(family.size() - std::string_view{part}.size());
    }
    EXPECT_TRUE(families.contains(family)) << at->str();
    asked.insert(family);
  }
  EXPECT_EQ(asked, families) << "a metric that no panel shows";
}

/// A TCP port that was free a moment ago.
std::uint16_t free_port() {
  const auto fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = sockaddr_in{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto size = socklen_t{sizeof address};
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

/// A Prometheus that scrapes one server. Ends with this object.
class prometheus {
 public:
  explicit prometheus(const stage& s) : port_{free_port()}, log_{s.server.file("prometheus.log")} {
    const auto config = s.server.file("prometheus.yml");
    write_file(config,
               "global: {scrape_interval: 1s}\n"
               "scrape_configs:\n"
               "- job_name: mintage\n"
               "  static_configs: [{targets: ['127.0.0.1:" +
                   std::to_string(s.server.admin_port()) + "']}]\n");
    child_.emplace(
        std::vector<std::string>{"prometheus", "--config.file=" + config.string(),
                                 "--storage.tsdb.path=" + s.server.file("prometheus").string(),
                                 "--web.listen-address=127.0.0.1:" + std::to_string(port_)},
        log_);
  }
  /// @returns the exit code when it has ended, 127 when it is not installed.
  std::optional<int> ended() { return child_->wait(0s); }
  [[nodiscard]] std::string log() const { return read_file(log_); }

  /// The value of an expression with one series as its result; empty while there is none.
  [[nodiscard]] std::string value_of(std::string_view expression) const {
    try {
      auto wire = connection{port_};
      wire.send("GET /api/v1/query?query=" + form_encode(expression) +
                " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
      const auto answer = boost::json::parse(wire.receive().body);
      const auto& result = answer.at("data").at("result").as_array();
      if (result.size() != 1) return {};
      return std::string{result[0].at("value").at(1).as_string().c_str()};
    } catch (const std::exception&) {
      return {};  // not listening or not ready yet
    }
  }

 private:
  std::uint16_t port_;
  std::filesystem::path log_;
  std::optional<child_process> child_;
};

TEST(a_real_prometheus, scrapes_the_server_and_gets_its_numbers) {
  auto s = stage{};
  act(s);
  act(s);
  auto reader = prometheus{s};
  const auto wait_for = [&](std::string_view expression, std::string_view value) {
    auto seen = std::string{};
    for (auto end = std::chrono::steady_clock::now() + 60s;
         std::chrono::steady_clock::now() < end && !reader.ended();
         std::this_thread::sleep_for(50ms)) {
      seen = reader.value_of(expression);
      if (seen == value) return true;
    }
    return false;
  };
  const auto is_up = wait_for("up", "1");
  if (reader.ended() == 127) GTEST_SKIP() << "Prometheus is not installed";
  ASSERT_TRUE(is_up) << reader.log();
  EXPECT_TRUE(wait_for(R"(sum(mintage_requests_total{endpoint="token",result="ok"}))", "2"));
  EXPECT_TRUE(wait_for("sum(mintage_refused_total)", "2"));
  EXPECT_TRUE(wait_for(R"(mintage_sign_seconds_count{alg="ES256"})", "2"));
}

}  // namespace

}  // namespace mintage::test
