/// @file
/// The interface to other hosts: documents that they have, such as the key sets of clients, and
/// what they are told. Implemented by net/fetch/. (CAU-11, LGO-04)
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "oauth/types.hpp"

namespace mintage::service {

/// Why there is no document. The first four say that nothing was sent to the host.
enum class fetch_failure : std::uint8_t {
  bad_url,      ///< not https, a user or fragment in it, a host or TCP port that is not allowed
  not_public,   ///< the host is or resolves to an address that is not public
  limited,      ///< the host was asked too often of late
  no_room,      ///< too many fetches are waiting
  unreachable,  ///< no such name, no connection, or the connection broke
  untrusted,    ///< the TLS handshake failed, or the certificate is not valid for the host
  late,         ///< not complete within the time for one fetch
  too_large,    ///< the header section or the document
  redirected,   ///< a status of 3xx: redirects are not followed
  bad_status,   ///< any other status than 200; 304 where an ETag was sent, 204 after a POST
  wrong_type,   ///< the media type is not JSON
  stopped,      ///< the fetcher is being stopped
};
/// All failures, in the order of the enumerators.
constexpr auto fetch_failures = oauth::all_of_enum<fetch_failure>();

/// "not_public": as a metric's label and in the log. A literal.
[[nodiscard]] constexpr std::string_view to_string(fetch_failure why) noexcept {
  switch (why) {
    case fetch_failure::bad_url:
      return "bad_url";
    case fetch_failure::not_public:
      return "not_public";
    case fetch_failure::limited:
      return "limited";
    case fetch_failure::no_room:
      return "no_room";
    case fetch_failure::unreachable:
      return "unreachable";
    case fetch_failure::untrusted:
      return "untrusted";
    case fetch_failure::late:
      return "late";
    case fetch_failure::too_large:
      return "too_large";
    case fetch_failure::redirected:
      return "redirected";
    case fetch_failure::bad_status:
      return "bad_status";
    case fetch_failure::wrong_type:
      return "wrong_type";
    case fetch_failure::stopped:
      return "stopped";
  }
  return "";
}

struct fetched_document {
  /// The host said that the document is as it was when it had the ETag (304): there is no `body`.
  bool is_unchanged = false;
  std::string body;
  /// What a later fetch should send; empty = the host sent none that can be sent back.
  std::string etag;
  /// How long the document may be kept, by Cache-Control; nothing when the host does not say.
  /// @see RFC 9111 §5.2.2
  std::optional<oauth::seconds> max_age;
};
using fetch_outcome = tl::expected<fetched_document, fetch_failure>;

/// Fetches JSON documents by GET over https, and sends forms by POST, from and to public hosts
/// only. Everything is bounded: time and size of each document, fetches at once, fetches that wait,
/// fetches from one host in a minute.
/// Thread-safe.
class document_fetcher {
 public:
  /// Must not block: it runs on the fetcher's thread, or on the caller's before `get` returns.
  using handler = std::function<void(fetch_outcome)>;

  virtual ~document_fetcher() = default;
  /// Fetches a document. Never blocks.
  /// @param etag of the document that the caller has; empty = it has none.
  /// @param done called once.
  virtual void get(std::string url, std::string etag, handler done) = 0;
  /// Sends a form. Never blocks. The host has taken it when it answers 200 or 204; the document is
  /// empty then, whatever the host has sent.
  /// @param form as application/x-www-form-urlencoded.
  /// @param done called once.
  virtual void post(std::string url, std::string form, handler done) = 0;
  /// Ends all fetches: their handlers get `stopped`, as do later ones. When it returns, no handler
  /// runs or will run, except inside of a later `get`. Again does nothing. Not for handlers.
  virtual void stop() = 0;
};

}  // namespace mintage::service
