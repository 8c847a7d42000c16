#include "embed/safetensors.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace ely::embed {
namespace {

using Json = nlohmann::json;

struct Mapping {
    std::shared_ptr<const void> memory;
    std::string_view bytes;
};

Result<Mapping> map_file(const Path& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return fail(errno_error(errno, "cannot open " + file.string()));
    struct stat status {};
    if (::fstat(descriptor, &status) != 0 || status.st_size == 0) {
        ::close(descriptor);
        return fail(Code::corrupt, file.string() + " is empty");
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    void* memory = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0);
    const int error_number = errno;
    ::close(descriptor);
    if (memory == MAP_FAILED) return fail(errno_error(error_number, "cannot map " + file.string()));
    return Mapping{std::shared_ptr<const void>(memory, [memory, size](const void*) { ::munmap(memory, size); }),
                   std::string_view(static_cast<const char*>(memory), size)};
}

Result<Tensor> to_tensor(const Json& entry, std::string_view data) {
    Tensor tensor;
    tensor.shape = entry.at("shape").get<std::vector<std::size_t>>();
    const auto offsets = entry.at("data_offsets").get<std::vector<std::size_t>>();
    std::size_t count = 1;
    for (const auto extent : tensor.shape) {
        if (extent != 0 && count > data.size() / extent) return fail(Code::corrupt, "a tensor larger than the file");
        count *= extent;
    }
    if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data.size() ||
        offsets[1] - offsets[0] != count * sizeof(float)) {
        return fail(Code::corrupt, "a tensor's place is not in the file");
    }
    const char* start = data.data() + offsets[0];
    if (reinterpret_cast<std::uintptr_t>(start) % alignof(float) != 0) {
        return fail(Code::unsupported, "a tensor is not aligned");
    }
    tensor.values = {reinterpret_cast<const float*>(start), count};
    return tensor;
}

}  // namespace

Result<Safetensors> Safetensors::open(const Path& file) {
    Safetensors out;
    out.m_file = file;
    ELY_TRY_ASSIGN(auto mapping, map_file(file));
    out.m_mapping = std::move(mapping.memory);
    out.m_bytes = mapping.bytes;
    ELY_TRY(out.read_header());
    return out;
}

Result<void> Safetensors::read_header() {
    const auto corrupt = [this](std::string_view what) {
        return fail(Code::corrupt, fmt::format("{} is not a safetensors file: {}", m_file.string(), what));
    };
    std::uint64_t header_size = 0;
    if (m_bytes.size() < sizeof header_size) return corrupt("too short");
    std::memcpy(&header_size, m_bytes.data(), sizeof header_size);
    if (header_size > m_bytes.size() - sizeof header_size) return corrupt("its header is cut off");
    const auto header = m_bytes.substr(sizeof header_size, header_size);
    const auto data = m_bytes.substr(sizeof header_size + header_size);
    try {
        const auto json = Json::parse(header);
        for (const auto& [name, entry] : json.items()) {
            if (name == "__metadata__" || entry.at("dtype") != "F32") continue;
            auto tensor = to_tensor(entry, data);
            if (!tensor) return fail(std::move(tensor).error(), fmt::format("{}: {}", m_file.string(), name));
            m_tensors.emplace(name, *std::move(tensor));
        }
    } catch (const Json::exception& error) {
        return corrupt(error.what());
    }
    return {};
}

Result<Tensor> Safetensors::tensor(std::string_view name, const std::vector<std::size_t>& shape) const {
    const auto found = m_tensors.find(name);
    if (found == m_tensors.end()) {
        return fail(Code::corrupt, fmt::format("{} has no float32 tensor {}", m_file.string(), name));
    }
    if (found->second.shape != shape) {
        return fail(Code::corrupt, fmt::format("{}: {} has the shape {}, not {}", m_file.string(), name,
                                               fmt::join(found->second.shape, "x"), fmt::join(shape, "x")));
    }
    return found->second;
}

bool Safetensors::contains(std::string_view name) const {
    return m_tensors.contains(name);
}

}  // namespace ely::embed
