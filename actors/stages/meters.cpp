#include "actors/stages/meters.hpp"

namespace mintage::actors {
namespace {

/// The error as it was sent, except for the two codes that are sent alike.
std::string result_label(oauth::errc code) {
  return code == oauth::errc::slow_down ? "slow_down" : std::string{to_string(code)};
}

metrics::labels with_result(const request_labels& of, std::string result) {
  return {{"endpoint", std::string{of.endpoint}},
          {"grant", std::string{of.grant}},
          {"result", std::move(result)}};
}

}  // namespace

signer_meters::signer_meters()
    : pool_meters{"signer"},
      sign_ns{metrics::make_cells<metrics::duration_histogram, crypto::jws_algs.size()>(
          [this](std::size_t i) {
            return metrics::duration_histogram{
                *this,
                sign_seconds,
                {{"alg", std::string{to_string(crypto::jws_algs[i])}}},
                metrics::shown::once_used};
          })} {}

std::string_view to_string(key_fetch_cause c) noexcept {
  switch (c) {
    case key_fetch_cause::first:
      return "first";
    case key_fetch_cause::refresh:
      return "refresh";
    case key_fetch_cause::unknown_kid:
      return "unknown_kid";
  }
  return "";
}

key_fetcher_meters::key_fetcher_meters()
    : pool_meters{"key_fetcher"},
      ordered{metrics::make_cells<metrics::counter, key_fetch_causes.size()>([this](std::size_t i) {
        return metrics::counter{
            *this, key_fetches_total, {{"cause", std::string{to_string(key_fetch_causes[i])}}}};
      })} {}

std::string_view to_string(logout_result r) noexcept {
  switch (r) {
    case logout_result::ok:
      return "ok";
    case logout_result::failed:
      return "failed";
    case logout_result::dropped:
      return "dropped";
    case logout_result::no_room:
      return "no_room";
  }
  return "";
}

logout_meters::logout_meters()
    : deliveries{
          metrics::make_cells<metrics::counter, logout_results.size()>([this](std::size_t i) {
            return metrics::counter{*this,
                                    {"mintage_logout_deliveries_total",
                                     "Logout tokens that were delivered or given up, by result."},
                                    {{"result", std::string{to_string(logout_results[i])}}}};
          })} {}

supervisor_meters::supervisor_meters()
    : restarts{metrics::make_cells<metrics::counter, pools.size()>([this](std::size_t i) {
        return metrics::counter{
            *this, restarts_total, {{"pool", std::string{to_string(pools[i])}}}};
      })} {}

answer_meters::answer_meters(metrics::meter_group& in, const request_labels& with)
    : ok{in, requests_total, with_result(with, "ok"),
         with == labels_of(unread_token) ? metrics::shown::once_used : metrics::shown::always},
      refused{metrics::make_cells<metrics::counter, oauth::errcs.size()>([&](std::size_t i) {
        return metrics::counter{in, requests_total,
                                with_result(with, result_label(oauth::errcs[i])),
                                metrics::shown::once_used};
      })} {}

io_thread_meters::io_thread_meters()
    : answers{metrics::make_cells<answer_meters, request_kinds.size()>([this](std::size_t i) {
        return answer_meters{*this, request_kinds[i]};
      })},
      answer_ns{metrics::make_cells<metrics::duration_histogram, request_kinds.size()>(
          [this](std::size_t i) {
            return metrics::duration_histogram{
                *this, request_seconds, {{"endpoint", std::string{request_kinds[i].endpoint}}}};
          })} {}

meter_board::meter_board(std::size_t io_threads_count, std::size_t validators_count,
                         std::size_t code_stores_count, std::size_t signers_count,
                         std::size_t hashers_count)
    : io_threads(io_threads_count),
      validators(validators_count),
      hashers(hashers_count),
      code_stores(code_stores_count),
      signers(signers_count),
      members{{{io_threads_count, validators_count, code_stores_count, signers_count, hashers_count,
                1, 1, 1, 1}}} {
  const auto attach_all = [this](const auto& of_pool) {
    for (const auto& m : of_pool) attach(m);
  };
  attach_all(io_threads);
  attach_all(validators);
  attach_all(hashers);
  attach_all(code_stores);
  attach_all(signers);
  attach(key_fetcher);
  attach(registry);
  attach(logouts);
  attach(supervisor);
}

}  // namespace mintage::actors
