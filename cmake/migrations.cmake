# iv_migrations(TARGET 0001_a.sql …): the schema becomes part of TARGET (scripts/embed.py).
function(iv_migrations target)
	set(generator ${PROJECT_SOURCE_DIR}/scripts/embed.py)
	set(out ${CMAKE_CURRENT_BINARY_DIR}/migrations.c)
	add_custom_command(
		OUTPUT ${out}
		COMMAND ${Python3_EXECUTABLE} ${generator} ${out} ${ARGN}
		DEPENDS ${generator} ${ARGN}
		COMMENT "migrations" VERBATIM)
	target_sources(${target} PRIVATE ${out})
	target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
endfunction()
