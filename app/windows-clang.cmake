# The second compiler, with the first one's libraries.
include(${CMAKE_CURRENT_LIST_DIR}/windows-gcc.cmake)
foreach(language C CXX)
    set(CMAKE_${language}_COMPILER_TARGET x86_64-w64-mingw32)
    set(CMAKE_${language}_FLAGS_INIT "")
endforeach()
set(CMAKE_C_COMPILER clang-19)
set(CMAKE_CXX_COMPILER clang++-19)
