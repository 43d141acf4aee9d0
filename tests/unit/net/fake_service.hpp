/// @file
/// A service that answers by itself, for tests of net/.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "service/service.hpp"

namespace mintage::net {

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
                    const oauth::denial& why, std::string_view came) override;
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
  [[nodiscard]] std::string last_came() const;
  /// How many requests, handshakes and connections were refused without an exchange.
  [[nodiscard]] std::size_t refusals() const { return refusals_; }
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
  std::string last_came_;
  std::atomic<std::size_t> refusals_ = 0;
  std::condition_variable changed_;
  std::deque<waiting> waiting_;
  bool stopping_ = false;
  std::thread worker_;
};

}  // namespace mintage::net
