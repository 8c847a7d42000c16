# Weaviate::Wire: messages and stubs of src/store/weaviate/weaviate.proto, made by protoc and compiled apart from our own
# code; included as <weaviate.pb.h> and <weaviate.grpc.pb.h>.

set(proto "${PROJECT_SOURCE_DIR}/src/store/weaviate/weaviate.proto")
set(wire_folder "${PROJECT_BINARY_DIR}/weaviate_wire")
file(MAKE_DIRECTORY "${wire_folder}")
set(wire_files weaviate.pb.cc weaviate.pb.h weaviate.grpc.pb.cc weaviate.grpc.pb.h)
list(TRANSFORM wire_files PREPEND "${wire_folder}/")
add_custom_command(OUTPUT ${wire_files}
  COMMAND protobuf::protoc "--proto_path=${PROJECT_SOURCE_DIR}/src/store/weaviate"
          "--plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>"
          "--cpp_out=${wire_folder}" "--grpc_out=${wire_folder}" "${proto}"
  DEPENDS "${proto}" COMMENT "Generating weaviate.pb.h" VERBATIM)
add_library(weaviate_wire STATIC ${wire_files})
target_include_directories(weaviate_wire SYSTEM PUBLIC "${wire_folder}")
target_link_libraries(weaviate_wire PUBLIC gRPC::grpc++ protobuf::libprotobuf)
target_compile_options(weaviate_wire PRIVATE -w)
set_target_properties(weaviate_wire PROPERTIES CXX_CLANG_TIDY "")
add_library(Weaviate::Wire ALIAS weaviate_wire)
if(ELY_SANITIZE MATCHES thread)
  # Seeing the sanitizer, the headers would lay a map field out otherwise than the library, which is built without it.
  target_compile_options(weaviate_wire PUBLIC -U__SANITIZE_THREAD__)
endif()
