#include "crypto/password.hpp"

#include <array>
#include <cstdint>
#include <new>
#include <optional>
#include <stdexcept>
#include <tl/expected.hpp>
#include <utility>

#include <argon2.h>
#include <openssl/crypto.h>

#include "crypto/digest.hpp"
#include "crypto/phc.hpp"

namespace mintage::crypto {

namespace {

constexpr auto memory_kib = std::uint32_t{19456};
constexpr auto passes = std::uint32_t{2};
constexpr auto lanes = std::uint32_t{1};
constexpr auto tag_size = std::uint32_t{32};
constexpr auto salt_size = std::uint32_t{16};

// Limits of the parameters of an imported PHC string.
constexpr auto least_kib_per_lane = std::uint32_t{8};
constexpr auto most_memory_kib = std::uint32_t{256 * 1024};
constexpr auto most_passes = std::uint32_t{16};
/// Of memory times passes, the time that a comparison takes.
constexpr auto most_work_kib = std::uint64_t{1024 * 1024};
constexpr auto most_lanes = std::uint32_t{16};
constexpr auto least_salt = std::size_t{8};
constexpr auto least_tag = std::size_t{16};
constexpr auto most_encoded = std::size_t{512};

struct variant {
  std::string_view prefix;
  argon2_type type;
  hash_fault form;
};
constexpr auto argon2id =
    variant{"$argon2id$v=19$m=", Argon2_id,
            "must have the form $argon2id$v=19$m=KIB,t=PASSES,p=LANES$SALT$HASH"};
constexpr auto argon2i =
    variant{"$argon2i$v=19$m=", Argon2_i,
            "must have the form $argon2i$v=19$m=KIB,t=PASSES,p=LANES$SALT$HASH"};

struct parts {
  std::uint32_t memory = 0;  ///< KiB
  std::uint32_t passes = 0;
  std::uint32_t lanes = 0;
  std::string salt;
  std::string tag;
};

hash_fault fault_of(const parts& p) {
  if (p.lanes < 1 || p.lanes > most_lanes) return "must have 1 to 16 lanes of argon2";
  if (p.memory < least_kib_per_lane * p.lanes || p.memory > most_memory_kib)
    return "must have an argon2 memory of 8 KiB per lane to 262144 KiB";
  if (p.passes < 1 || p.passes > most_passes) return "must have 1 to 16 passes of argon2";
  if (std::uint64_t{p.memory} * p.passes > most_work_kib)
    return "must have an argon2 memory that times its passes is 1048576 KiB at most";
  if (p.salt.size() < least_salt) return "must have an argon2 salt of 8 octets or more";
  if (p.tag.size() < least_tag) return "must have an argon2 hash of 16 octets or more";
  return {};
}

tl::expected<parts, hash_fault> parse(std::string_view encoded, const variant& v) {
  const auto malformed = tl::unexpected{v.form};
  auto in = phc_reader{encoded};
  if (encoded.size() > most_encoded || !in.take(v.prefix)) return malformed;
  const auto memory = in.take_number();
  if (!memory || !in.take(",t=")) return malformed;
  const auto time = in.take_number();
  if (!time || !in.take(",p=")) return malformed;
  const auto parallel = in.take_number();
  if (!parallel || !in.take("$")) return malformed;
  auto salt = in.take_base64();
  if (!salt || !in.take("$")) return malformed;
  auto tag = in.take_base64();
  if (!tag || !in.is_at_end()) return malformed;
  auto out = parts{*memory, *time, *parallel, std::move(*salt), std::move(*tag)};
  if (const auto fault = fault_of(out); !fault.empty()) return tl::unexpected{fault};
  return out;
}

hash_fault fault_of(std::string_view encoded, const variant& v) {
  const auto parsed = parse(encoded, v);
  return parsed ? hash_fault{} : parsed.error();
}

/// The library takes inputs as pointers to octets that it could change, and does not change them
/// without a flag.
std::uint8_t* as_input(std::string_view text) noexcept {
  return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
}

bool verify(std::string_view encoded, std::string_view password, const variant& v) {
  const auto parsed = parse(encoded, v);
  if (!parsed) return false;
  auto made = std::array<std::uint8_t, most_encoded>{};
  auto context = argon2_context{};
  context.out = made.data();
  context.outlen = static_cast<std::uint32_t>(parsed->tag.size());
  context.pwd = as_input(password);
  context.pwdlen = static_cast<std::uint32_t>(password.size());
  context.salt = as_input(parsed->salt);
  context.saltlen = static_cast<std::uint32_t>(parsed->salt.size());
  context.t_cost = parsed->passes;
  context.m_cost = parsed->memory;
  context.lanes = parsed->lanes;
  context.threads = 1;
  context.version = ARGON2_VERSION_13;
  const auto outcome = ::argon2_ctx(&context, v.type);
  // A lack of memory says nothing about the password.
  if (outcome == ARGON2_MEMORY_ALLOCATION_ERROR) throw std::bad_alloc{};
  const auto equal =
      constant_time_equal(as_bytes(parsed->tag), bytes_view{made}.first(parsed->tag.size()));
  OPENSSL_cleanse(made.data(), made.size());
  return outcome == ARGON2_OK && equal;
}

}  // namespace

std::string argon2id_hash(std::string_view password, random_source& random) {
  const auto salt = random.take<salt_size>();
  // The length includes the terminating NUL, for which std::string has room anyway.
  const auto length = argon2_encodedlen(passes, memory_kib, lanes, salt_size, tag_size, Argon2_id);
  auto encoded = std::string(length - 1, '\0');
  const auto outcome =
      argon2id_hash_encoded(passes, memory_kib, lanes, password.data(), password.size(),
                            salt.data(), salt.size(), tag_size, encoded.data(), length);
  if (outcome != ARGON2_OK) throw std::runtime_error{argon2_error_message(outcome)};
  return encoded;
}

hash_fault argon2id_fault(std::string_view encoded) {
  return fault_of(encoded, argon2id);
}
hash_fault argon2i_fault(std::string_view encoded) {
  return fault_of(encoded, argon2i);
}
bool argon2id_verify(std::string_view encoded, std::string_view password) {
  return verify(encoded, password, argon2id);
}
bool argon2i_verify(std::string_view encoded, std::string_view password) {
  return verify(encoded, password, argon2i);
}

}  // namespace mintage::crypto
