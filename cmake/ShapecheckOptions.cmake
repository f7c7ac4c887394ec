# What every target of this project is compiled with, as interface targets; none of it reaches a consumer.
add_library(shapecheck_warnings INTERFACE)
target_compile_options(shapecheck_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Wimplicit-fallthrough -Werror
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)  # g++ 12 warns about std::string + const char* at -O3 (its bug 105651)

add_library(shapecheck_sanitizers INTERFACE)
if(SHAPECHECK_SANITIZE)
  target_compile_options(shapecheck_sanitizers INTERFACE -fsanitize=${SHAPECHECK_SANITIZE} -fno-sanitize-recover=all
                                                         -fno-omit-frame-pointer)
  target_link_options(shapecheck_sanitizers INTERFACE -fsanitize=${SHAPECHECK_SANITIZE})
  # g++ 12 with AddressSanitizer warns about std::regex (its bug 105562).
  target_compile_options(shapecheck_warnings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()
if(SHAPECHECK_FUZZ)  # libFuzzer follows the branches of the library too
  target_compile_options(shapecheck_sanitizers INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(SHAPECHECK_CCACHE ccache)
  if(SHAPECHECK_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${SHAPECHECK_CCACHE})
  endif()
endif()
