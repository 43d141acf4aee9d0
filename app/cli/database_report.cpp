#include "app/cli/database_report.hpp"

#include <iostream>

#include "app/cli/text_table.hpp"
#include "storage/rocksdb/log_check.hpp"

namespace mintage::app {

void print_epoch(oauth::instant t) {
  std::cout
      << "Void from now on: codes, access tokens (at introspection and userinfo) and refresh\n"
         "tokens of logins that were minted until "
      << storage::to_text(t) << ".\n";
}

void print_erased(const std::vector<oauth::registration_token>& tokens) {
  auto table = text_table{};
  for (const auto& t : tokens)
    table.add({"removed, because it may be used up: initial access token " + t.id, t.name});
  std::cout << table;
}

void print_contents(const std::vector<oauth::client>& clients,
                    const std::vector<storage::key_record>& keys) {
  std::cout << "\nCheck that these are the clients and signing keys that you expect. One that was "
               "added\nmay be missing, one that was removed or changed may be as before.\n\n";
  auto table = text_table{};
  for (const auto& c : clients) table.add({"client " + c.id, c.name});
  for (const auto& k : keys)
    table.add({"key " + k.kid,
               std::string{crypto::to_string(k.alg)} + ", made " + storage::to_text(k.created)});
  std::cout << table;
}

}  // namespace mintage::app
