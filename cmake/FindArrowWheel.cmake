# Arrow C++ as the pyarrow wheel carries it: headers and libraries, but no CMake files. Makes imported targets under the
# names that Arrow's own CMake files use. Needs ARROW_WHEEL_DIR, the wheel's pyarrow folder.

set(config "${ARROW_WHEEL_DIR}/include/arrow/util/config.h")
if(EXISTS "${config}")
  file(STRINGS "${config}" lines REGEX "define ARROW_(VERSION_STRING|SO_VERSION) ")
  string(REGEX MATCH "ARROW_VERSION_STRING \"([0-9.]+)\"" _ "${lines}")
  set(ArrowWheel_VERSION "${CMAKE_MATCH_1}")
  string(REGEX MATCH "ARROW_SO_VERSION \"([0-9]+)\"" _ "${lines}")
  set(so_version "${CMAKE_MATCH_1}")
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ArrowWheel
  REQUIRED_VARS ARROW_WHEEL_DIR ArrowWheel_VERSION VERSION_VAR ArrowWheel_VERSION)

function(ely_arrow_library target library)
  add_library(${target} SHARED IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES
    IMPORTED_LOCATION "${ARROW_WHEEL_DIR}/${library}.so.${so_version}"
    IMPORTED_SONAME "${library}.so.${so_version}"
    INTERFACE_INCLUDE_DIRECTORIES "${ARROW_WHEEL_DIR}/include"
    INTERFACE_COMPILE_FEATURES cxx_std_20
    INTERFACE_LINK_LIBRARIES "${ARGN}")
endfunction()

if(ArrowWheel_FOUND AND NOT TARGET Arrow::arrow_shared)
  ely_arrow_library(Arrow::arrow_shared libarrow)
  ely_arrow_library(Arrow::arrow_compute_shared libarrow_compute Arrow::arrow_shared)
  ely_arrow_library(Arrow::arrow_acero_shared libarrow_acero Arrow::arrow_compute_shared)
  ely_arrow_library(Arrow::parquet_shared libparquet Arrow::arrow_shared)
  ely_arrow_library(Arrow::arrow_dataset_shared libarrow_dataset Arrow::parquet_shared Arrow::arrow_acero_shared)
endif()
