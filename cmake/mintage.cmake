# How every library, program and test of Mintage is built.

add_library(mintage_flags INTERFACE)
target_include_directories(mintage_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(mintage_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wswitch-enum -Werror -fno-omit-frame-pointer)
find_package(Threads REQUIRED)
target_link_libraries(mintage_flags INTERFACE Threads::Threads)
if(MINTAGE_SANITIZE)
  target_compile_options(mintage_flags INTERFACE
    -fsanitize=${MINTAGE_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(mintage_flags INTERFACE -fsanitize=${MINTAGE_SANITIZE})
endif()
if(MINTAGE_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC cannot instrument std::atomic_thread_fence; Boost.Asio uses it where it is safe.
  target_compile_options(mintage_flags INTERFACE -Wno-tsan)
endif()

# mintage_sources(OUT): the .cpp files beside and below the calling CMakeLists.txt; what lies below
# another CMakeLists.txt belongs to that one.
function(mintage_sources out)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  file(GLOB_RECURSE others CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*/CMakeLists.txt)
  foreach(other ${others})
    cmake_path(GET other PARENT_PATH other)
    list(FILTER sources EXCLUDE REGEX "^${other}/")
  endforeach()
  set(${out} ${sources} PARENT_SCOPE)
endfunction()

# mintage_precompiled(NAME HEADERS header... [LIBS libs...] [OPTIONS options...])
# Makes a target whose precompiled headers others reuse. Those need the same OPTIONS.
function(mintage_precompiled name)
  cmake_parse_arguments(arg "" "" "HEADERS;LIBS;OPTIONS" ${ARGN})
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${name}.cpp CONTENT "")
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/${name}.cpp)
  target_link_libraries(${name} PRIVATE mintage_flags ${arg_LIBS})
  target_compile_options(${name} PRIVATE ${arg_OPTIONS})
  target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
endfunction()
set(mintage_std_headers <algorithm> <array> <atomic> <chrono> <cstdint> <functional> <memory>
  <mutex> <optional> <span> <string> <string_view> <utility> <variant> <vector>)
if(MINTAGE_PCH STREQUAL "all")
  mintage_precompiled(mintage_library_headers HEADERS ${mintage_std_headers})
endif()

# mintage_library(NAME [PUBLIC libs...] [PRIVATE libs...])
# Makes the library mintage::NAME from mintage_sources.
function(mintage_library name)
  cmake_parse_arguments(arg "" "" "PUBLIC;PRIVATE" ${ARGN})
  mintage_sources(sources)
  add_library(mintage_${name} STATIC ${sources})
  add_library(mintage::${name} ALIAS mintage_${name})
  target_link_libraries(mintage_${name} PUBLIC mintage_flags ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  if(MINTAGE_PCH STREQUAL "all")
    target_precompile_headers(mintage_${name} REUSE_FROM mintage_library_headers)
  endif()
endfunction()

# mintage_unoptimized(NAME): for sources of tests, which take longer to optimize than to run.
function(mintage_unoptimized name)
  target_compile_options(${name} PRIVATE -O0)
  if(MINTAGE_PCH)
    target_precompile_headers(${name} REUSE_FROM mintage_test_headers)
  endif()
endfunction()

# mintage_test(NAME [OPTIMIZED] TIMEOUT seconds LABELS label... LIBS libs...)
# Makes one GoogleTest program from mintage_sources, run by ctest as one test with that time limit.
# The label of a test says in which presets it runs (see dev). OPTIMIZED is for one whose own
# sources do most of the work.
function(mintage_test name)
  cmake_parse_arguments(arg "OPTIMIZED" "TIMEOUT" "LABELS;LIBS" ${ARGN})
  mintage_sources(sources)
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE mintage_flags ${arg_LIBS} GTest::gmock GTest::gtest_main)
  if(NOT arg_OPTIMIZED)
    mintage_unoptimized(${name})
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}")
endfunction()
