/// @file
/// The gateway of one I/O thread: the entry for net/, and where exchanges return.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "actors/interfaces.hpp"
#include "actors/stages/admission.hpp"
#include "actors/stages/meters.hpp"
#include "actors/stages/refusal_book.hpp"
#include "crypto/random.hpp"
#include "service/operations.hpp"
#include "service/service.hpp"
#include "storage/engine.hpp"

namespace mintage::actors {

/// Admits exchanges, collects those of one poll round into a batch for a validator, and passes
/// answers to callers. All functions but `returned` run on its I/O thread, as does the HTTP actor
/// that calls it. Outlives the actors.
class request_gateway final : public service::token_service, public service::origin_gateway {
 public:
  /// @param limit exchanges in flight at most. Those of the admin interface do not count: they are
  ///        bounded by the sessions that make them. @param operations null = its calls are refused.
  request_gateway(std::uint32_t index, service::io_thread& io_thread, std::size_t limit,
                  oauth::clock& clock, service::journal& journal, const storage::engine& engine,
                  meter_board& board, refusal_book& refusals,
                  service::operations* operations = nullptr);

  // service::token_service
  void submit(service::handle<service::exchange> x) override;
  [[nodiscard]] bool has_room() override;
  [[nodiscard]] std::shared_ptr<const oauth::public_documents> documents() const override {
    return documents_;
  }
  [[nodiscard]] bool knows_origin(std::string_view origin) const override {
    return clients_ != nullptr && clients_->has_origin(origin);
  }
  [[nodiscard]] bool ready() const override;
  [[nodiscard]] oauth::instant now() const override { return clock_.now(); }
  [[nodiscard]] service::request_id next_request_id() override;
  void note_refusal(std::string_view endpoint, const service::request_id& id,
                    const oauth::denial& why, std::string_view came) override;
  [[nodiscard]] std::string metrics() const override;

  // service::origin_gateway
  void returned(service::exchange* x) noexcept override;

  // From the HTTP actor.
  void finish(service::token_handle x);
  void finish(service::query_handle x);
  void finish(service::mint_handle x);
  void finish(service::admin_handle x);
  void finish(service::authorization_handle x);
  void publish(std::shared_ptr<const oauth::public_documents> d) { documents_ = std::move(d); }
  void publish(oauth::key_snapshot keys) { keys_ = std::move(keys); }
  void publish(oauth::registry_snapshot clients) { clients_ = std::move(clients); }
  void reroute(routes_ptr r);
  /// Sets another limit. @param limit as of the constructor.
  void set_limit(std::size_t limit) noexcept {
    admission_.set_most(limit);
    most_parked_ = limit / 2;
  }
  /// The delayed message that `tick_soon` sent has come.
  void tick();
  /// The latest routes that this I/O thread has received; null before the first.
  [[nodiscard]] const routes_ptr& current_routes() const noexcept { return routes_; }

  [[nodiscard]] service::io_thread& io_thread() const noexcept { return io_thread_; }

 private:
  void depart_soon();
  void depart();
  template <class Handle>
  void admit(Handle x, std::vector<Handle>& to);
  void send_off(service::token_handle x);
  void send_off(service::query_handle x);
  void send_off(service::mint_handle x);
  void send_off(service::admin_handle x);
  void send_off(service::authorization_handle x);
  void take_back(service::token_handle x);
  void take_back(service::query_handle x);
  void take_back(service::mint_handle x);
  void take_back(service::admin_handle x);
  void take_back(service::authorization_handle x);
  void note_use(std::string_view client_id);
  void refuse(service::token_handle x);
  void refuse(service::query_handle x);
  void refuse(service::authorization_handle x);
  void count_refusal(request_kind kind, const oauth::denial& why);
  void remember(oauth::refused_request refused);
  template <class Exchange>
  void report_refusal(const Exchange& x, std::string_view endpoint, std::string_view grant);
  void tell_refusal(service::admin_handle x, const oauth::show_refusal& asked);
  template <class Exchange>
  void tell(service::handle<Exchange> x);
  template <class Handle>
  void park(Handle x, std::vector<Handle>& with);
  template <class Handle>
  void retry(std::vector<Handle>& parked, std::vector<Handle>& to);
  void send_to_owner(service::admin_handle x);
  /// Sends on the exchanges for which the journal has room now, and refuses those that have waited
  /// too long.
  void retry_parked();
  void tick_soon();

  const std::uint32_t index_;
  service::io_thread& io_thread_;
  admission admission_;
  oauth::clock& clock_;
  service::journal& journal_;
  const storage::engine& engine_;
  meter_board& board_;
  refusal_book& refusals_;
  service::operations* operations_;
  io_thread_meters& meters_;
  crypto::buffered_random random_;

  routes_ptr routes_;
  std::shared_ptr<const oauth::public_documents> documents_;
  oauth::key_snapshot keys_;
  oauth::registry_snapshot clients_;
  std::size_t in_flight_ = 0;
  std::size_t next_validator_ = 0;
  bool departing_ = false;
  std::vector<service::token_handle> tokens_;
  std::vector<service::query_handle> queries_;
  std::vector<service::mint_handle> mints_;
  std::vector<service::authorization_handle> authorizations_;
  // Exchanges that wait for room in the journal.
  std::vector<service::token_handle> parked_tokens_;
  std::vector<service::query_handle> parked_queries_;
  std::vector<service::mint_handle> parked_mints_;
  std::vector<service::admin_handle> parked_admin_;
  std::vector<service::authorization_handle> parked_authorizations_;
  /// Maximum number of waiting token and query exchanges; others need the rest of the limit.
  std::size_t most_parked_;
  bool is_ticking_ = false;
};

}  // namespace mintage::actors
