#include "base/version.hpp"

#ifndef ELY_VERSION
#error "the build defines ELY_VERSION"
#endif

namespace ely {

std::string_view version() {
    return ELY_VERSION;
}

}  // namespace ely
