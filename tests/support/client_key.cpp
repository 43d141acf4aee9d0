#include "tests/support/client_key.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>

#include <chrono>
#include <memory>
#include <stdexcept>

#include "crypto/base64.hpp"
#include "crypto/jws.hpp"
#include "crypto/random.hpp"
#include "tests/support/admin_client.hpp"
#include "tests/support/server_process.hpp"

namespace mintage::test {

boost::json::object client_key::jwk() const {
  return parse_object(key_.public_part().jwk());
}

std::string client_key::pem() const {
  const auto out =
      std::unique_ptr<BIO, decltype(&BIO_free_all)>{BIO_new(BIO_s_mem()), BIO_free_all};
  if (PEM_write_bio_PUBKEY(out.get(), key_.native()) != 1)
    throw std::runtime_error{"cannot write the key"};
  char* octets = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &octets);
  return {octets, static_cast<std::size_t>(size)};
}

boost::json::object client_key::jwks() const {
  return {{"keys", boost::json::array{jwk()}}};
}

boost::json::object client_key::header() const {
  return {{"alg", to_string(key_.alg())}, {"kid", key_.kid()}};
}

std::string client_key::sign(const boost::json::object& header, std::string_view payload) const {
  auto out = std::string{};
  const auto encoded = crypto::base64url(crypto::as_bytes(boost::json::serialize(header)));
  crypto::jws_signer{key_}.append_compact(out, encoded, payload);
  return out;
}

std::int64_t seconds_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

boost::json::object assertion_claims(std::string_view client_id) {
  const auto now = seconds_now();
  return {{"iss", client_id}, {"sub", client_id},
          {"aud", issuer},    {"iat", now},
          {"exp", now + 60},  {"jti", crypto::base64url(crypto::buffered_random{}.take<16>())}};
}

std::string make_assertion(const client_key& key, std::string_view client_id) {
  return key.sign(key.header(), boost::json::serialize(assertion_claims(client_id)));
}

}  // namespace mintage::test
