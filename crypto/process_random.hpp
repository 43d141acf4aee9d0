/// @file
/// The random octets that OpenSSL draws for itself: nonces of ECDSA signatures, keys, TLS.
#pragma once

namespace mintage::crypto {

/// Makes OpenSSL draw random octets from a buffer of one page per thread, which the thread's
/// generator fills. Without it every nonce costs 1 µs for a look-up of the generator's parameters,
/// a lock and a system call. The octets come from the same generator, are wiped when taken and are
/// never returned twice, also across `fork`. When the generator fails, the caller's draw fails.
/// Call once, before other threads use OpenSSL.
void buffer_process_random() noexcept;

}  // namespace mintage::crypto
