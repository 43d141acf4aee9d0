/// @file
/// Helpers that the codecs share: single fields, to and from their form in records.proto.
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "oauth/client/client.hpp"
#include "oauth/grant/resource.hpp"
#include "records.pb.h"

namespace mintage::storage {

using texts = google::protobuf::RepeatedPtrField<std::string>;

[[nodiscard]] inline std::int64_t to_millis(oauth::instant t) noexcept {
  return t.time_since_epoch().count();
}
[[nodiscard]] inline oauth::instant from_millis(std::int64_t ms) noexcept {
  return oauth::instant{oauth::milliseconds{ms}};
}

inline void write_texts(const std::vector<std::string>& from, texts& to) {
  for (const auto& text : from) {
    *to.Add() = text;
  }
}
[[nodiscard]] inline std::vector<std::string> read_texts(texts& from) {
  return {std::make_move_iterator(from.begin()), std::make_move_iterator(from.end())};
}

/// @returns false when `from` does not have that size.
template <std::size_t N>
[[nodiscard]] bool read_octets(const std::string& from, crypto::bytes<N>& to) noexcept {
  if (from.size() != N) {
    return false;
  }
  std::copy(from.begin(), from.end(), to.begin());
  return true;
}
template <std::size_t N>
void write_octets(const crypto::bytes<N>& from, std::string& to) {
  to.assign(crypto::as_chars(from));
}

// `from_record` returns false for a number that this version does not know.

[[nodiscard]] records::signature_algorithm to_record(crypto::jws_alg alg) noexcept;
[[nodiscard]] bool from_record(records::signature_algorithm from, crypto::jws_alg& to) noexcept;
[[nodiscard]] records::refresh_mode to_record(oauth::rt_mode mode) noexcept;
[[nodiscard]] bool from_record(records::refresh_mode from, oauth::rt_mode& to) noexcept;

void write_target(const oauth::target& from, records::target& to);
[[nodiscard]] bool read_target(const records::target& from, oauth::target& to);

/// Of a client: what it says of its software, and its registration if it registered itself.
void write_registration(const oauth::client& from, records::client& to);
[[nodiscard]] bool read_registration(records::client& from, oauth::client& to);

[[nodiscard]] inline bool parse(google::protobuf::MessageLite& m, std::string_view octets) {
  return octets.size() <= 0x7fffffff &&
         m.ParseFromArray(octets.data(), static_cast<int>(octets.size()));
}

/// Adds encoded fields that the message does not know; they are written with it.
inline void merge(google::protobuf::MessageLite& m, const std::string& fields) {
  static_cast<void>(m.MergeFromString(fields));
}

}  // namespace mintage::storage
