#include "store/weaviate/server.hpp"

namespace ely::store::weaviate {

Result<std::shared_ptr<Server>> Server::make(const model::ClusterAccess& access) {
    ELY_TRY_ASSIGN(auto rpc, Rpc::make(access));
    return std::shared_ptr<Server>(new Server(access, std::move(rpc)));
}

}  // namespace ely::store::weaviate
