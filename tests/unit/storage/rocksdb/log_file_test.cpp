#include "storage/rocksdb/log_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "storage/rocksdb/crc32c.hpp"
#include "tests/storage/store_driver.hpp"

namespace mintage::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(crc32c, gives_known_answers) {  // RFC 3720 §B.4
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43U);
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
  EXPECT_EQ(crc32c(""), 0U);
}

/// One fragment: 1 whole, 2 first, 3 middle, 4 last.
std::string fragment(char type, const std::string& data) {
  const auto body = std::string{type} + data;
  const auto crc = masked_crc32c(body);
  auto out = std::string{};
  for (auto i = 0; i < 4; ++i) out += static_cast<char>(crc >> 8 * i);
  out += static_cast<char>(data.size() & 0xff);
  out += static_cast<char>(data.size() >> 8);
  return out + body;
}

class log_file : public testing::Test, public log_visitor {
 protected:
  void record(std::uint64_t, std::string_view octets) override { records.emplace_back(octets); }
  void fault(const log_fault& f) override { faults.push_back(f); }
  void read(const std::string& octets) {
    records.clear();
    faults.clear();
    std::ofstream{directory_.path() / "log", std::ios::binary} << octets;
    read_log(directory_.path() / "log", *this);
  }
  std::vector<std::string> records;
  std::vector<log_fault> faults;

 private:
  temporary_folder directory_;
};

TEST_F(log_file, that_is_whole_shows_its_records) {
  read("");
  EXPECT_THAT(records, IsEmpty());
  // The second record does not fit into the rest of the block; its third fragment does.
  const auto a = std::string(32768 - 7 - 10, 'a');
  read(fragment(1, a) + fragment(2, "bbb") + fragment(3, std::string(32761, 'c')) +
       fragment(4, "d") + fragment(1, "e"));
  EXPECT_THAT(records, ElementsAre(a, "bbb" + std::string(32761, 'c') + "d", "e"));
  EXPECT_THAT(faults, IsEmpty());
}

TEST_F(log_file, that_is_damaged_shows_what_stands_behind) {
  const auto whole = fragment(1, "one") + fragment(1, "two") + fragment(1, "three");
  for (auto i = std::size_t{10}; i < 20; ++i) {
    auto octets = whole;
    octets[i] = static_cast<char>(octets[i] ^ 4);
    read(octets);
    EXPECT_THAT(records, ElementsAre("one", "three")) << i;
    ASSERT_THAT(faults, SizeIs(1)) << i;
    EXPECT_EQ(faults[0].offset, 10U);
    EXPECT_FALSE(faults[0].is_truncated);
  }
}

TEST_F(log_file, that_ends_inside_a_record_is_truncated) {
  const auto whole = fragment(1, "one") + fragment(1, "twenty");
  for (auto size = whole.size() - 1; size > 10; --size) {
    read(whole.substr(0, size));
    EXPECT_THAT(records, ElementsAre("one"));
    ASSERT_THAT(faults, SizeIs(1)) << size;
    EXPECT_EQ(faults[0].offset, 10U);
    EXPECT_TRUE(faults[0].is_truncated);
    EXPECT_EQ(faults[0].head, size > 17 ? whole.substr(17, size - 17) : "");
  }
}

TEST_F(log_file, whose_last_length_is_damaged_is_not_truncated) {
  const auto whole = fragment(1, "one") + fragment(1, "twenty");
  for (auto bit = 0U; bit < 16; ++bit) {
    auto octets = whole;
    octets[14 + bit / 8] = static_cast<char>(octets[14 + bit / 8] ^ (1 << bit % 8));
    read(octets);
    EXPECT_THAT(records, ElementsAre("one")) << bit;
    ASSERT_THAT(faults, SizeIs(1)) << bit;
    EXPECT_FALSE(faults[0].is_truncated) << bit;
  }
}

}  // namespace
}  // namespace mintage::storage
