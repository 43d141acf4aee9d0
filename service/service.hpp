/// @file
/// The interface of net/ to the actors behind one I/O thread. Implemented in actors/.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "oauth/metadata.hpp"
#include "service/exchange.hpp"
#include "service/io_thread.hpp"
#include "service/journal.hpp"

namespace mintage::service {

/// The server behind one I/O thread: admission, and the entry to the actors. One per I/O thread;
/// all calls on that thread.
class token_service {
 public:
  virtual ~token_service() = default;
  /// Takes an exchange. Its caller gets the answer on this I/O thread: later, or before the call
  /// returns when the limit of exchanges in flight is reached (503).
  virtual void submit(handle<exchange> x) = 0;
  /// Whether a token or query exchange would be admitted now. If not, the caller need not read the
  /// request; it refuses it with `overloaded` and calls `note_refusal`.
  [[nodiscard]] virtual bool has_room() = 0;
  /// The current public documents.
  [[nodiscard]] virtual std::shared_ptr<const oauth::public_documents> documents() const = 0;
  /// Whether a client registered this origin (TOK-20).
  [[nodiscard]] virtual bool knows_origin(std::string_view origin) const = 0;
  /// Whether requests can be answered: keys and clients are loaded, the store accepts writes, and
  /// the clock is not in doubt.
  [[nodiscard]] virtual bool ready() const = 0;
  [[nodiscard]] virtual instant now() const = 0;
  [[nodiscard]] virtual request_id next_request_id() = 0;
  /// Records a refusal that net/ answers itself, before there is an exchange.
  /// @param endpoint a literal: "token" for PROTOCOL.md §1.3, "introspect", "revoke", "userinfo",
  ///        "http" for faults below them, "admin", "tls" for a failed handshake.
  /// @param came what came, escaped and without secrets; may be empty.
  virtual void note_refusal(std::string_view endpoint, const request_id& id, const denial& why,
                            std::string_view came) = 0;
  /// Renders the page for Prometheus. Not on the path of requests: takes about a millisecond.
  [[nodiscard]] virtual std::string metrics() const = 0;
};

}  // namespace mintage::service
