/// @file
/// Hides RocksDB's work, which is not instrumented, from ThreadSanitizer.
#pragma once

#if defined(__SANITIZE_THREAD__)
#define MINTAGE_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MINTAGE_THREAD_SANITIZER 1
#endif
#endif

#ifdef MINTAGE_THREAD_SANITIZER
extern "C" void AnnotateIgnoreReadsBegin(const char* file, int line);
extern "C" void AnnotateIgnoreReadsEnd(const char* file, int line);
extern "C" void AnnotateIgnoreWritesBegin(const char* file, int line);
extern "C" void AnnotateIgnoreWritesEnd(const char* file, int line);
#endif

namespace mintage::storage {

/// Scope of one call of RocksDB. RocksDB orders its threads by atomics that the sanitizer cannot
/// see, for instance when one writer writes the batches of others, which would be reported as a
/// race.
class uninstrumented_call {
 public:
#ifdef MINTAGE_THREAD_SANITIZER
  uninstrumented_call() {
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
  }
  ~uninstrumented_call() {
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
  }
#else
  uninstrumented_call() {}  // not defaulted: a variable of it counts as used
  ~uninstrumented_call() {}
#endif
  uninstrumented_call(const uninstrumented_call&) = delete;
  uninstrumented_call& operator=(const uninstrumented_call&) = delete;
};

}  // namespace mintage::storage
