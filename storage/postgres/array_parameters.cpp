#include "storage/postgres/array_parameters.hpp"

namespace mintage::storage::postgres {
namespace {

/// Appends the low `octets` of a number, big-endian.
void append_number(std::string& to, std::int64_t value, std::size_t octets) {
  const auto bits = static_cast<std::uint64_t>(value);
  for (auto i = octets; i-- > 0;) to.push_back(static_cast<char>(bits >> (8 * i) & 0xff));
}

}  // namespace

std::string& array_parameters::begin() {
  if (used_ == buffers_.size()) buffers_.emplace_back();
  auto& fresh = buffers_[used_++];
  fresh.clear();
  return fresh;
}

// Dimensions, flags, type of the elements, their number, index of the first.
void array_parameters::begin_array(sql_type of, std::size_t count) {
  auto& to = begin();
  append_number(to, 1, 4);
  append_number(to, 0, 4);
  append_number(to, static_cast<std::int64_t>(of), 4);
  append_number(to, static_cast<std::int64_t>(count), 4);
  append_number(to, 1, 4);
}

void array_parameters::add(std::string_view octets) {
  auto& to = buffers_[used_ - 1];
  append_number(to, static_cast<std::int64_t>(octets.size()), 4);
  to.append(octets);
}

void array_parameters::add_integer(std::int64_t value, std::size_t octets) {
  auto& to = buffers_[used_ - 1];
  append_number(to, static_cast<std::int64_t>(octets), 4);
  append_number(to, value, octets);
}

void array_parameters::put_integer(std::int64_t value, std::size_t octets) {
  append_number(begin(), value, octets);
}

const char* const* array_parameters::values() {
  values_.clear();
  for (auto i = std::size_t{0}; i < used_; ++i) values_.push_back(buffers_[i].data());
  return values_.data();
}

const int* array_parameters::lengths() {
  lengths_.clear();
  for (auto i = std::size_t{0}; i < used_; ++i)
    lengths_.push_back(static_cast<int>(buffers_[i].size()));
  return lengths_.data();
}

const int* array_parameters::formats() {
  formats_.assign(used_, 1);
  return formats_.data();
}

}  // namespace mintage::storage::postgres
