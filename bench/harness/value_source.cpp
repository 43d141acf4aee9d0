#include "bench/harness/value_source.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "bench/harness/load.hpp"

namespace mintage::bench {
namespace {

class no_values_source final : public value_source {
 public:
  [[nodiscard]] value_use use() const noexcept override { return value_use::none; }
  [[nodiscard]] std::vector<std::string> take(std::size_t) override { return {}; }
};

class minting final : public value_source {
 public:
  minting(const target_server& s, client who, std::string scope)
      : server_{s}, who_{std::move(who)}, scope_{std::move(scope)} {}
  [[nodiscard]] value_use use() const noexcept override { return value_use::once; }
  [[nodiscard]] std::vector<std::string> take(std::size_t count) override {
    return server_.mint(who_, scope_, count);
  }

 private:
  const target_server& server_;
  client who_;
  std::string scope_;
};

class obtaining final : public value_source {
 public:
  obtaining(const target_server& s, client who, request_kind kind, value_use use)
      : server_{s}, who_{std::move(who)}, kind_{kind}, use_{use} {}
  [[nodiscard]] value_use use() const noexcept override { return use_; }

  [[nodiscard]] std::vector<std::string> take(std::size_t count) override {
    const auto refreshes = kind_ == request_kind::refresh;
    auto codes =
        server_.mint(who_, refreshes ? "openid profile offline_access" : "openid profile", count);
    auto sources = std::vector<workload>{};
    sources.emplace_back(
        std::vector{work{request_kind::code, 1,
                         form_template{request_kind::code, who_, server_.where().host,
                                       server_.path_for(request_kind::code)},
                         expectation{true, refreshes, false}, value_use::once, std::move(codes)}});
    auto o = load_options{};
    o.where = server_.where().where;
    o.tls = server_.where().tls.get();
    o.connections = std::min<std::size_t>(16, count);
    o.duration = std::chrono::minutes{1};  // ends earlier, when the codes are used up
    o.keep_every = 1;
    auto got = run_load(o, sources);
    if (got.kept.size() != count) {
      const auto& kinds = got.counts.kinds();
      throw std::runtime_error{"obtaining tokens: " +
                               (kinds.empty() ? "too slow" : kinds.begin()->first)};
    }
    auto out = std::vector<std::string>{};
    for (auto& each : got.kept)
      out.push_back(std::move(refreshes ? each.refresh_token : each.access_token));
    return out;
  }

 private:
  const target_server& server_;
  client who_;
  request_kind kind_;
  value_use use_;
};

class listed final : public value_source {
 public:
  listed(std::vector<std::string> values, value_use use) : values_{std::move(values)}, use_{use} {}
  [[nodiscard]] value_use use() const noexcept override { return use_; }
  [[nodiscard]] std::vector<std::string> take(std::size_t count) override {
    if (use_ != value_use::once) return std::exchange(values_, {});
    count = std::min(count, values_.size());
    const auto begin = values_.end() - static_cast<std::ptrdiff_t>(count);
    auto out = std::vector(std::make_move_iterator(begin), std::make_move_iterator(values_.end()));
    values_.resize(values_.size() - count);
    return out;
  }
  void give_back(std::vector<std::string> values) override {
    if (use_ == value_use::once) return;
    std::move(values.begin(), values.end(), std::back_inserter(values_));
  }
  [[nodiscard]] std::optional<std::size_t> left() const override {
    if (use_ != value_use::once) return {};
    return values_.size();
  }

 private:
  std::vector<std::string> values_;
  value_use use_;
};

}  // namespace

std::unique_ptr<value_source> no_values() {
  return std::make_unique<no_values_source>();
}

std::unique_ptr<value_source> minted_codes(const target_server& s, const client& who,
                                           std::string scope) {
  return std::make_unique<minting>(s, who, std::move(scope));
}

std::unique_ptr<value_source> stocked_codes(std::vector<std::string> codes) {
  return std::make_unique<listed>(std::move(codes), value_use::once);
}

std::unique_ptr<value_source> obtained_tokens(const target_server& s, const client& who,
                                              request_kind kind, value_use use) {
  return std::make_unique<obtaining>(s, who, kind, use);
}

std::unique_ptr<value_source> listed_values(const std::filesystem::path& file, value_use use) {
  auto in = std::ifstream{file};
  auto values = std::vector<std::string>{};
  for (auto line = std::string{}; std::getline(in, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) values.push_back(line);
  }
  if (values.empty()) throw std::runtime_error{file.string() + ": holds no codes or tokens"};
  return std::make_unique<listed>(std::move(values), use);
}

}  // namespace mintage::bench
