/// @file
/// What the commands for a stopped database print alike: repair, restore.
#pragma once

#include <string>
#include <vector>

#include "storage/engine.hpp"

namespace mintage::app {

/// Tells what the epoch makes void.
void print_epoch(oauth::instant t);
/// Tells which initial access tokens were erased from a restored database.
void print_erased(const std::vector<oauth::registration_token>& tokens);
/// Lists clients and signing keys for the operator to check.
void print_contents(const std::vector<oauth::client>& clients,
                    const std::vector<storage::key_record>& keys);

}  // namespace mintage::app
