#include "store/open.hpp"

#include "store/embedded/embedded_store.hpp"

namespace ely::store {

Result<std::unique_ptr<Store>> open_embedded_store(const Path& file, const Clock& clock) {
    return embedded::EmbeddedStore::open(file, clock);
}

}  // namespace ely::store
