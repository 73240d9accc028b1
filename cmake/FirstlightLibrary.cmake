# firstlight_library(hardware USES core) makes target firstlight_hardware, alias Firstlight::hardware, from every
# source file below the room's folder: a new vendor, check or output format is one new file and no edit here.
# USES is the whole list of rooms it may include; tests/layers checks it against the sources.
# LIBRARIES are part of its headers, PRIVATE_LIBRARIES are not.
add_library(firstlight_options INTERFACE)
target_compile_features(firstlight_options INTERFACE cxx_std_20)
target_compile_options(firstlight_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Woverloaded-virtual
    -Wnon-virtual-dtor -Wimplicit-fallthrough -Wno-missing-field-initializers
    # GCC 12 reports both inside the standard library's own std::string and std::optional at -O3 (its bugs 105651, 105562).
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-maybe-uninitialized>
    $<$<BOOL:${FIRSTLIGHT_WARNINGS_AS_ERRORS}>:-Werror>)
if(FIRSTLIGHT_SANITIZERS)
    target_compile_options(firstlight_options INTERFACE -fsanitize=${FIRSTLIGHT_SANITIZERS} -fno-omit-frame-pointer)
    target_link_options(firstlight_options INTERFACE -fsanitize=${FIRSTLIGHT_SANITIZERS})
endif()

function(firstlight_library name)
    cmake_parse_arguments(ARG "" "" "USES;LIBRARIES;PRIVATE_LIBRARIES" ${ARGN})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
    list(FILTER sources EXCLUDE REGEX "/catalog/images/") # those are parts of images, compiled inside them
    if(NOT sources)
        file(TOUCH ${CMAKE_CURRENT_BINARY_DIR}/empty.cpp)
        set(sources ${CMAKE_CURRENT_BINARY_DIR}/empty.cpp)
    endif()
    add_library(firstlight_${name} STATIC ${sources})
    add_library(Firstlight::${name} ALIAS firstlight_${name})
    list(TRANSFORM ARG_USES PREPEND Firstlight::)
    target_include_directories(firstlight_${name} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(firstlight_${name} PUBLIC ${ARG_USES} ${ARG_LIBRARIES}
                          PRIVATE firstlight_options ${ARG_PRIVATE_LIBRARIES})
endfunction()

# firstlight_test(tst_process USES core [LABELS integration] [TIMEOUT 120]) builds tst_process.cpp of this folder
# as a Qt Test program. Exit code 77 tells CTest that the whole program had to skip, with its reason printed.
function(firstlight_test name)
    cmake_parse_arguments(ARG "" "TIMEOUT" "USES;LABELS;LIBRARIES" ${ARGN})
    list(TRANSFORM ARG_USES PREPEND Firstlight::)
    add_executable(${name} ${name}.cpp)
    set_target_properties(${name} PROPERTIES AUTOMOC ON RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
    target_link_libraries(${name} PRIVATE ${ARG_USES} ${ARG_LIBRARIES} Qt6::Core Qt6::Test firstlight_options)
    target_compile_definitions(${name} PRIVATE
        FIRSTLIGHT_SOURCE_DIR="${PROJECT_SOURCE_DIR}" FIRSTLIGHT_BINARY_DIR="${PROJECT_BINARY_DIR}"
        FIRSTLIGHT_TESTS_DIR="${PROJECT_SOURCE_DIR}/tests")
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 LABELS "${ARG_LABELS}")
    if(ARG_TIMEOUT)
        set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
    endif()
endfunction()
