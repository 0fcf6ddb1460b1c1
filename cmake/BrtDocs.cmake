# The reference made from .td files: `brt-docs` writes it into docs/generated,
# where it is committed, and `check-brt-docs` fails where it is out of date.

# brt_generate_doc(<file> <.td> <generator options>...)
function(brt_generate_doc file td)
  set(source ${PROJECT_SOURCE_DIR}/${td})
  set(fresh ${PROJECT_BINARY_DIR}/docs/${file})
  set(committed ${PROJECT_SOURCE_DIR}/docs/generated/${file})
  add_custom_command(OUTPUT ${fresh}
    COMMAND ${MLIR_TABLEGEN_EXE} ${ARGN} -I ${PROJECT_SOURCE_DIR}
            -I ${MLIR_INCLUDE_DIRS} ${source} -o ${fresh} -d ${fresh}.d
    DEPENDS ${source}
    DEPFILE ${fresh}.d
    VERBATIM)
  string(MAKE_C_IDENTIFIER "brt-docs-${file}" target)
  add_custom_target(${target}
    COMMAND ${CMAKE_COMMAND} -E copy_if_different ${fresh} ${committed}
    DEPENDS ${fresh})
  add_dependencies(brt-docs ${target})
  add_custom_target(check-${target}
    COMMAND ${CMAKE_COMMAND} -E compare_files ${fresh} ${committed}
    DEPENDS ${fresh}
    COMMENT "Comparing docs/generated/${file}; `ninja brt-docs` makes it anew")
  add_dependencies(check-brt-docs check-${target})
endfunction()

add_custom_target(brt-docs)
add_custom_target(check-brt-docs)
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/docs)
brt_generate_doc(Brt.md dialects/Brt/BrtOps.td -gen-dialect-doc -dialect=brt)
brt_generate_doc(Kernel.md dialects/Kernel/KernelOps.td -gen-dialect-doc -dialect=kernel)
brt_generate_doc(Tile.md dialects/Tile/TileOps.td -gen-dialect-doc -dialect=tile)
file(GLOB BRT_PASS_FILES RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS
  passes/*/Passes.td)
foreach(td ${BRT_PASS_FILES})
  get_filename_component(stage ${td} DIRECTORY)
  get_filename_component(stage ${stage} NAME)
  brt_generate_doc(${stage}Passes.md ${td} -gen-pass-doc)
endforeach()
