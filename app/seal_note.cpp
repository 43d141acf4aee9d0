#include "app/seal_note.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstdint>

#include "app/private_files.hpp"
#include "crypto/seal.hpp"
#include "crypto/secret.hpp"

namespace mintage::app {
namespace {

// The format is that of all databases: DO NOT CHANGE.
/// Of the note of a server whose seal key was never rotated, and all that it says.
constexpr auto first_context = std::string_view{"note/seal-check"};
constexpr auto first_text = std::string_view{"mintage"};
/// Of a ring: a version that knows none does not take its newest root for the only one.
constexpr auto ring_context = std::string_view{"note/seal-ring"};
constexpr auto ring_version = std::uint8_t{1};

crypto::digest check_key(const crypto::root_key& root) {
  return root.derive("mintage/check/1");
}

/// Numbers are written with the high octet first.
void append(std::string& out, std::uint64_t value, unsigned octets) {
  for (auto i = octets; i > 0; --i) out += static_cast<char>(value >> (8 * (i - 1)) & 0xff);
}

/// Reads from the front; what is not there reads as zero, and `failed` says so.
struct reader {
  std::string_view rest;
  bool failed = false;

  std::uint64_t number(unsigned octets) {
    auto value = std::uint64_t{0};
    for (const auto c : take(octets)) value = value << 8 | static_cast<std::uint8_t>(c);
    return value;
  }
  crypto::digest digest() {
    auto out = crypto::digest{};
    const auto found = take(out.size());
    std::transform(found.begin(), found.end(), out.begin(),
                   [](char c) { return static_cast<std::uint8_t>(c); });
    return out;
  }

 private:
  std::string_view take(std::size_t size) {
    if (size > rest.size()) {
      failed = true;
      return {};
    }
    const auto out = rest.substr(0, size);
    rest.remove_prefix(size);
    return out;
  }
};

crypto::root_ring_content read_ring(const crypto::root_key& newest, std::string_view payload) {
  auto from = reader{payload};
  const auto version = from.number(1);
  auto ring = crypto::root_ring_content{};
  ring.newest = newest;
  ring.generation = static_cast<std::uint32_t>(from.number(4));
  ring.since = static_cast<std::int64_t>(from.number(8));
  for (auto& key : ring.lasting) key = from.digest();
  const auto count = from.number(1);
  for (auto i = std::uint64_t{0}; i < count && !from.failed; ++i) {
    auto& f = ring.former.emplace_back();
    f.generation = static_cast<std::uint32_t>(from.number(4));
    f.replaced = static_cast<std::int64_t>(from.number(8));
    f.kept_until = static_cast<std::int64_t>(from.number(8));
    auto octets = from.digest();
    f.key = octets;
    OPENSSL_cleanse(octets.data(), octets.size());
  }
  if (version != ring_version || from.failed || !from.rest.empty())
    throw file_error{"the seal keys in the database were written by a newer version"};
  return ring;
}

}  // namespace

std::string make_seal_note(const crypto::root_ring_content& ring) {
  const auto key = check_key(ring.newest);
  if (ring.generation == 1) return crypto::seal(key, first_context, first_text);
  auto text = std::string{};
  constexpr auto head = sizeof(ring_version) + 4 + 8 + sizeof(ring.lasting) + 1;
  constexpr auto each = 4 + 8 + 8 + sizeof(crypto::digest);
  text.reserve(head + each * ring.former.size());  // the wiped string has the only copy
  append(text, ring_version, 1);
  append(text, ring.generation, 4);
  append(text, static_cast<std::uint64_t>(ring.since), 8);
  for (const auto& k : ring.lasting) text += crypto::as_chars(k);
  append(text, ring.former.size(), 1);
  for (const auto& f : ring.former) {
    append(text, f.generation, 4);
    append(text, static_cast<std::uint64_t>(f.replaced), 8);
    append(text, static_cast<std::uint64_t>(f.kept_until), 8);
    f.key.append_to(text);
  }
  const auto payload = crypto::secret_string{std::move(text)};
  return crypto::seal(key, ring_context, payload.reveal());
}

std::optional<crypto::root_ring_content> open_seal_note(const crypto::root_key& root,
                                                        std::string_view note) {
  const auto key = check_key(root);
  if (crypto::unseal(key, first_context, note)) return crypto::first_ring(root);
  const auto ring = crypto::unseal(key, ring_context, note);
  return ring ? std::optional{read_ring(root, ring->reveal())} : std::nullopt;
}

}  // namespace mintage::app
