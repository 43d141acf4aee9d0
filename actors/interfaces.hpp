/// @file
/// Every actor of Mintage and every message between them, on one page.
///
///     http ──validate──▶ validator ──redeem──▶ code store ──sign──▶ signer ──reply──▶ http
///      ▲                   │  ▲ │    refresh      │  ▲                 ▲                ▲
///      │                   │  │ │    issue        │  │                 │                │
///      │                   │  │ │    query, put,  │  └──release── http (returned       │
///      │                   │  │ │    record, keep │               consumed, unsigned)  │
///      │                   │  │ └─verify─▶ hasher │                                    │
///      └──────reply────────┘  └──verified─┘       │                    │               │
///                          │  (denials, answers) ─┴────────────────────┼─reply─────────┘
///                          └──sign (a client's own token) ─────────────┘
///
///     validator ──fetch──▶ key fetcher ──publish, validate──▶ validator
///     validator ──find──▶ code store ──validate──▶ validator (a stored authorization request)
///     http ──admin, use──▶ registry ──publish──▶ validators, code stores, http
///     registry ──admin──▶ logout notifier ──find──▶ code store ──found──▶ logout notifier
///     http ──admin──▶ key keeper ──publish──▶ validators, signers, http, registry
///     engine ──changed──▶ supervisor ──changed──▶ registry ──changed──▶ key keeper
///     supervisor ──publish──▶ registry, key keeper, key fetcher, logout notifier (a reload)
///     supervisor monitors all, replaces members that end, and tells all their addresses (routes)
///
/// After `record` a code store sends on as the validator would have done.
///
/// HTTP actors and the members of the pools run on the I/O threads (actors/on_io_thread.hpp), so a
/// request leaves the thread of its connection only for the shard that owns its slot. Hashers,
/// registry, key keeper, key fetcher and logout notifier have threads of their own; the supervisor
/// runs on CAF's scheduler.
///
/// Messages carry batches of handles, immutable snapshots, or tasks. There are no requests with
/// responses: an answer is another message, and an exchange whose handle is lost returns by itself.
/// All types are process-local.
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_behavior.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actors/stages/hash_job.hpp"
#include "actors/stages/key_set_cache.hpp"
#include "actors/stages/session_index.hpp"
#include "service/service.hpp"

namespace mintage::actors {

/// The content of one message. CAF passes messages by const reference and may copy them, so the
/// handles are behind one shared pointer, and the one receiver takes them out. Handles that were
/// not taken (the receiver has ended) are destroyed with the message, so that their exchanges are
/// returned.
template <class Handle>
class batch {
 public:
  batch() = default;
  explicit batch(std::vector<Handle> handles)
      : content_{std::make_shared<std::vector<Handle>>(std::move(handles))} {}
  /// A batch of one.
  explicit batch(Handle one) : content_{std::make_shared<std::vector<Handle>>()} {
    content_->push_back(std::move(one));
  }

  /// Takes the handles out; a second call returns none.
  [[nodiscard]] std::vector<Handle> take() const {
    return content_ ? std::exchange(*content_, {}) : std::vector<Handle>{};
  }

 private:
  std::shared_ptr<std::vector<Handle>> content_;
};

using token_batch = batch<service::token_handle>;
using query_batch = batch<service::query_handle>;
using mint_batch = batch<service::mint_handle>;
using admin_batch = batch<service::admin_handle>;
using authorization_batch = batch<service::authorization_handle>;
using documents = std::shared_ptr<const oauth::public_documents>;
/// Work that must run inside an actor: a completion of its shard's engine.
struct task {
  std::shared_ptr<std::function<void()>> run;
};
/// A chosen secret that was right.
using proof = std::shared_ptr<const oauth::proven_secret>;
using key_wait_batch = batch<key_wait>;
/// What came of a fetch of the key fetcher.
struct key_delivery {
  std::string url;
  service::fetch_outcome outcome;
};
using key_delivery_ptr = std::shared_ptr<const key_delivery>;
using session_search_batch = batch<session_search_handle>;
/// What came of an order of the logout notifier.
struct logout_answer {
  storage::outbox_id id{};
  service::fetch_outcome outcome;
};
using logout_answer_ptr = std::shared_ptr<const logout_answer>;
/// What a reload changes for the actors that do not run on I/O threads.
struct new_settings {
  oauth::options rules;
  /// Requests that may wait for a key set.
  std::size_t key_waits = 0;
  /// Called by the supervisor when it has sent this to all.
  std::function<void()> sent;
};
using new_settings_ptr = std::shared_ptr<const new_settings>;
/// The addresses of all members. Replaced as a whole when a member was replaced.
struct routes;
using routes_ptr = std::shared_ptr<const routes>;

}  // namespace mintage::actors

CAF_BEGIN_TYPE_ID_BLOCK(mintage, first_custom_type_id)
CAF_ADD_TYPE_ID(mintage, (mintage::actors::token_batch))
CAF_ADD_TYPE_ID(mintage, (mintage::actors::query_batch))
CAF_ADD_TYPE_ID(mintage, (mintage::actors::mint_batch))
CAF_ADD_TYPE_ID(mintage, (mintage::actors::admin_batch))
CAF_ADD_TYPE_ID(mintage, (mintage::actors::documents))
CAF_ADD_TYPE_ID(mintage, (mintage::actors::task))
CAF_ADD_TYPE_ID(mintage, (mintage::actors::hash_request))
CAF_ADD_TYPE_ID(mintage, (mintage::actors::proof))
CAF_ADD_TYPE_ID(mintage, (mintage::actors::routes_ptr))
CAF_ADD_TYPE_ID(mintage, (mintage::oauth::registry_snapshot))
CAF_ADD_TYPE_ID(mintage, (mintage::oauth::key_snapshot))
CAF_ADD_TYPE_ID(mintage, (mintage::actors::key_wait_batch))
CAF_ADD_TYPE_ID(mintage, (mintage::actors::key_delivery_ptr))
CAF_ADD_TYPE_ID(mintage, (mintage::oauth::remote_keys_snapshot))
CAF_ADD_TYPE_ID(mintage, (mintage::actors::session_search_batch))
CAF_ADD_TYPE_ID(mintage, (mintage::actors::logout_answer_ptr))
CAF_ADD_ATOM(mintage, mintage::actors, validate_atom, "validate")
CAF_ADD_ATOM(mintage, mintage::actors, verify_atom, "verify")
CAF_ADD_ATOM(mintage, mintage::actors, verified_atom, "verified")
CAF_ADD_ATOM(mintage, mintage::actors, redeem_atom, "redeem")
CAF_ADD_ATOM(mintage, mintage::actors, refresh_atom, "refresh")
CAF_ADD_ATOM(mintage, mintage::actors, issue_atom, "issue")
CAF_ADD_ATOM(mintage, mintage::actors, query_atom, "query")
CAF_ADD_ATOM(mintage, mintage::actors, put_atom, "put")
CAF_ADD_ATOM(mintage, mintage::actors, release_atom, "release")
CAF_ADD_ATOM(mintage, mintage::actors, flush_atom, "flush")
CAF_ADD_ATOM(mintage, mintage::actors, run_atom, "run")
CAF_ADD_ATOM(mintage, mintage::actors, sign_atom, "sign")
CAF_ADD_ATOM(mintage, mintage::actors, reply_atom, "reply")
CAF_ADD_ATOM(mintage, mintage::actors, admin_atom, "admin")
CAF_ADD_ATOM(mintage, mintage::actors, hash_atom, "hash")
CAF_ADD_ATOM(mintage, mintage::actors, fetch_atom, "fetch")
CAF_ADD_ATOM(mintage, mintage::actors, fetched_atom, "fetched")
CAF_ADD_ATOM(mintage, mintage::actors, publish_atom, "publish")
CAF_ADD_ATOM(mintage, mintage::actors, changed_atom, "changed")
CAF_ADD_ATOM(mintage, mintage::actors, routes_atom, "routes")
CAF_ADD_ATOM(mintage, mintage::actors, tick_atom, "tick")
CAF_ADD_ATOM(mintage, mintage::actors, restart_atom, "restart")
CAF_ADD_ATOM(mintage, mintage::actors, record_atom, "record")
CAF_ADD_TYPE_ID(mintage, (mintage::actors::authorization_batch))
CAF_ADD_TYPE_ID(mintage, (mintage::actors::new_settings_ptr))
CAF_ADD_ATOM(mintage, mintage::actors, keep_atom, "keep")
CAF_ADD_ATOM(mintage, mintage::actors, find_atom, "find")
CAF_ADD_ATOM(mintage, mintage::actors, use_atom, "use")
CAF_ADD_ATOM(mintage, mintage::actors, found_atom, "found")
CAF_ADD_ATOM(mintage, mintage::actors, seal_atom, "seal")
CAF_END_TYPE_ID_BLOCK(mintage)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(mintage::actors::token_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(mintage::actors::query_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(mintage::actors::mint_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(mintage::actors::admin_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(mintage::actors::authorization_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(mintage::actors::documents)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(mintage::actors::task)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(mintage::actors::hash_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(mintage::actors::proof)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(mintage::actors::routes_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(mintage::oauth::registry_snapshot)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(mintage::oauth::key_snapshot)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(mintage::actors::key_wait_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(mintage::actors::key_delivery_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(mintage::oauth::remote_keys_snapshot)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(mintage::actors::session_search_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(mintage::actors::logout_answer_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(mintage::actors::new_settings_ptr)

namespace mintage::actors {

/// The HTTP ACTOR: admission and replies of one I/O thread, on which it runs. Exchanges enter
/// through its gateway (actors/request_gateway.hpp), by a plain call on that thread.
using http_actor = caf::typed_actor<
    // Returns exchanges, with an answer or without one (503).
    caf::reacts_to<reply_atom, token_batch>, caf::reacts_to<reply_atom, query_batch>,
    caf::reacts_to<reply_atom, mint_batch>, caf::reacts_to<reply_atom, admin_batch>,
    caf::reacts_to<reply_atom, authorization_batch>,
    // The origins that may read answers (TOK-20).
    caf::reacts_to<publish_atom, oauth::registry_snapshot>,
    // The current JWK set and metadata; the keys, for their age.
    caf::reacts_to<publish_atom, documents>, caf::reacts_to<publish_atom, oauth::key_snapshot>,
    // To itself, delayed: retry exchanges that wait for room in the journal.
    caf::reacts_to<tick_atom>, caf::reacts_to<routes_atom, routes_ptr>>;

/// The VALIDATOR: authenticates clients by a registry snapshot and checks everything that needs no
/// stored grant. Sends accepted exchanges to the code store that owns their slot.
using validator_actor = caf::typed_actor<
    caf::reacts_to<validate_atom, token_batch>,
    // Introspection, revocation, userinfo: authenticates the caller and reads the token.
    caf::reacts_to<validate_atom, query_batch>,
    // Mint requests: checks them and draws their codes.
    caf::reacts_to<validate_atom, mint_batch>,
    // Authorization requests, and what the login page says of them; again when a stored one was
    // found.
    caf::reacts_to<validate_atom, authorization_batch>,
    // To itself, when its I/O thread is idle: check what waits for more signatures to verify.
    caf::reacts_to<flush_atom>,
    // Returned by the hasher, with slow_matched set.
    caf::reacts_to<verified_atom, token_batch>, caf::reacts_to<verified_atom, query_batch>,
    caf::reacts_to<verified_atom, authorization_batch>,
    caf::reacts_to<publish_atom, oauth::registry_snapshot>,
    // To read the access tokens of this server.
    caf::reacts_to<publish_atom, oauth::key_snapshot>,
    // The keys of clients that have a jwks_uri.
    caf::reacts_to<publish_atom, oauth::remote_keys_snapshot>,
    caf::reacts_to<routes_atom, routes_ptr>>;

/// The HASHER: argon2id on threads of its own. The validators bound its queue: each slow check
/// holds a permit (CAU-12).
using hasher_actor = caf::typed_actor<
    // Takes the next from the queue (actors/stages/hash_queue.hpp) and compares; it then goes back
    // to its validator.
    caf::reacts_to<verify_atom>,
    // Hashes an imported secret; replies to the registry.
    caf::reacts_to<hash_atom, hash_request>, caf::reacts_to<routes_atom, routes_ptr>>;

/// The CODE STORE: sole owner of the codes and grants in its range of slots. Collects the messages
/// in its mailbox, then commits once (flush) and answers all.
using code_store_actor = caf::typed_actor<
    // Exchanges codes for their grants, each at most once; then sends them to a signer.
    caf::reacts_to<redeem_atom, token_batch>,
    // Decides about refresh tokens and rotates their families; then sends them to a signer (RFT-*).
    caf::reacts_to<refresh_atom, token_batch>,
    // Stores the opaque tokens of clients' own grants; then sends them to a signer.
    caf::reacts_to<issue_atom, token_batch>,
    // Introspection, revocation, userinfo: reads and revokes; then replies, or sends to a signer.
    caf::reacts_to<query_atom, query_batch>,
    // Stores new codes until they are redeemed or expire.
    caf::reacts_to<put_atom, mint_batch>, caf::reacts_to<put_atom, authorization_batch>,
    // Records replay ids, each once (CAU-07, DPO-08); then sends the exchanges to the stage that
    // their validator has chosen, or replies.
    caf::reacts_to<record_atom, token_batch>, caf::reacts_to<record_atom, query_batch>,
    caf::reacts_to<record_atom, authorization_batch>,
    // Stores authorization requests that are too long for their handles; then sends them on as
    // their validator has chosen. Reads them, and sends them to a validator.
    caf::reacts_to<keep_atom, authorization_batch>, caf::reacts_to<find_atom, authorization_batch>,
    // Finds the clients of a session; then sends the search back to the logout notifier.
    caf::reacts_to<find_atom, session_search_batch>,
    // Takes back consumptions that could not be answered (COM-02), and returns the exchanges.
    caf::reacts_to<release_atom, token_batch>,
    // To itself: commit what was collected.
    caf::reacts_to<flush_atom>,
    // From its engine: a completion.
    caf::reacts_to<run_atom, task>,
    // Clients and resources, to decide which tokens are valid and who may ask.
    caf::reacts_to<publish_atom, oauth::registry_snapshot>,
    caf::reacts_to<routes_atom, routes_ptr>>;

/// The SIGNER: builds claims and signs with its own contexts over a key snapshot.
using signer_actor =
    caf::typed_actor<caf::reacts_to<sign_atom, token_batch>, caf::reacts_to<sign_atom, query_batch>,
                     caf::reacts_to<sign_atom, authorization_batch>,
                     // To itself, when its I/O thread is idle: sign what fills no lanes, too.
                     caf::reacts_to<flush_atom>, caf::reacts_to<publish_atom, oauth::key_snapshot>,
                     caf::reacts_to<routes_atom, routes_ptr>>;

/// The REGISTRY: owner of the clients. Writes a change durably, publishes the new snapshot, waits
/// until all live nodes have done the same, then answers, so a caller that has the answer finds the
/// change in every validator.
using registry_actor = caf::typed_actor<caf::reacts_to<admin_atom, admin_batch>,
                                        // A hashed secret, returned by the hasher.
                                        caf::reacts_to<hash_atom, hash_request>,
                                        // From the hasher: keep its HMAC from now on.
                                        caf::reacts_to<verified_atom, proof>,
                                        // From the engine: another node may have changed clients
                                        // or keys, or all nodes know a change.
                                        caf::reacts_to<changed_atom>,
                                        // To itself, delayed: look for answers that wait too long.
                                        caf::reacts_to<tick_atom>,
                                        // From a gateway: this registered client got a token.
                                        caf::reacts_to<use_atom, std::string>,
                                        // To itself, delayed: remove registered clients that are
                                        // not used.
                                        caf::reacts_to<use_atom>,
                                        // To itself, delayed: seal secrets anew.
                                        caf::reacts_to<seal_atom>,
                                        // The algorithms that clients may ask for.
                                        caf::reacts_to<publish_atom, oauth::key_snapshot>,
                                        // From the supervisor, after a reload.
                                        caf::reacts_to<publish_atom, new_settings_ptr>,
                                        caf::reacts_to<routes_atom, routes_ptr>>;

/// The KEY KEEPER: owner of the signing keys. Writes a change durably, publishes the new snapshot,
/// waits until all live nodes have done the same, lets signers use it, then answers.
using key_keeper_actor =
    caf::typed_actor<caf::reacts_to<admin_atom, admin_batch>,
                     // From the registry: the catalog has this revision, and whether keys changed;
                     // or all nodes know a change.
                     caf::reacts_to<changed_atom, std::uint64_t, bool>,
                     // To itself, delayed: do what is due by the clock.
                     caf::reacts_to<tick_atom>,
                     // From the supervisor, after a reload: the documents may change, too.
                     caf::reacts_to<publish_atom, new_settings_ptr>,
                     caf::reacts_to<routes_atom, routes_ptr>>;

/// The KEY FETCHER: owner of the key sets at clients' jwks_uri. Has them fetched, publishes the new
/// snapshot, and gives the exchanges that waited for it back to their validators.
using key_fetcher_actor = caf::typed_actor<
    // Exchanges that need a key set, or a newer one.
    caf::reacts_to<fetch_atom, key_wait_batch>,
    // From the thread of the fetcher.
    caf::reacts_to<fetched_atom, key_delivery_ptr>,
    // To itself, delayed: fetch again what is due, refuse what waits too long.
    caf::reacts_to<tick_atom>,
    // From the supervisor, after a reload.
    caf::reacts_to<publish_atom, new_settings_ptr>, caf::reacts_to<routes_atom, routes_ptr>>;

/// The LOGOUT NOTIFIER: owner of what clients are to be told of the ends of sessions. Writes it
/// durably, answers the call, then delivers it and repeats what failed (LGO-04).
using logout_notifier_actor = caf::typed_actor<
    // From the registry: calls that have ended a session.
    caf::reacts_to<admin_atom, admin_batch>,
    // From a code store: the clients of a session.
    caf::reacts_to<found_atom, session_search_batch>,
    // From the thread of the fetcher.
    caf::reacts_to<fetched_atom, logout_answer_ptr>,
    // To itself: store what came of deliveries.
    caf::reacts_to<flush_atom>,
    // To itself, delayed: deliver what is due.
    caf::reacts_to<tick_atom>,
    // Who is told, and where.
    caf::reacts_to<publish_atom, oauth::registry_snapshot>,
    // To sign logout tokens; as signers get them.
    caf::reacts_to<publish_atom, oauth::key_snapshot>,
    // From the supervisor, after a reload.
    caf::reacts_to<publish_atom, new_settings_ptr>, caf::reacts_to<routes_atom, routes_ptr>>;

/// The I/O thread, of `io_threads`, that member `i` of a pool runs on.
[[nodiscard]] constexpr std::size_t io_thread_of(std::size_t i, std::size_t io_threads) noexcept {
  return i % io_threads;
}
/// The member of a pool of `size` that is next in turn on `io_thread`. A pool with fewer members
/// than I/O threads may yield a member on another one.
[[nodiscard]] constexpr std::size_t next_on_io_thread(std::size_t io_thread, std::size_t io_threads,
                                                      std::size_t size, std::size_t turn) noexcept {
  if (io_thread >= size) return io_thread % size;
  const auto here = (size - io_thread - 1) / io_threads + 1;
  return io_thread + turn % here * io_threads;
}

struct routes {
  std::vector<http_actor> http;  ///< by I/O thread
  std::vector<validator_actor> validators;
  std::vector<code_store_actor> code_stores;  ///< by shard: slot::shard(code_stores.size())
  std::vector<signer_actor> signers;
  std::vector<hasher_actor> hashers;
  registry_actor registry;
  key_keeper_actor key_keeper;
  key_fetcher_actor key_fetcher;
  logout_notifier_actor logout_notifier;
};

}  // namespace mintage::actors
