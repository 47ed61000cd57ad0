# What every target of this project is compiled with, and two shorthands.

# Messages are cut to the size of their arrays on purpose; gcc calls every such snprintf() a mistake when it optimises.
add_library(kuflow_warnings INTERFACE)
target_compile_options(kuflow_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow
                                                 $<$<C_COMPILER_ID:GNU>:-Wno-format-truncation>
                                                 $<$<BOOL:${KUFLOW_WERROR}>:-Werror>)

# Strict C11 with POSIX, nothing exported that is not marked.
function(kuflow_target target)
    set_target_properties(${target} PROPERTIES C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF
                                               C_VISIBILITY_PRESET hidden)
    target_compile_definitions(${target} PRIVATE _POSIX_C_SOURCE=200809L)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:kuflow_warnings>)
endfunction()

# A target exports exactly what the headers declare with KF_API.
function(kuflow_exports target node)
    set(map "${CMAKE_CURRENT_BINARY_DIR}/${target}.map")
    add_custom_command(
        OUTPUT "${map}"
        COMMAND "${CMAKE_COMMAND}" "-DMAP=${map}" "-DNODE=${node}" "-DHEADERS=${ARGN}"
                -P "${CMAKE_CURRENT_SOURCE_DIR}/cmake/exports.cmake"
        DEPENDS ${ARGN} "${CMAKE_CURRENT_SOURCE_DIR}/cmake/exports.cmake"
        COMMENT "Listing the exports of ${target}"
        VERBATIM)
    add_custom_target(${target}_exports DEPENDS "${map}")
    add_dependencies(${target} ${target}_exports)
    set_target_properties(${target} PROPERTIES LINK_DEPENDS "${map}")
    target_link_options(${target} PRIVATE "LINKER:--version-script=${map}" LINKER:--no-undefined-version
                                          LINKER:--no-undefined)
endfunction()

# One program for each file that matches the pattern, in the build folder of that name.
function(kuflow_programs folder)
    cmake_parse_arguments(ARG "" "PATTERN" "LINK" ${ARGN})
    file(GLOB files CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${ARG_PATTERN}")
    foreach(file IN LISTS files)
        get_filename_component(name "${file}" NAME_WE)
        add_executable(${folder}_${name} "${file}")
        kuflow_target(${folder}_${name})
        target_link_libraries(${folder}_${name} PRIVATE ${ARG_LINK} Threads::Threads)
        set_target_properties(${folder}_${name} PROPERTIES OUTPUT_NAME "${name}"
                                                           RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/${folder}")
    endforeach()
endfunction()
