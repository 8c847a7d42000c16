#pragma once

// Vectors that were computed once, keyed by model fingerprint and the exact text: no text is embedded twice, in
// whichever branch, commit or repository it appears. A cache: losing it costs time only, and a damaged file is replaced
// when it is opened. One SQLite file, shared by processes and by models; it grows without limit.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/result.hpp"

namespace ely::embed {

class VectorCache {
  public:
    // `dimensions` floats a vector. Thread-safe.
    static Result<std::unique_ptr<VectorCache>> open(const Path& file, std::string_view fingerprint,
                                                     std::uint32_t dimensions);
    virtual ~VectorCache() = default;

    // The key of a text under this cache's model.
    [[nodiscard]] virtual Sha256Digest key(std::string_view text) const = 0;
    // For each key its vector, or an empty one.
    [[nodiscard]] virtual Result<std::vector<std::vector<float>>> find(std::span<const Sha256Digest> keys) = 0;
    // values holds keys.size() * dimensions floats. Keys that are there already keep their vectors. All or none; a
    // power cut may lose the latest.
    [[nodiscard]] virtual Result<void> insert(std::span<const Sha256Digest> keys, std::span<const float> values) = 0;
};

}  // namespace ely::embed
