#include "app/cluster_node.hpp"

#include <unistd.h>

#include <array>
#include <optional>
#include <stdexcept>
#include <string>

#include "app/seal_files.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "storage/postgres/cluster_status.hpp"

namespace mintage::app {
namespace {

std::string host_name() {
  auto name = std::array<char, 256>{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "?";
}

/// @returns nothing when there is none that can be read.
std::optional<crypto::root_key> find_next_seal_key(const config::settings& settings) {
  const auto files = seal_files{settings.actors.seal_key_file,
                                {.allow_group_readable = settings.files.allow_group_readable}};
  return files.read_next().key;  // the seal keeper tells why it cannot be read
}

/// Digest of what all nodes should agree on.
std::string settings_digest(const config::settings& settings, const oauth::admin_tokens& tokens) {
  const auto& r = settings.rules;
  auto text = r.issuer;
  const auto add = [&](auto number) { text.append(1, '\n').append(std::to_string(number)); };
  add(settings.storage.postgres.shards.size());
  add(r.code_max_fail);
  for (const auto& life :
       {r.code_ttl, r.code_tombstone, r.access_ttl, r.id_ttl, r.refresh_idle, r.refresh_absolute})
    add(life.count());
  add(std::chrono::milliseconds{r.code_dup_window}.count());
  add(std::chrono::milliseconds{r.refresh_grace}.count());
  if (r.dpop_nonces_required) text.append("\ndpop nonces");
  if (const auto& joining = r.registration; joining.mode != oauth::registration_mode::off) {
    add(static_cast<int>(joining.mode));
    add(joining.unused_life.count());
    add(joining.idle_life.count());
  }
  text.append(crypto::as_chars(tokens.admin)).append(crypto::as_chars(tokens.minter));
  if (const auto next = find_next_seal_key(settings))
    text.append(crypto::as_chars(next->derive("mintage/next/1")));
  return std::string{crypto::as_chars(crypto::sha256(text))};
}

}  // namespace

storage::postgres_node make_node(const config::settings& settings,
                                 const oauth::admin_tokens& tokens, system_clock& clock,
                                 event_log& log) {
  return {.id = crypto::buffered_random{}.take<16>(),
          .name = host_name() + '/' + settings.net.listen,
          .settings = settings_digest(settings, tokens),
          .tombstone = settings.rules.code_tombstone,
          .clock = clock,
          .wall_time =
              [] {
                return std::chrono::floor<std::chrono::microseconds>(
                    std::chrono::system_clock::now().time_since_epoch());
              },
          .follow =
              [&clock, is_first = true](std::chrono::microseconds behind) mutable {
                cluster_wall_clock::follow(behind);
                if (std::exchange(is_first, false)) clock.restart();
              },
          .tell =
              [&log](std::string_view sentence) {
                log.event(log_level::warn, "the database", {{"says", sentence}});
              }};
}

std::string why_seal_cannot_rotate(const config::settings& settings,
                                   const oauth::admin_tokens& tokens) {
  if (settings.storage.engine != storage::engine_kind::postgres) return {};
  const auto file = next_seal_key_file(settings.actors.seal_key_file).string();
  if (!find_next_seal_key(settings))
    return "all nodes need the new seal key before it is used: make " + file +
           " with `mintage seal make`, copy it to each node, and restart them one after another";
  const auto digest = settings_digest(settings, tokens);
  auto first_shard = settings.storage.postgres;  // it lists the nodes
  first_shard.shards.resize(1);
  for (const auto& n : storage::read_cluster_status(first_shard).nodes)
    if (n.is_alive && n.settings != digest)
      return "the node " + n.name + " has another " + file +
             " or other settings, or was started before they were there";
  return {};
}

void check_issuer(storage::catalog& records, const std::string& issuer) {
  constexpr auto note = std::string_view{"issuer"};
  if (records.replace_note(note, {}, issuer)) return;
  const auto known = records.load_note(note);
  if (known != issuer)
    throw std::runtime_error{"the database belongs to the issuer " + known + ", not to " + issuer};
}

}  // namespace mintage::app
