/// @file
/// Owners of libcurl's objects. For net/fetch/*.cpp only.
#pragma once

#include <curl/curl.h>

#include <memory>

namespace mintage::net {

template <auto Free>
struct curl_released_by {
  template <class T>
  void operator()(T* object) const noexcept {
    static_cast<void>(Free(object));
  }
};

using curl_easy_ptr = std::unique_ptr<CURL, curl_released_by<curl_easy_cleanup>>;
using curl_multi_ptr = std::unique_ptr<CURLM, curl_released_by<curl_multi_cleanup>>;
using curl_url_ptr = std::unique_ptr<CURLU, curl_released_by<curl_url_cleanup>>;
using curl_list_ptr = std::unique_ptr<curl_slist, curl_released_by<curl_slist_free_all>>;

}  // namespace mintage::net
