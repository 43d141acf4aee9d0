# The Debian packages of packages.txt as CMake targets. Targets are SYSTEM, so that
# their headers cause no warnings.

# Debian 13's CMake warns that its own FindBoost ends one day.
if(POLICY CMP0167)
  cmake_policy(SET CMP0167 OLD)
endif()

find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS system json)
find_package(simdjson REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(tl-expected REQUIRED)
find_package(RocksDB REQUIRED)
find_package(Protobuf REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(PostgreSQL 15 REQUIRED)  # libpq
find_package(CURL 7.88 REQUIRED)
if(MINTAGE_TESTS)
  find_package(GTest REQUIRED)
endif()
if(MINTAGE_BENCH)
  find_package(benchmark REQUIRED)
endif()

# These ship no CMake package on Debian 12.
function(mintage_plain_library target header library)
  find_path(${target}_include ${header} REQUIRED)
  find_library(${target}_library ${library} REQUIRED)
  add_library(${target} INTERFACE)
  target_include_directories(${target} SYSTEM INTERFACE ${${target}_include})
  target_link_libraries(${target} INTERFACE ${${target}_library})
endfunction()
mintage_plain_library(mintage_caf caf/all.hpp caf_core)
mintage_plain_library(mintage_argon2 argon2.h argon2)
mintage_plain_library(mintage_crypt crypt.h crypt)
mintage_plain_library(mintage_jemalloc jemalloc/jemalloc.h jemalloc)
