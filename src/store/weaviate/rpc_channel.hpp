#pragma once

// Connections to a server's gRPC port: how they are made, and how what they answer becomes an Error.

#include <memory>
#include <string>
#include <string_view>

#include <grpcpp/grpcpp.h>

#include "base/result.hpp"
#include "model/cluster_profile.hpp"

namespace ely::store::weaviate {

// io when the file of certificates cannot be read.
[[nodiscard]] Result<std::shared_ptr<grpc::ChannelCredentials>> credentials(const model::ClusterAccess& access);
// It does not connect yet, and shares its connection with no other.
[[nodiscard]] std::shared_ptr<grpc::Channel> make_channel(const std::string& target,
                                                          const std::shared_ptr<grpc::ChannelCredentials>& credentials);

// One attempt: it is not waited for a server that may yet come.
[[nodiscard]] bool connects_at_once(grpc::Channel& channel);

[[nodiscard]] Error to_error(const grpc::Status& status, std::string_view target, const std::string& check_command);
[[nodiscard]] Error no_contact(std::string_view target);

}  // namespace ely::store::weaviate
