# Compiles through ccache where it is installed.
macro(brt_use_ccache)
  find_program(BRT_CCACHE ccache)
  if(BRT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # Paths below the source tree are made relative, so that two checkouts of
    # the same text share their objects.
    set(BRT_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
                     CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${BRT_CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${BRT_LAUNCHER})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${BRT_LAUNCHER})
  endif()
endmacro()

# Builds everything with the sanitizers named in BRT_SANITIZE, and so that
# fuzzers see which code an input reaches.
macro(brt_use_sanitizers)
  if(BRT_ENABLE_FUZZERS)
    add_compile_options(-fsanitize=fuzzer-no-link)
    add_link_options(-fsanitize=fuzzer-no-link)
  endif()
  if(BRT_SANITIZE)
    list(JOIN BRT_SANITIZE "," BRT_SANITIZE_LIST)
    add_compile_options(-fsanitize=${BRT_SANITIZE_LIST} -fno-omit-frame-pointer
                        -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${BRT_SANITIZE_LIST})
    # It reads what stands before a function that is called by its address;
    # before compiled code there may be no memory.
    if(BRT_SANITIZE_LIST MATCHES undefined AND CMAKE_CXX_COMPILER_ID MATCHES Clang)
      add_compile_options(-fno-sanitize=function)
    endif()
  endif()
endmacro()

# Warnings for our own code; LLVM's headers are system headers.
function(brt_set_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wno-unused-parameter)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # g++-12 gives it for an empty std::optional; LLVM's own build turns it off.
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
  endif()
  if(BRT_ENABLE_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()

# add_brt_library(<name> <sources>... [DEPENDS <targets>...] [LINK_LIBS <libs>...])
# A compiler library. Without exceptions and RTTI settings of LLVM's own build.
function(add_brt_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK_LIBS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE -fno-exceptions)
  brt_set_warnings(${name})
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  target_link_libraries(${name} PUBLIC ${ARG_LINK_LIBS})
endfunction()

# add_brt_tool(<name> <sources>... [LINK_LIBS <libs>...]): a compiler tool in bin/.
function(add_brt_tool name)
  cmake_parse_arguments(ARG "" "" "LINK_LIBS" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE -fno-exceptions)
  brt_set_warnings(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS})
endfunction()

# add_brt_passes(<Stage>): generates include/brt/passes/<Stage>/Passes.h.inc from
# the Passes.td of the current folder, as target Brt<Stage>PassIncGen.
macro(add_brt_passes stage)
  set(LLVM_TARGET_DEFINITIONS Passes.td)
  mlir_tablegen(Passes.h.inc -gen-pass-decls -name Brt${stage})
  add_public_tablegen_target(Brt${stage}PassIncGen)
endmacro()

# add_brt_unittest(<name> <sources>... [LINK_LIBS <libs>...] [SHARDS <count>])
# A GoogleTest program in bin/, built and run by check-brt-unit as a CTest test,
# or as so many that run side by side.
function(add_brt_unittest name)
  cmake_parse_arguments(ARG "" "SHARDS" "LINK_LIBS" ${ARGN})
  add_executable(${name} EXCLUDE_FROM_ALL ${ARG_UNPARSED_ARGUMENTS})
  brt_set_warnings(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS} GTest::gtest_main)
  add_dependencies(BrtUnitTests ${name})
  set(environment ASAN_OPTIONS=${BRT_ASAN_OPTIONS})
  if(NOT ARG_SHARDS)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES
      LABELS unit ENVIRONMENT "${environment}")
    return()
  endif()
  list(APPEND environment GTEST_TOTAL_SHARDS=${ARG_SHARDS})
  math(EXPR last "${ARG_SHARDS} - 1")
  foreach(shard RANGE ${last})
    add_test(NAME ${name}-${shard} COMMAND ${name})
    set_tests_properties(${name}-${shard} PROPERTIES
      LABELS unit ENVIRONMENT "${environment};GTEST_SHARD_INDEX=${shard}")
  endforeach()
endfunction()
