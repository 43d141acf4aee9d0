/// @file
/// A server of net/ with a service that answers by itself, and a client that sends octets.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "loopback/stream.hpp"
#include "loopback/tcp_socket.hpp"
#include "net/server.hpp"
#include "tests/support/eventually.hpp"

namespace mintage::net {

using mintage::test::eventually;

/// Answers exchanges according to `how`: at once, within `submit`; without an answer, as when they
/// are lost; from another thread, out of order; or not before `release`.
class fake_service final : public service::token_service {
 public:
  enum class manner : std::uint8_t { at_once, lost, elsewhere, held };

  explicit fake_service(service::io_thread& io_thread);
  ~fake_service() override;

  std::atomic<manner> how = manner::at_once;
  std::atomic<bool> is_ready = true;
  std::atomic<bool> is_full = false;

  void submit(service::handle<service::exchange> x) override;
  [[nodiscard]] bool has_room() override { return !is_full; }
  [[nodiscard]] std::shared_ptr<const oauth::public_documents> documents() const override;
  /// True for "https://known.example" only.
  [[nodiscard]] bool knows_origin(std::string_view origin) const override {
    return origin == "https://known.example";
  }
  [[nodiscard]] bool ready() const override { return is_ready; }
  [[nodiscard]] oauth::instant now() const override;
  [[nodiscard]] service::request_id next_request_id() override;
  void note_refusal(std::string_view endpoint, const service::request_id& id,
                    const oauth::denial& why) override;
  [[nodiscard]] std::string metrics() const override {
    ++metrics_asked;
    std::this_thread::sleep_for(metrics_take.load());
    return "# metrics\n";
  }
  std::atomic<std::chrono::milliseconds> metrics_take{};
  mutable std::atomic<std::size_t> metrics_asked = 0;

  /// Answers the held exchanges, last in, first out.
  void release();
  [[nodiscard]] std::size_t held() const;
  [[nodiscard]] std::size_t submitted() const { return submitted_; }
  /// Id and error of the last request that was refused without an exchange.
  [[nodiscard]] std::pair<std::string, oauth::errc> last_refusal() const;
  [[nodiscard]] std::string last_reason() const;
  /// The largest number of unanswered exchanges so far.
  [[nodiscard]] std::size_t most_at_once() const { return most_; }

 private:
  using answer_function = std::function<void(service::exchange&)>;
  void dispatch(std::shared_ptr<service::exchange> x, answer_function answer);
  void answer_elsewhere();
  void finish(service::exchange& x, const answer_function& answer);

  struct waiting {
    std::shared_ptr<service::exchange> x;
    answer_function answer;
  };
  service::io_thread& io_thread_;
  std::shared_ptr<oauth::public_documents> documents_;
  std::uint64_t last_id_ = 0;
  std::atomic<std::size_t> submitted_ = 0;
  std::atomic<std::size_t> now_ = 0;
  std::atomic<std::size_t> most_ = 0;
  mutable std::mutex mutex_;
  std::pair<std::string, oauth::errc> last_refusal_;
  std::string last_reason_;
  std::condition_variable changed_;
  std::deque<waiting> waiting_;
  bool stopping_ = false;
  std::thread worker_;
};

struct received {
  unsigned status = 0;
  std::string head;
  std::map<std::string, std::string> fields;  ///< names in lower case
  std::string body;
};

/// One connection to the server. Every wait has a generous limit.
class peer {
 public:
  /// @param receive_buffer size of the kernel's buffer in octets; 0 = default.
  explicit peer(std::uint16_t port, int receive_buffer = 0);
  /// Connects to another address than 127.0.0.1.
  peer(in_addr address, std::uint16_t port);
  /// Connects over TLS. @throws loopback::tls_refused
  peer(std::uint16_t port, const loopback::tls_side& side,
       const loopback::session_ptr& offered = nullptr, int receive_buffer = 0);
  /// Continues over TLS. @throws loopback::tls_refused
  void secure(const loopback::tls_side& side, const loopback::session_ptr& offered = nullptr);

  void send(std::string_view octets);
  /// Sends what the kernel accepts at once. @returns the number of octets.
  std::size_t send_some(std::string_view octets);
  void shut_down();
  void reset();
  /// @param has_body false after HEAD.
  [[nodiscard]] received receive(bool has_body = true);
  /// Reads a head and leaves the body unread.
  [[nodiscard]] received receive_head();
  /// The next octets of a chunked body, decoded; nothing after its end.
  [[nodiscard]] std::optional<std::string> receive_chunk();
  /// The next line of a chunked body.
  [[nodiscard]] std::optional<std::string> receive_line();
  /// Reads to the end. @returns whether the server closed in order, without a reset.
  [[nodiscard]] bool is_closed(std::string* rest = nullptr);
  [[nodiscard]] bool has_octets() const;
  /// Whether the server has closed the connection by itself.
  [[nodiscard]] bool is_reset() const;
  /// @pre the connection uses TLS.
  [[nodiscard]] loopback::stream& tls() { return *stream_; }

 private:
  [[nodiscard]] bool fill();
  [[nodiscard]] std::string take(std::size_t n);
  [[nodiscard]] std::string take_line();

  loopback::tcp_socket socket_;
  std::optional<loopback::stream> stream_;  // ends before its socket
  std::string buffer_;
  std::string lines_;
  bool chunks_ended_ = false;
  bool closed_ = false;
};

class server_test : public testing::Test {
 protected:
  server_test();
  ~server_test() override;

  /// Starts with `settings`, on free TCP ports.
  void start();
  [[nodiscard]] peer connect() { return peer{server_->public_port()}; }
  [[nodiscard]] peer connect_admin() { return peer{server_->admin_port()}; }
  /// Sends one request on a connection of its own.
  [[nodiscard]] received ask(std::string_view octets, bool has_body = true);
  [[nodiscard]] received ask_admin(std::string_view octets, bool has_body = true);
  [[nodiscard]] fake_service& service(std::size_t io_thread = 0) {
    return *services_.at(io_thread);
  }

  options settings;
  oauth::options rules;
  std::unique_ptr<server> server_;
  std::vector<std::unique_ptr<fake_service>> services_;
};

/// A valid redemption of `code` by a public client.
[[nodiscard]] std::string token_body(std::string_view code = "c");
[[nodiscard]] std::string token_request(std::string_view code = "c", std::string_view fields = "");
/// A request with Content-Length, Host and these fields ("X: y\r\n…").
[[nodiscard]] std::string request(std::string_view method, std::string_view target,
                                  std::string_view fields = "", std::string_view body = "");
inline const auto admin_token = std::string{"mad_admin"};
inline const auto mint_token = std::string{"mad_minter"};
[[nodiscard]] std::string bearer(std::string_view token);
}  // namespace mintage::net
