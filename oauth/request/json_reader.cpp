#include "oauth/request/json_reader.hpp"

#include <simdjson.h>

#include <algorithm>
#include <new>
#include <utility>

namespace mintage::oauth {
namespace {

/// Depth of non-empty objects and arrays, the outermost included (JWS-02).
constexpr auto deepest = std::size_t{16};

}  // namespace

struct json_object::impl {
  simdjson::dom::parser parser;
  simdjson::dom::object object;

  template <class T>
  [[nodiscard]] std::optional<T> get(std::string_view name) const {
    auto value = T{};
    if (object[name].get(value) != simdjson::SUCCESS) return std::nullopt;
    return value;
  }
};

json_object::json_object(std::unique_ptr<impl> read) noexcept : impl_{std::move(read)} {}
json_object::~json_object() = default;
json_object::json_object(json_object&&) noexcept = default;
json_object& json_object::operator=(json_object&&) noexcept = default;

std::optional<json_object> json_object::read(std::string_view text) {
  if (text.empty()) return std::nullopt;
  auto made = std::make_unique<impl>();
  // The parser counts scalars as a level.
  if (made->parser.allocate(text.size(), deepest + 1) != simdjson::SUCCESS) throw std::bad_alloc{};
  auto document = simdjson::dom::element{};
  if (made->parser.parse(text.data(), text.size()).get(document) != simdjson::SUCCESS ||
      document.get(made->object) != simdjson::SUCCESS || repeats_a_member(document)) {
    return std::nullopt;
  }
  return json_object{std::move(made)};
}

bool json_object::has(std::string_view name) const {
  return impl_->object[name].error() == simdjson::SUCCESS;
}

std::optional<std::string_view> json_object::string(std::string_view name) const {
  return impl_->get<std::string_view>(name);
}

bool json_object::has(std::string_view outer, std::string_view name) const {
  return impl_->object[outer][name].error() == simdjson::SUCCESS;
}

std::optional<std::string_view> json_object::string(std::string_view outer,
                                                    std::string_view name) const {
  auto value = std::string_view{};
  if (impl_->object[outer][name].get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<std::int64_t> json_object::integer(std::string_view name) const {
  return impl_->get<std::int64_t>(name);
}

std::optional<double> json_object::number(std::string_view name) const {
  // Conversion from an integer is part of reading a double.
  return impl_->get<double>(name);
}

std::optional<std::string> json_object::object(std::string_view name) const {
  const auto inner = impl_->get<simdjson::dom::object>(name);
  if (!inner) return std::nullopt;
  return simdjson::minify(*inner);
}

std::optional<bool> json_object::boolean(std::string_view name) const {
  return impl_->get<bool>(name);
}

std::optional<std::vector<std::string_view>> json_object::strings(std::string_view name) const {
  const auto items = impl_->get<simdjson::dom::array>(name);
  if (!items) return std::nullopt;
  auto out = std::vector<std::string_view>{};
  for (const auto item : *items) {
    if (auto text = std::string_view{}; item.get(text) == simdjson::SUCCESS) {
      out.push_back(text);
    } else {
      return std::nullopt;
    }
  }
  return out;
}

bool repeats_a_member(simdjson::dom::element where) {
  if (auto items = simdjson::dom::array{}; where.get(items) == simdjson::SUCCESS) {
    return std::any_of(items.begin(), items.end(), repeats_a_member);
  }
  auto object = simdjson::dom::object{};
  if (where.get(object) != simdjson::SUCCESS) return false;
  auto names = std::vector<std::string_view>{};
  for (const auto& [name, inner] : object) {
    if (repeats_a_member(inner)) return true;
    names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

}  // namespace mintage::oauth
