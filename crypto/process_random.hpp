/// @file
/// OpenSSL's own demand for random octets: a nonce for each ECDSA signature, keys, TLS.
#pragma once

namespace mintage::crypto {

/// From now on OpenSSL takes what it needs in this process from a buffer of each thread, which that
/// thread's generator fills, a page at a time: a generator that is asked for each nonce spends 1 µs
/// on looking for its parameters, a lock and a system call. The octets are the same generator's,
/// wiped as they are taken, and never given out twice, across `fork` either. If the generator
/// fails, so does what asked. Once, before other threads use OpenSSL.
void buffer_process_random() noexcept;

}  // namespace mintage::crypto
