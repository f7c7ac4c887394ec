# What `cmake --install` puts where: the library with its headers, the tool, and the files by which others find them.
include(CMakePackageConfigHelpers)

install(TARGETS shapecheck EXPORT shapecheckTargets FILE_SET HEADERS
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET shapecheck_tool)
  install(TARGETS shapecheck_tool RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  if(NOT CMAKE_CROSSCOMPILING)  # see tools/shapecheck
    set(texts ${PROJECT_BINARY_DIR}/share)
    install(FILES ${texts}/shapecheck.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
    install(FILES ${texts}/shapecheck.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
            RENAME shapecheck)
    install(FILES ${texts}/_shapecheck DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
    install(FILES ${texts}/shapecheck.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
  endif()
endif()
install(EXPORT shapecheckTargets NAMESPACE shapecheck:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/shapecheck)

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/shapecheckConfig.cmake.in
  ${PROJECT_BINARY_DIR}/cmake/shapecheckConfig.cmake INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/shapecheck)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cmake/shapecheckConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/cmake/shapecheckConfig.cmake ${PROJECT_BINARY_DIR}/cmake/shapecheckConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/shapecheck)

file(RELATIVE_PATH SHAPECHECK_PREFIX_FROM_PC /p/${CMAKE_INSTALL_LIBDIR}/pkgconfig /p)  # the prefix may be chosen at install time
configure_file(${PROJECT_SOURCE_DIR}/cmake/shapecheck.pc.in ${PROJECT_BINARY_DIR}/cmake/shapecheck.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/cmake/shapecheck.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
