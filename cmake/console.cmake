# The console in web/ and the site of the documents in site/, when npm is there. Not part of sanitized builds: nothing of it is C.
find_program(NPM npm)
if(NPM AND NOT IV_SANITIZE)
	file(GLOB_RECURSE console CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/web/src/* ${PROJECT_SOURCE_DIR}/web/pages/*
		${PROJECT_SOURCE_DIR}/docs/* ${PROJECT_SOURCE_DIR}/site/.vitepress/theme/*)
	add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/console.stamp
		COMMAND ${PROJECT_SOURCE_DIR}/scripts/web.sh
		COMMAND ${CMAKE_COMMAND} -E touch ${CMAKE_BINARY_DIR}/console.stamp
		DEPENDS ${console} ${PROJECT_SOURCE_DIR}/web/package-lock.json ${PROJECT_SOURCE_DIR}/web/vite.config.ts
			${PROJECT_SOURCE_DIR}/site/package-lock.json ${PROJECT_SOURCE_DIR}/site/.vitepress/config.ts
		COMMENT "The console and the site")
	add_custom_target(console ALL DEPENDS ${CMAKE_BINARY_DIR}/console.stamp)
endif()
