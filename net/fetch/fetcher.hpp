/// @file
/// Fetches documents by libcurl, on a thread of its own. (CAU-11)
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "net/fetch/host_budget.hpp"
#include "net/fetch/meters.hpp"
#include "net/fetch/options.hpp"
#include "net/fetch/transfer_request.hpp"
#include "service/document_fetcher.hpp"

namespace mintage::net {

class transfer;

/// No proxy of the environment, no redirects, no cookies, no compression, HTTP/1.1; each fetch has
/// a connection of its own, whose address is checked when its socket is opened.
class fetcher final : public service::document_fetcher {
 public:
  /// Fetches from one host at once: a host that is slow holds up itself alone.
  static constexpr std::size_t most_per_host = 8;

  /// @pre `check(o)` found nothing. @throws std::runtime_error when libcurl cannot be used.
  explicit fetcher(fetch_options o);
  /// As `stop`.
  ~fetcher() override;

  void get(std::string url, std::string etag, handler done) override;
  void post(std::string url, std::string form, handler done) override;
  void stop() override;

  /// Takes over other options, for what is fetched from now on. @pre `check(o)` found nothing. Any
  /// thread.
  void change(fetch_options o);

  [[nodiscard]] const metrics::meter_group& meters() const noexcept { return meters_; }

 private:
  struct order {
    std::string url;
    transfer_request request;
    handler done;
  };
  struct multi;  // of libcurl

  void take(order o);
  void run();
  [[nodiscard]] bool take_orders();
  void admit(order o);
  void start_waiting();
  void begin_last();
  [[nodiscard]] std::size_t conclude_done();
  void conclude(std::size_t active, service::fetch_outcome outcome);
  void conclude_all();
  void tell(const handler& done, service::fetch_outcome outcome);
  void leave_queue(std::size_t count);
  void note_sizes();

  fetch_meters meters_;
  std::unique_ptr<multi> multi_;

  std::mutex mutex_;  // guards the next five
  bool is_stopped_ = false;
  std::size_t most_queued_;
  /// Options that the thread has not taken over yet.
  std::optional<fetch_options> fresh_;
  std::deque<order> orders_;
  /// Orders, and transfers that wait.
  std::size_t queued_ = 0;

  // Of the thread.
  fetch_options options_;
  host_budget budget_;
  std::deque<std::unique_ptr<transfer>> waiting_;
  std::vector<std::unique_ptr<transfer>> active_;
  std::map<std::string, std::size_t> active_of_host_;

  std::mutex joining_;  // guards the joining of the thread
  std::thread thread_;
};

}  // namespace mintage::net
