// The functions of crypto_mb that the loader looks for. `fault` says what is wrong with them.

#include <cstdint>

namespace {

enum class faults { wrong_version, wrong_name, wrong_signatures };
constexpr auto has = faults::fault;

struct version {
  int major;
  int minor;
  int revision;
  const char* name;
  const char* date;
  const char* text;
};
constexpr auto own = version{1,  has == faults::wrong_version ? 1 : 0,
                             14, has == faults::wrong_name ? "other" : "crypto_mb",
                             "", ""};

}  // namespace

extern "C" {
const version* mbx_getversion();
std::uint32_t mbx_nistp256_ecdsa_sign_mb8();
std::uint32_t mbx_nistp256_ecdsa_verify_mb8();
const void* mbx_RSA_private_crt_Method(int bits);
const void* mbx_RSA_pub65537_Method(int bits);
int mbx_RSA_Method_BufSize();
std::uint32_t mbx_rsa_private_crt_mb8();
std::uint32_t mbx_rsa_public_mb8();
}

const version* mbx_getversion() {
  return &own;
}
/// Says that it signed, and did not.
std::uint32_t mbx_nistp256_ecdsa_sign_mb8() {
  return 0;
}
std::uint32_t mbx_nistp256_ecdsa_verify_mb8() {
  return 0;
}
const void* mbx_RSA_private_crt_Method(int) {
  return nullptr;
}
const void* mbx_RSA_pub65537_Method(int) {
  return nullptr;
}
int mbx_RSA_Method_BufSize() {
  return 0;
}
std::uint32_t mbx_rsa_private_crt_mb8() {
  return 0;
}
std::uint32_t mbx_rsa_public_mb8() {
  return 0;
}
