#include "actors/stages/shard_context.hpp"

#include <utility>

#include "oauth/client/static_claims.hpp"
#include "oauth/request/response.hpp"

namespace mintage::actors {

shard_context::shard_context(const code_store_setup& with, std::size_t index,
                             std::unique_ptr<storage::shard_store> opened, shard_exits exits)
    : setup{with},
      meters{with.meters.at(index)},
      records{std::move(opened)},
      to{std::move(exits)},
      keys{with.roots, with.rules.refresh_key_id} {}

std::optional<oauth::instant> shard_context::epoch() const {
  const auto t = setup.engine.void_before();
  return t == oauth::instant{} ? std::nullopt : std::optional{t};
}

std::optional<oauth::cutoffs> shard_context::find_cutoffs(const oauth::login& who,
                                                          const joined_cutoffs& joined) {
  auto found = joined.value_or(oauth::cutoffs{});
  found.epoch = epoch();
  if (setup.engine.joins_cutoffs()) return found;
  auto& table = setup.engine.cutoffs();
  if (!table.has_any()) return found;
  try {
    found.subject = table.find(oauth::cutoff_key(oauth::cutoff_kind::subject, who.sub, hash));
    if (!who.sid.empty())
      found.session = table.find(oauth::cutoff_key(oauth::cutoff_kind::session, who.sid, hash));
  } catch (const storage::storage_error&) {
    return std::nullopt;
  }
  return found;
}

void shard_context::name_cutoffs(const oauth::login& who, storage::insert_op& record) {
  if (!setup.engine.joins_cutoffs()) return;
  record.subject =
      storage::name_cutoff(oauth::cutoff_key(oauth::cutoff_kind::subject, who.sub, hash));
  if (!who.sid.empty())
    record.session =
        storage::name_cutoff(oauth::cutoff_key(oauth::cutoff_kind::session, who.sid, hash));
}

void shard_context::send_replies(std::vector<service::token_handle> replies, replays late) {
  if (!replies.empty()) to.token_replies(std::move(replies));
  if (late.asked.empty()) return;
  auto held = std::make_shared<std::vector<service::token_handle>>(std::move(late.asked));
  records->revoke(std::move(late.families), now(),
                  [this, held, answer = late.answer](const std::vector<storage::verdict>& found) {
                    for (auto i = std::size_t{0}; i < held->size(); ++i)
                      (*held)[i]->denied =
                          found[i] == storage::verdict::unknown ? oauth::lost() : answer;
                    to.token_replies(std::move(*held));
                  });
}

void shard_context::describe_tokens(service::token_exchange& x) const {
  x.out.lives = x.client.lives;
  x.out.bound_to = x.bound_to;
  const auto& targets = x.out.targets_of(x.grant->who.targets);
  if (clients == nullptr || (!x.client.has_static_claims && targets.empty())) return;
  const auto* const c = clients->find(x.client.id);
  if (c != nullptr) x.out.static_claims = oauth::merge_static_claims(*c, *clients, targets);
}

}  // namespace mintage::actors
