# The local server: a library for C tests, and a program. It is linked with either form of libkuflow.

file(GLOB sandbox_sources CONFIGURE_DEPENDS sandbox/*.c)
list(FILTER sandbox_sources EXCLUDE REGEX "/main\\.c$")

add_library(kuflow-sandbox STATIC ${sandbox_sources})
kuflow_target(kuflow-sandbox)
set_target_properties(kuflow-sandbox PROPERTIES EXPORT_NAME sandbox POSITION_INDEPENDENT_CODE ON LINKER_LANGUAGE C)
target_include_directories(kuflow-sandbox PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
                                                 $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(kuflow-sandbox PUBLIC PkgConfig::LIBCJSON $<INSTALL_INTERFACE:kuflow::kuflow>
                                     PRIVATE PkgConfig::LIBMICROHTTPD PkgConfig::GNUTLS PkgConfig::LIBXML2
                                             Threads::Threads)

# What kuflow::sandbox is where it is installed, for a project with this one as a part: the shared library comes with it.
add_library(kuflow-sandbox-shared INTERFACE)
target_link_libraries(kuflow-sandbox-shared INTERFACE kuflow-sandbox kuflow)
add_library(kuflow::sandbox ALIAS kuflow-sandbox-shared)

add_executable(kuflow-sandbox-program sandbox/main.c)
kuflow_target(kuflow-sandbox-program)
set_target_properties(kuflow-sandbox-program PROPERTIES OUTPUT_NAME kuflow-sandbox
                                                        RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/sandbox")
# With all of the library inside, so that it runs from any prefix.
target_link_libraries(kuflow-sandbox-program PRIVATE kuflow-sandbox kuflow_static)
