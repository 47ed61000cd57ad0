# What `cmake --install` puts where.
include(CMakePackageConfigHelpers)

set(config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/kuflow")
set(installed kuflow kuflow_static)
if(KUFLOW_BUILD_SANDBOX)
    list(APPEND installed kuflow-sandbox)
    install(TARGETS kuflow-sandbox-program RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
    install(FILES include/kuflow/sandbox.h DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/kuflow")
endif()
install(TARGETS ${installed} EXPORT kuflow
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY include/kuflow DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        FILES_MATCHING PATTERN "*.h" PATTERN "sandbox.h" EXCLUDE)

install(EXPORT kuflow NAMESPACE kuflow:: FILE kuflow-targets.cmake DESTINATION "${config_dir}")
configure_package_config_file(cmake/kuflow-config.cmake.in "${CMAKE_CURRENT_BINARY_DIR}/kuflow-config.cmake"
                              INSTALL_DESTINATION "${config_dir}")
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/kuflow-config-version.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/kuflow-config.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/kuflow-config-version.cmake" DESTINATION "${config_dir}")

# The pkg-config files find the prefix from where they stand, so that an installed tree can be moved.
file(RELATIVE_PATH PC_PREFIX "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
set(modules kuflow kuflow-static)
if(KUFLOW_BUILD_SANDBOX)
    list(APPEND modules kuflow-sandbox)
endif()
foreach(module IN LISTS modules)
    configure_file(pkgconfig/${module}.pc.in "${CMAKE_CURRENT_BINARY_DIR}/${module}.pc" @ONLY)
    install(FILES "${CMAKE_CURRENT_BINARY_DIR}/${module}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endforeach()
