find_package(Python3 REQUIRED COMPONENTS Interpreter)

# iv_sql(TARGET OUT a.sql …): OUT.h and OUT.c, made from named statements (scripts/sqlgen.py), become part of TARGET
# and its header visible to whoever links it.
function(iv_sql target out)
	set(generator ${PROJECT_SOURCE_DIR}/scripts/sqlgen.py)
	set(base ${CMAKE_CURRENT_BINARY_DIR}/sql/${out})
	set(named ${ARGN})
	list(TRANSFORM named REPLACE "^${PROJECT_SOURCE_DIR}/" "") # errors name files as a reader of the repository does
	file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/sql)
	add_custom_command(
		OUTPUT ${base}.h ${base}.c
		COMMAND ${Python3_EXECUTABLE} ${generator} ${base} ${named}
		DEPENDS ${generator} ${ARGN}
		WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
		COMMENT "SQL statements of ${out}" VERBATIM)
	target_sources(${target} PRIVATE ${base}.h ${base}.c)
	target_include_directories(${target} PUBLIC ${CMAKE_CURRENT_BINARY_DIR}/sql)
endfunction()
