#include "actors/stages/query_answer.hpp"

#include <utility>

#include "oauth/token/query_answer.hpp"

namespace mintage::actors {

bool answer_query(service::query_exchange& x, const oauth::found_token& found, bool alive,
                  const oauth::client_registry& known, oauth::instant now,
                  const oauth::options& rules) {
  x.is_bound = found.access && found.access->bound_to.jkt;
  auto answer =
      oauth::answer_query(x.request, x.client, x.bound_to, found, alive, known, now, rules);
  if (auto* const unsigned_yet = std::get_if<oauth::claims_to_sign>(&answer)) {
    x.claims = std::move(unsigned_yet->claims);
    x.alg = unsigned_yet->alg;
    return true;
  }
  if (auto* const plain = std::get_if<oauth::plain_answer>(&answer)) {
    x.body = std::move(plain->body);
    x.done = true;
  } else {
    x.denied = std::get<oauth::denial>(answer);
  }
  return false;
}

}  // namespace mintage::actors
