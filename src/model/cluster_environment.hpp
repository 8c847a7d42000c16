#pragma once

// The cluster that the standard variables describe, as Elysia and the Weaviate clients read them. It is used only when
// it is asked for by its name: a variable that some other program needs does not move anybody's collections.

#include <string_view>

#include "base/result.hpp"
#include "model/cluster_profile.hpp"

namespace ely::model {

inline constexpr std::string_view k_environment_cluster = "environment";

// WEAVIATE_IS_CUSTOM=True: CUSTOM_HTTP_HOST, _PORT, _SECURE and CUSTOM_GRPC_HOST, _PORT, _SECURE.
// WEAVIATE_IS_LOCAL=True: WEAVIATE_URL (else WCD_URL, else localhost), LOCAL_WEAVIATE_PORT, LOCAL_WEAVIATE_GRPC_PORT.
// Otherwise a cloud's host or URL, which needs a key unless it is http://. The key is WEAVIATE_API_KEY's, else
// WCD_API_KEY's; keys of model providers become the headers that Weaviate's modules look for. usage or unauthorized
// with the variable to set.
[[nodiscard]] Result<ClusterAccess> environment_access(const Variable& variable);

}  // namespace ely::model
