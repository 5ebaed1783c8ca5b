# iv_lua(TARGET a.lua …): the scripts become part of TARGET (scripts/embed_lua.py).
function(iv_lua target)
	set(generator ${PROJECT_SOURCE_DIR}/scripts/embed_lua.py)
	set(out ${CMAKE_CURRENT_BINARY_DIR}/lua.c)
	list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
	add_custom_command(
		OUTPUT ${out}
		COMMAND ${Python3_EXECUTABLE} ${generator} ${out} ${ARGN}
		DEPENDS ${generator} ${ARGN}
		COMMENT "Lua scripts" VERBATIM)
	target_sources(${target} PRIVATE ${out})
endfunction()
