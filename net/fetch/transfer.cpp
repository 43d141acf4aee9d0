#include "net/fetch/transfer.hpp"

#include <sys/socket.h>

#include <cassert>
#include <exception>
#include <string_view>
#include <utility>

#include "net/fetch/public_address.hpp"

namespace mintage::net {
namespace {

using service::fetch_failure;

/// Every option here is one that libcurl 7.88 has.
template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  [[maybe_unused]] const auto result = curl_easy_setopt(easy, option, value);
  assert(result == CURLE_OK || result == CURLE_OUT_OF_MEMORY);
}

fetch_failure failure_of(CURLcode code) noexcept {
  switch (static_cast<int>(code)) {
    case CURLE_OPERATION_TIMEDOUT:
      return fetch_failure::late;
    case CURLE_FILESIZE_EXCEEDED:
      return fetch_failure::too_large;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return fetch_failure::untrusted;
    default:  // the many ways in which a connection breaks
      return fetch_failure::unreachable;
  }
}

service::fetch_outcome failed(fetch_failure why) {
  return service::fetch_outcome{tl::unexpect, why};
}

/// The certificates of the system in one file: libcurl keeps them parsed only when no folder of
/// certificates is searched as well.
const char* system_certificates() {
  const auto* const version = curl_version_info(CURLVERSION_NOW);
  return version->cainfo != nullptr ? version->cainfo : "/etc/ssl/certs/ca-certificates.crt";
}

}  // namespace

transfer::transfer(fetch_url url, transfer_request request, service::document_fetcher::handler done,
                   const fetch_options& o)
    : options_{o}, url_{std::move(url)}, request_{std::move(request)}, done_{std::move(done)} {}

transfer& transfer::of(CURL* easy) noexcept {
  auto* self = static_cast<char*>(nullptr);
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &self);
  return *reinterpret_cast<transfer*>(self);
}

CURL* transfer::start() {
  started_ = std::chrono::steady_clock::now();
  easy_.reset(curl_easy_init());
  if (easy_ == nullptr) return nullptr;
  set_request();
  set_limits();
  return easy_.get();
}

void transfer::set_fields() {
  const auto add = [this](const std::string& field) {
    auto* const more = curl_slist_append(fields_.get(), field.c_str());
    if (more == nullptr) return;
    static_cast<void>(fields_.release());
    fields_.reset(more);
  };
  if (request_.form) return add("Expect:");  // no question before the body
  add("Accept: application/json, application/jwk-set+json;q=0.9");
  if (!request_.etag.empty()) add("If-None-Match: " + request_.etag);
}

void transfer::set_request() {
  auto* const easy = easy_.get();
  set_fields();
  if (request_.form) {
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.form->size()));
    set(easy, CURLOPT_POSTFIELDS, request_.form->data());  // with the Content-Type of a form
  }
  set(easy, CURLOPT_PRIVATE, this);
  set(easy, CURLOPT_CURLU, url_.parsed.get());
  set(easy, CURLOPT_HTTPHEADER, fields_.get());
  set(easy, CURLOPT_USERAGENT, "Mintage");
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(easy, CURLOPT_HEADERFUNCTION, &take_line);
  set(easy, CURLOPT_HEADERDATA, this);
  set(easy, CURLOPT_WRITEFUNCTION, &take_body);
  set(easy, CURLOPT_WRITEDATA, this);
}

void transfer::set_limits() {
  auto* const easy = easy_.get();
  set(easy, CURLOPT_PROTOCOLS_STR, "https");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_PROXY, "");  // none of the environment either: it would choose the address
  set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.timeout.count()));
  set(easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(options_.size_limit));
  set(easy, CURLOPT_NOSIGNAL, 1L);
  // A look-up that hangs would otherwise hold up all fetches, since libcurl waits for its thread.
  set(easy, CURLOPT_QUICK_EXIT, 1L);
  // Each connection is new and its address checked when its socket is opened: a name that changes
  // its address after any earlier check gains nothing.
  set(easy, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  set(easy, CURLOPT_OPENSOCKETDATA, this);
  set(easy, CURLOPT_FRESH_CONNECT, 1L);
  set(easy, CURLOPT_FORBID_REUSE, 1L);
  set(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  set(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  set(easy, CURLOPT_CAINFO,
      options_.ca_file.empty() ? system_certificates() : options_.ca_file.c_str());
}

curl_socket_t transfer::open_socket(void* self, curlsocktype, curl_sockaddr* to) noexcept {
  auto& own = *static_cast<transfer*>(self);
  const auto scope = scope_of(&to->addr);
  if (scope != address_scope::public_ &&
      !(scope == address_scope::loopback && own.options_.allow_loopback_for_tests)) {
    own.met_other_address_ = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

std::size_t transfer::take_line(char* data, std::size_t, std::size_t size, void* self) noexcept {
  auto& own = *static_cast<transfer*>(self);
  try {
    if (own.head_.take({data, size})) return size;
  } catch (const std::exception&) {
    // There is no memory for it.
  }
  own.is_too_large_ = true;
  return 0;
}

std::size_t transfer::take_body(char* data, std::size_t, std::size_t size, void* self) noexcept {
  auto& own = *static_cast<transfer*>(self);
  try {
    if (size <= own.options_.size_limit - own.body_.size()) {
      own.body_.append(data, size);
      return size;
    }
  } catch (const std::exception&) {
    // There is no memory for it.
  }
  own.is_too_large_ = true;
  return 0;
}

service::fetch_outcome transfer::outcome(CURLcode code) {
  auto status = 0L;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  // A body that does not end or is too large takes nothing back.
  if (request_.form && (status == 200 || status == 204)) return service::fetched_document{};
  if (is_too_large_) return failed(fetch_failure::too_large);
  if (code != CURLE_OK) {
    const auto is_refused = met_other_address_ && status == 0 && code == CURLE_COULDNT_CONNECT;
    return failed(is_refused ? fetch_failure::not_public : failure_of(code));
  }
  const auto is_unchanged = status == 304 && !request_.etag.empty();
  if (status >= 300 && status < 400 && (status != 304 || request_.form))
    return failed(fetch_failure::redirected);
  if (status != 200 && !is_unchanged) return failed(fetch_failure::bad_status);
  if (!is_unchanged && !head_.is_json()) return failed(fetch_failure::wrong_type);
  auto made =
      service::fetched_document{is_unchanged, std::move(body_), head_.etag(), head_.max_age()};
  if (is_unchanged) {
    made.body.clear();
    if (made.etag.empty()) made.etag = request_.etag;
  }
  return made;
}

}  // namespace mintage::net
