/// @file
/// One fetch in progress: a handle of libcurl with its limits. (CAU-11)
/// For net/fetch/*.cpp only.
#pragma once

#include <chrono>
#include <string>

#include "net/fetch/curl.hpp"
#include "net/fetch/fetch_url.hpp"
#include "net/fetch/options.hpp"
#include "net/fetch/response_head.hpp"
#include "net/fetch/transfer_request.hpp"
#include "service/document_fetcher.hpp"

namespace mintage::net {

/// Not thread-safe. libcurl keeps its address, so that it cannot be moved.
class transfer {
 public:
  /// @param o outlives it.
  transfer(fetch_url url, transfer_request request, service::document_fetcher::handler done,
           const fetch_options& o);
  transfer(const transfer&) = delete;
  transfer& operator=(const transfer&) = delete;

  /// Makes the handle for libcurl, whose time begins. Null when there is no memory.
  [[nodiscard]] CURL* start();
  [[nodiscard]] CURL* get() const noexcept { return easy_.get(); }
  /// The transfer that `start` was called of.
  [[nodiscard]] static transfer& of(CURL* easy) noexcept;

  [[nodiscard]] const std::string& host() const noexcept { return url_.host; }
  [[nodiscard]] std::chrono::steady_clock::time_point started() const noexcept { return started_; }
  /// What became of it. @pre libcurl is done with it, with this code.
  [[nodiscard]] service::fetch_outcome outcome(CURLcode code);
  [[nodiscard]] const service::document_fetcher::handler& done() const noexcept { return done_; }

 private:
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* to) noexcept;
  static std::size_t take_line(char* data, std::size_t one, std::size_t size, void* self) noexcept;
  static std::size_t take_body(char* data, std::size_t one, std::size_t size, void* self) noexcept;
  void set_limits();
  void set_request();
  void set_fields();

  const fetch_options options_;
  fetch_url url_;
  transfer_request request_;
  service::document_fetcher::handler done_;
  std::chrono::steady_clock::time_point started_{};
  curl_list_ptr fields_;
  response_head head_;
  std::string body_;
  bool is_too_large_ = false;
  bool met_other_address_ = false;  ///< one that is not public
  curl_easy_ptr easy_;              // ends first: it refers to the rest
};

}  // namespace mintage::net
