# What is installed, and the Debian package of it: `cpack -G DEB` in the build directory.
include(GNUInstallDirs)

install(TARGETS invorto RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT daemon)
# The console and the site of the documents where they were built (scripts/web.sh), beside the plain pages that are there
# without.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/web/pages/ DESTINATION ${CMAKE_INSTALL_DATADIR}/invorto/pages COMPONENT daemon)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/web/dist/ DESTINATION ${CMAKE_INSTALL_DATADIR}/invorto/web COMPONENT daemon OPTIONAL)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/site/dist/ DESTINATION ${CMAKE_INSTALL_DATADIR}/invorto/docs COMPONENT daemon OPTIONAL)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/config/clips/ DESTINATION ${CMAKE_INSTALL_DATADIR}/invorto/clips COMPONENT daemon)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/config/agents/ DESTINATION /etc/invorto/agents COMPONENT daemon)
install(FILES ${PROJECT_SOURCE_DIR}/packaging/invorto.env DESTINATION /etc/invorto COMPONENT daemon
	PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
install(FILES ${PROJECT_SOURCE_DIR}/packaging/invorto.service DESTINATION lib/systemd/system COMPONENT daemon)
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT daemon)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT daemon
	FILES_MATCHING PATTERN "*.md")
install(TARGETS invorto-lab RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT lab)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME invorto)
set(CPACK_PACKAGE_CONTACT "The Invorto maintainers <maintainers@invortoai.com>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Voice-AI gateway for telephone and browser calls")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL daemon lab)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_DAEMON_PACKAGE_NAME invorto)
set(CPACK_DEBIAN_DAEMON_PACKAGE_DEPENDS "ca-certificates, libwebsockets-evlib-uv, tzdata")
set(CPACK_DEBIAN_DAEMON_PACKAGE_SUGGESTS "postgresql, redis-server")
set(CPACK_DEBIAN_DAEMON_PACKAGE_CONTROL_EXTRA
	"${PROJECT_SOURCE_DIR}/packaging/conffiles;${PROJECT_SOURCE_DIR}/packaging/postinst;${PROJECT_SOURCE_DIR}/packaging/prerm")
set(CPACK_DEBIAN_LAB_PACKAGE_NAME invorto-lab)
set(CPACK_DEBIAN_LAB_PACKAGE_RECOMMENDS "pocketsphinx-en-us")
include(CPack)
