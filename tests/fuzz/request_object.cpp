/// @file
/// Fuzzes a request object. After a first line "sign", the second line is a JOSE header and the
/// rest are claims, which are signed before the check; any other input is the JWT as it is.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/base64.hpp"
#include "crypto/jws.hpp"
#include "oauth/authorization/request_object.hpp"
#include "tests/unit/crypto/example_key.hpp"

namespace {

using namespace mintage;

void require(bool holds) {
  if (!holds) __builtin_trap();
}

const crypto::signing_key& key() {
  static const auto made =
      crypto::signing_key::load(crypto::jws_alg::es256, crypto::example_der()).value();
  return made;
}

void check_object(std::string_view compact) {
  static const auto keys =
      oauth::key_set::read(R"({"keys":[)" + key().public_part().jwk() + "]}").value();
  static const auto o = oauth::options{};
  const auto now = oauth::instant{oauth::seconds{1'800'000'000}};
  auto c = oauth::client{};
  c.id = "app";
  const auto read = oauth::read_request_object(compact);
  if (!read) return require(read.error().code == oauth::errc::invalid_request_object);
  require(compact.starts_with(read->jwt.signed_text));
  static_cast<void>(oauth::find_keys(*read, c, &keys));
  for (const auto profile : {oauth::client_profile::standard, oauth::client_profile::fapi2}) {
    c.profile = profile;
    if (oauth::check_claims(*read, c, o, now)) {
      require(read->claims.string("client_id") == c.id && read->claims.string("sub") != c.id);
    }
  }
  auto sent = oauth::authorization_parameters{};
  sent.collect(read->claims);
  require(!sent.has(oauth::authorization_parameter::request));
  for (const auto& row : oauth::authorization_parameter_table) {
    require(sent[row.id].size() <= oauth::max_long_parameter_value);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr auto mark = std::string_view{"sign\n"};
  auto text = std::string_view{reinterpret_cast<const char*>(data), size};
  if (!text.starts_with(mark)) {
    check_object(text);
    return 0;
  }
  text.remove_prefix(mark.size());
  const auto end = std::min(text.find('\n'), text.size());
  const auto claims = text.substr(std::min(end + 1, text.size()));
  static auto signer = crypto::jws_signer{key()};
  auto compact = std::string{};
  signer.append_compact(compact, crypto::base64url(text.substr(0, end)), claims);
  check_object(compact);
  return 0;
}
