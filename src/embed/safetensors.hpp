#pragma once

// Reads a safetensors file: named tensors behind a JSON header. The file is mapped, not read, so that tensors cost
// memory only where they are touched, and processes share it. float32 only; tensors of other types are not offered.

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.hpp"
#include "base/result.hpp"

namespace ely::embed {

struct Tensor {
    std::vector<std::size_t> shape;
    std::span<const float> values;
};

class Safetensors {
  public:
    static Result<Safetensors> open(const Path& file);

    // corrupt when there is none of that name and shape: the file does not fit its config.json then.
    [[nodiscard]] Result<Tensor> tensor(std::string_view name, const std::vector<std::size_t>& shape) const;
    [[nodiscard]] bool contains(std::string_view name) const;
    // Keeps the mapping alive for as long as it is held.
    [[nodiscard]] const std::shared_ptr<const void>& mapping() const { return m_mapping; }

  private:
    Result<void> read_header();

    Path m_file;
    std::shared_ptr<const void> m_mapping;
    std::string_view m_bytes;
    std::map<std::string, Tensor, std::less<>> m_tensors;
};

}  // namespace ely::embed
