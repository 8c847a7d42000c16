// The first byte says in which pieces the rest comes: what is read must be what is read of the whole.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/testing/parsed_requests.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto whole = ely::testing::parsed_requests(bytes, [&](std::size_t) { return bytes.size(); });
    const std::size_t most = 1 + data[0] % 16U;
    const auto pieces = ely::testing::parsed_requests(bytes, [&](std::size_t i) { return 1 + i % most; });
    if (whole != pieces) std::abort();
    return 0;
}
