/// @file
/// The keys printed in RFCs.
#pragma once

#include <string>

#include "crypto/base64.hpp"
#include "tests/unit/crypto/hex.hpp"

namespace mintage::crypto {

// RFC 7515 App. A.3.
inline constexpr auto example_x = std::string_view{"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"};
inline constexpr auto example_y = std::string_view{"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"};
inline constexpr auto example_d = std::string_view{"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"};
inline constexpr auto example_jws = std::string_view{
    "eyJhbGciOiJFUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
    "Q.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"};

// KAT-04.
inline constexpr auto kat_04_x = std::string_view{"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs"};
inline constexpr auto kat_04_y = std::string_view{"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"};

// RFC 7515 App. A.2, as PKCS #8.
inline constexpr auto example_rsa_der = std::string_view{
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCh-BYK4uPJtGXOjS1lYmM2K5J9vinh8CR3_BYlzJ"
    "ChNuOL2TSXxbbqY913EeZ8dCn5VrD7io8ImtxLaYk8wTM_U-3QGbh3hCUv7JFP5IV3aVlL6kKA0ywPVb9ilE8TA5a8"
    "bpvfbr3SvaNnjuygxmj3AbONv_s4yDQs4v5tJ_reSlpIdJed1LnPmt7Ex1sFhSwsD174pcF1A5L5ROjtZMEQxrZHYJ"
    "qkeDrrnGya11UxMFBji4NmXG9veoKjlnAqH2QbgtPr8jkiGUkftoaHLFcW9Qr4NY2ai50Xw0Byj3-H2JoY2PyrZ62E"
    "WQwuz3WTOTY8BwNNb2BvniHgVFbK5emhAgMBAAECggEAEq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPE"
    "AeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-Gj"
    "BVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt"
    "4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWS"
    "eWjnczT0QU91p1DhOVRuOopznQKBgQDgHMQQ60imZV1URk0KpLttoLhyt3SmqdEf_kgHePDdtzEafpAu-cS191R2Ji"
    "uoF2yzWXnwFDcqGigp5BNr0AHQfD8_Lk8l1Mk09jxxCfui5nYooNyac8YFjm3vItzVCVDnEd3BbVWG8qf6deqElMGA"
    "g-C2V0L4oNXnP7LZcPAZRwKBgQC5A8R-CZW2MvRTLLHzwZkUXV866cff7tx6kqa0finGG0KgeqlaZPxgCZnFp7AeAc"
    "CMtiynVlJ7vMVgePsLq6XtON4tB5kP9jAPrq3rbAOal78eUH5OcED6eNuCV8ixEu1eWcPNCS_l1OW1EnXUEoEHKl54"
    "Xrrz2uNwkgMTP1FZ1wKBgAcCn1dwJKufzBWQxWQp1vsM5fggqPN1qGb5y0MAk3g7_Ls5bkUp5u9SN0Ai3Ya6hNnvWJ"
    "Mb7sXQX6U_zyO2M_hTip7tUeh7CXgwo59dkpN75gJLVds29-DAncu3KXU4f2Fa-7bLNrur53k8KwPOq2bbuTG69QtV"
    "7Jr5MR0AHWKNAoGBAIf_evpitUf-4JYbLpvNXWcY052Mpz22aR84mY3nh3F2LF2mjMJDpTg7FmuyPcVw6EcGyoAe9f"
    "a65iNqCq-jdw6PVNGo2hxfjSiZ8IIzHdsPXI89__pMjZcQK9r-CCoRjaZjOYiIDktVWZzmevJuv6WywUqd57LE3Zar"
    "3dLSIkx1AoGAIYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fh"
    "d_QJQ3ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFku"
    "Q3U"};
inline constexpr auto example_rs256_jws = std::string_view{
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlL"
    "mNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"
    "AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWz"
    "O75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZES"
    "c6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlU"
    "PQGe77Rw"};

// The same key and payload with PS256, computed by the formulas of RFC 8017 §8.1.1 with integers
// alone. The salt is 00 01 02 … 1f. The other two are signatures of the same text with salts of 20
// octets and none (JWS-04).
inline constexpr auto example_ps256_jws = std::string_view{
    "eyJhbGciOiJQUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlL"
    "mNvbS9pc19yb290Ijp0cnVlfQ.SHdbwC2HD3805O3W0NLTalEJlZuhQQDQmdZmm4Sh4Bm-OtmSht6GLzIUjtIjkBv5"
    "Ey3E74e6f9G_OXO3g1UC6W4jI4Xo6JmzK1wtY7YyQbDiiO9oVdfh5XFfX-i5NhZLD3ciP4x6tw7SiQuMXEfjCKKS8d"
    "bxqZsL0zU-OS4fj1zCFwv9thlunPSmOfYzfW0eTGtSemOMmfjFt5W9GR05OMdF90HlUpvKwBh5NwDFLwRJ92jIl5XN"
    "gp0E1a9GjFI-IyjeClmduHFKjmEF9UAPMHk8MrRzSaXngGKpagBnAGkBl1DR2JNN9-q5Zb4OhkeVPSYRW7HKeGdb1e"
    "T5tmdmPg"};
inline constexpr auto ps256_with_salt_of_20 = std::string_view{
    "Akj5sgQAvwFsaDh5J7Pjb0vC8prbA_36uQ7_X139tsO7ga1hvreAN0SQiv7uWjPcS0AMj4GpyTxuzq9myzxtBikUt8"
    "DhWhX3QIjmeDQdAYYJtYTZuUFSRVtFE9ue_TpjN44GZWPk7NsuYbJKA8yeHxC1JmCaUPlyI6pzpr5MJc3hXDii15g_"
    "bJtQyGeGDuovGSt6qAoMfvvFJ2gceV32DvzZG0pNz89QbvtdaRcnfhe21dEA_J9Y4L9sGXFiB9ajLMd1o1WzUuN9us"
    "gMwNfrnBq88ZZ_WuMZL3XYjGq_tfYPp1lr7fSr4M6chQM78p5R9hlDwpvLxYIj28M0r2LXbg"};
inline constexpr auto ps256_without_salt = std::string_view{
    "cMDnon9-kWOmWl3ENxyEIYFFJYZTPzSZAh5spERaclkKwJmvwMMNUMCbdMAak1TUhOHX2HHV0ImU0QgH8_r8sZKD_Y"
    "m2fIs6dyawyPikuwkHN5FPlTLqEIx0GdKYUiIb7lezAXraCkMp8QFBKdBOWZFl1QBolOc9ZbPDcx7yGnGuXpJFdhvt"
    "mpxRQMMmti_YtxtYFtnynI8-tROWpUJY02C-wx_xmySr86Q9PYQ64BsNZLHrW9LErNqvSDE7hd77ic8oRps8O2a3Sm"
    "1YizLj2jAXBktyainlOJgO0dcJz1X84nHJp7ySpc34rbN2LqbE8o2nVA7ZARiWPphEIuqkYg"};

// RFC 8037 App. A.
inline constexpr auto example_ed25519_d =
    std::string_view{"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"};
inline constexpr auto example_ed25519_x =
    std::string_view{"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"};
inline constexpr auto example_eddsa_jws = std::string_view{
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3"
    "AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"};

// RFC 6979 App. A.2.6: a key of P-384 and its signature of "sample" with SHA-384.
inline constexpr auto example_p384_d = std::string_view{
    "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d8"
    "96d5724e4c70a825f872c9ea60d2edf5"};
inline constexpr auto example_p384_signature = std::string_view{
    "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c"
    "81a648152e44acf96e36dd1e80fabe46"
    "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94f"
    "a329c145786e679e7b82c71a38628ac8"};

/// PKCS #8 of RFC 7515's key, without its optional public part.
inline std::string example_der() {
  return from_hex(
             "3041 020100 3013 06072a8648ce3d0201 06082a8648ce3d030107 0427 3025 020101 0420") +
         *base64url_decode(example_d);
}

inline std::string example_ed25519_der() {
  return from_hex("302e 020100 3005 0603 2b6570 0422 0420") + *base64url_decode(example_ed25519_d);
}

inline std::string example_p384_der() {
  return from_hex("304e 020100 3010 06072a8648ce3d0201 06052b81040022 0437 3035 020101 0430") +
         from_hex(example_p384_d);
}

/// PKCS #8 of RFC 7515's P-256 key with a public part (RFC 5915), which need not belong to it.
inline std::string example_der_with_public(std::string_view x, std::string_view y) {
  return from_hex(
             "308187 020100 3013 06072a8648ce3d0201 06082a8648ce3d030107 046d 306b 020101 0420") +
         *base64url_decode(example_d) + from_hex("a144 034200 04") + *base64url_decode(x) +
         *base64url_decode(y);
}

}  // namespace mintage::crypto
