#include "crypto/signatures/crypto_mb.hpp"

#include <dlfcn.h>

#include <algorithm>

#include "crypto/digest.hpp"

namespace mintage::crypto {

namespace {

/// Debian 13: libcrypto-mb11 2021.12.1.
constexpr auto known_libraries =
    std::array{crypto_mb::known_library{"libcrypto_mb.so.11", 1, 0, 14}};

/// `mbx_is_crypto_mb_applicable` of the library looks for processors of Intel too, so it is not
/// asked.
std::string find_lack() {
#if defined(__x86_64__)
  // GCC's and Clang's test asks CPUID, and XGETBV for the system's support of the registers.
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx512f")) return "AVX512F";
  if (!__builtin_cpu_supports("avx512dq")) return "AVX512DQ";
  if (!__builtin_cpu_supports("avx512bw")) return "AVX512BW";
  if (!__builtin_cpu_supports("avx512vl")) return "AVX512VL";
  if (!__builtin_cpu_supports("avx512ifma")) return "AVX512_IFMA";
  return {};
#else
  return "AVX-512";
#endif
}

template <class Function>
bool find(void* library, const char* name, Function*& out) {
  out = reinterpret_cast<Function*>(::dlsym(library, name));
  return out != nullptr;
}

bool find_all(void* library, crypto_mb_functions& f) {
  return find(library, "mbx_getversion", f.get_version) &&
         find(library, "mbx_nistp256_ecdsa_sign_mb8", f.p256_sign) &&
         find(library, "mbx_nistp256_ecdsa_verify_mb8", f.p256_verify) &&
         find(library, "mbx_RSA_private_crt_Method", f.rsa_private) &&
         find(library, "mbx_RSA_pub65537_Method", f.rsa_public) &&
         find(library, "mbx_RSA_Method_BufSize", f.rsa_scratch_size) &&
         find(library, "mbx_rsa_private_crt_mb8", f.rsa_private_crt) &&
         find(library, "mbx_rsa_public_mb8", f.rsa_public_65537);
}

// RFC 6979 App. A.2.5, the answers for SHA-256.
constexpr auto known_key =
    number256{{0x7b8a622b120f6721, 0x4e50c3db36e89b12, 0x6b5c215767b1d693, 0xc9afa9d845ba7516}};
constexpr auto known_x =
    number256{{0xe669622e60f29fb6, 0xc049b8923b61fa6c, 0xc961eb74c6356d68, 0x60fed4ba255a9d31}};
constexpr auto known_y =
    number256{{0x77a3c294d4462299, 0xf2f1b20c2d7e9f51, 0xa41ae9e95628bc64, 0x7903fe1008b8bc99}};
struct known_answer {
  std::string_view text;
  number256 nonce;
  number256 r;
  number256 s;
};
constexpr auto known_answers = std::array{
    known_answer{
        "sample",
        {{0x4d6129493d8aad60, 0x3b17aa873382b0f2, 0x086538398355dd4c, 0xa6e3c57dd01abe90}},
        {{0xc34d0ea84eaf3716, 0x9d2c877b56aaf991, 0x1140dd9cd45e81d6, 0xefd48b2aacb6a8fd}},
        {{0x4dc4ab2f843acda8, 0xf3e900dbb9aff406, 0xd436c7a1b6e29f65, 0xf7cb1c942d657c41}}},
    known_answer{
        "test",
        {{0xc2537acaee0008e0, 0x0192c4c92677336e, 0xe040871a1c7ec350, 0xd16b6ae827f17175}},
        {{0x4f28d3b0b7d38367, 0xed3efcf6c5132b35, 0x71d881567b1ea663, 0xf1abb023518351cd}},
        {{0x0cc84250e46f0083, 0x5f267e60d3814b4c, 0xbd25926b49c64915, 0x019f4113742a2b14}}}};

/// One known answer in each lane, signed and verified; then verified with one lane changed.
class self_test {
 public:
  explicit self_test(const crypto_mb_functions& call) : call_{call} {
    for (auto i = std::size_t{0}; i < lanes_count; ++i) {
      digests_[i] = sha256(answer_of(i).text);
      to_r_[i] = r_[i].data();
      to_s_[i] = s_[i].data();
      from_digest_[i] = digests_[i].data();
      nonces_[i] = answer_of(i).nonce.words.data();
      keys_[i] = known_key.words.data();
      xs_[i] = known_x.words.data();
      ys_[i] = known_y.words.data();
    }
  }

  bool passes() {
    if (!signs() || verify() != crypto_mb_functions::ok) return false;
    for (auto changed = std::size_t{0}; changed < lanes_count; ++changed) {
      s_[changed].back() ^= 1;
      const auto status = verify();
      for (auto i = std::size_t{0}; i < lanes_count; ++i)
        if ((crypto_mb_functions::of_lane(status, i) == crypto_mb_functions::ok) == (i == changed))
          return false;
      s_[changed].back() ^= 1;
    }
    return true;
  }

 private:
  static const known_answer& answer_of(std::size_t lane) {
    return known_answers[lane % known_answers.size()];
  }
  bool signs() {
    const auto status = call_.p256_sign(to_r_.data(), to_s_.data(), from_digest_.data(),
                                        nonces_.data(), keys_.data(), nullptr);
    if (status != crypto_mb_functions::ok) return false;
    for (auto i = std::size_t{0}; i < lanes_count; ++i)
      if (from_big_endian(r_[i]) != answer_of(i).r || from_big_endian(s_[i]) != answer_of(i).s)
        return false;
    return true;
  }
  std::uint32_t verify() const {
    return call_.p256_verify(to_r_.data(), to_s_.data(), from_digest_.data(), xs_.data(),
                             ys_.data(), nullptr, nullptr);
  }

  const crypto_mb_functions& call_;
  std::array<digest, lanes_count> digests_{};
  std::array<bytes<32>, lanes_count> r_{};
  std::array<bytes<32>, lanes_count> s_{};
  lanes<std::uint8_t> to_r_{};
  lanes<std::uint8_t> to_s_{};
  lanes<const std::uint8_t> from_digest_{};
  lanes<const std::uint64_t> nonces_{};
  lanes<const std::uint64_t> keys_{};
  lanes<const std::uint64_t> xs_{};
  lanes<const std::uint64_t> ys_{};
};

/// Closes the library unless it is kept.
class opened_library {
 public:
  explicit opened_library(const char* soname) : handle_{::dlopen(soname, RTLD_NOW | RTLD_LOCAL)} {}
  opened_library(const opened_library&) = delete;
  opened_library& operator=(const opened_library&) = delete;
  ~opened_library() {
    if (handle_ != nullptr) ::dlclose(handle_);
  }
  [[nodiscard]] void* get() const noexcept { return handle_; }
  void keep() noexcept { handle_ = nullptr; }

 private:
  void* handle_;
};

std::string describe(const crypto_mb_functions::version& v) {
  return std::to_string(v.major) + '.' + std::to_string(v.minor) + '.' + std::to_string(v.revision);
}

/// @returns why the library does not do; empty when it does.
std::string find_fault(void* library, const crypto_mb::known_library& known,
                       crypto_mb_functions& call) {
  if (!find_all(library, call)) return " lacks a function";
  const auto& v = *call.get_version();
  if (std::string_view{v.name} != "crypto_mb" || v.major != known.major || v.minor != known.minor ||
      v.revision < known.least_revision)
    return " has version " + describe(v) + ", which is not known to work";
  return self_test{call}.passes() ? std::string{} : " fails its self test";
}

}  // namespace

crypto_mb::search crypto_mb::default_search() noexcept {
  return {known_libraries, find_lack};
}

tl::expected<std::shared_ptr<const crypto_mb>, std::string> crypto_mb::load(const search& where) {
  if (const auto lack = where.find_lack(); !lack.empty())
    return tl::unexpected{"processor or system have no " + lack};
  auto reason = std::string{};
  for (const auto& known : where.names) {
    if (!reason.empty()) reason += "; ";
    auto library = opened_library{known.soname};
    if (library.get() == nullptr) {
      reason.append(known.soname).append(" is not installed");
      continue;
    }
    auto made = std::shared_ptr<crypto_mb>{new crypto_mb};
    const auto fault = find_fault(library.get(), known, made->functions_);
    if (!fault.empty()) {
      reason.append(known.soname).append(fault);
      continue;
    }
    library.keep();
    made->name_ = std::string{known.soname} + ' ' + describe(*made->functions_.get_version());
    return made;
  }
  return tl::unexpected{std::move(reason)};
}

}  // namespace mintage::crypto
