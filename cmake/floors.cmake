# iv_floor(NAME SOURCES a.c … SHOWS lib … USES lib …)
#   SHOWS: libraries whose doors this floor's own doors include (they reach whoever links this floor)
#   USES:  libraries only its sources see
function(iv_floor name)
	cmake_parse_arguments(F "" "" "SOURCES;SHOWS;USES" ${ARGN})
	add_library(iv_${name} STATIC ${F_SOURCES})
	target_include_directories(iv_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include/${name})
	target_link_libraries(iv_${name} PUBLIC ${F_SHOWS} PRIVATE ${F_USES})
endfunction()

# iv_test(NAME file.c LIBS lib …): one cmocka program, one ctest entry
function(iv_test name source)
	cmake_parse_arguments(T "" "" "LIBS;LABELS" ${ARGN})
	add_executable(${name} ${source})
	target_link_libraries(${name} PRIVATE ${T_LIBS} PkgConfig::CMOCKA m)
	add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
	set_tests_properties(${name} PROPERTIES LABELS "${T_LABELS}" TIMEOUT 300)
endfunction()
