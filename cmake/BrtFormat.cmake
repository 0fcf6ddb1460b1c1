# `format` and `check-format`: clang-format-22 over all C and C++ sources. The
# version is pinned, since other versions format differently.
find_program(BRT_CLANG_FORMAT clang-format-22)
file(GLOB_RECURSE BRT_SOURCES CONFIGURE_DEPENDS
  include/*.h
  dialects/*.h dialects/*.cpp
  passes/*.h passes/*.cpp
  lib/*.h lib/*.cpp
  runtime/*.h runtime/*.cpp
  tools/*.h tools/*.cpp
  test/*.h test/*.cpp test/*.c
  examples/*.h examples/*.cpp examples/*.c)

if(BRT_CLANG_FORMAT)
  add_custom_target(format
    COMMAND ${BRT_CLANG_FORMAT} -i ${BRT_SOURCES}
    COMMENT "Formatting all sources"
    VERBATIM)
  add_custom_target(check-format
    COMMAND ${BRT_CLANG_FORMAT} --dry-run --Werror ${BRT_SOURCES}
    COMMENT "Checking the format of all sources"
    VERBATIM)
endif()
