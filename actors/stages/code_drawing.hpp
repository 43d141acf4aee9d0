/// @file
/// Codes are drawn: the record that a mint request asks for, its text and its slot. (MINT-01)
#pragma once

#include <optional>

#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "oauth/admin/minting.hpp"
#include "oauth/client/registry.hpp"
#include "service/exchange.hpp"
#include "storage/engine.hpp"

namespace mintage::actors {

struct validator_setup;

/// Not thread-safe.
class code_drawing {
 public:
  /// @param setup outlives this object.
  explicit code_drawing(const validator_setup& setup) : setup_{setup} {}

  /// Checks the request and sets `code`, `text`, `where` and `expires_in` of `to`.
  /// @param near the slot that the code gets, unless its session must be marked (LGO-05); nothing =
  ///        any.
  /// @returns the error, or nothing.
  [[nodiscard]] std::optional<oauth::admin_error> draw(service::drawn_code& to,
                                                       oauth::mint_request&& wanted,
                                                       const oauth::client_registry& clients,
                                                       oauth::instant now,
                                                       std::optional<oauth::slot> near = {});
  /// A slot for what is new. While a shard of the database is down, it is one of another shard.
  [[nodiscard]] oauth::slot draw_slot();

 private:
  const validator_setup& setup_;
  crypto::buffered_random random_;
  crypto::sha256_hasher hash_;
};

}  // namespace mintage::actors
