# Warnings are errors, with gcc and with clang; the hardening list is the OpenSSF guide's for this toolchain.
add_compile_options(
	-Wall -Wextra -Werror -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes
	-Wmissing-declarations -Wold-style-definition -Wuninitialized -Wwrite-strings -Wundef
	-Wformat=2 -Wconversion -Wsign-conversion -Wimplicit-fallthrough -Walloca -Wcast-qual
	-Wnull-dereference -Wpointer-arith
	-fno-delete-null-pointer-checks -fno-strict-overflow -fno-strict-aliasing
	-fstack-protector-strong -fPIE -g)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
	# What is cut off by snprintf is cut off on purpose, and whether gcc sees it changes with the optimisation.
	add_compile_options(-Wno-format-truncation)
	add_compile_options(-Wduplicated-cond -Wlogical-op -Wtrampolines -Wbidi-chars=any
		-fstack-clash-protection -fcf-protection=full -ftrivial-auto-var-init=zero)
endif()
add_compile_definitions(_GNU_SOURCE)
add_link_options(-pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code,--as-needed)

# A faster linker where there is one: the tests are some hundred programs.
find_program(IV_MOLD mold)
if(IV_MOLD AND (IV_SANITIZE OR IV_FUZZ) AND CMAKE_C_COMPILER_VERSION VERSION_GREATER_EQUAL 12.1)
	add_link_options(-fuse-ld=mold)
endif()
mark_as_advanced(IV_MOLD)

set(IV_SANITIZE_OPTIONS -O1 CACHE STRING "how the sanitized build is compiled; scripts/test.sh takes what compiles soonest")
if(IV_SANITIZE)
	add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer ${IV_SANITIZE_OPTIONS})
	add_link_options(-fsanitize=address,undefined)
	add_compile_definitions(IV_DEBUG=1)
else()
	add_compile_definitions(IV_DEBUG=0)
	add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
