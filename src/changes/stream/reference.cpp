#include "changes/stream/reference.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ely::stream {
namespace {

// Both without symbolic links and dots.
bool is_inside(const Path& file, const Path& folder) {
    const auto [end, _] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
    return end == folder.end();
}

class Descriptor {
  public:
    explicit Descriptor(int number) : m_number(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (m_number >= 0) ::close(m_number);
    }
    [[nodiscard]] int get() const { return m_number; }

  private:
    int m_number;
};

Result<std::optional<std::string>> read_limited(int descriptor, std::uint64_t limit) {
    std::string out;
    char buffer[1U << 16U];
    while (true) {
        const auto n = ::read(descriptor, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail(errno_error(errno, "the referenced file cannot be read"));
        if (n == 0) return out;
        out.append(buffer, static_cast<std::size_t>(n));
        if (out.size() > limit) return std::nullopt;
    }
}

// The file's own name, links followed, if it is where it may be.
Result<Path> locate(const Path& name, const ReferenceRules& rules) {
    if (rules.folder.empty() && (name.is_relative() || !rules.allow_anywhere)) {
        return fail(Code::unsupported, "there is no folder in which its reference could be looked up");
    }
    std::error_code code;
    const auto file = std::filesystem::canonical(rules.folder / name, code);
    if (code) return fail(errno_error(code.value(), "the referenced file cannot be found"));
    if (rules.allow_anywhere) return file;
    const auto folder = std::filesystem::canonical(rules.folder, code);
    if (code) return fail(errno_error(code.value(), "the folder of references cannot be found"));
    if (!is_inside(file, folder)) return fail(Code::unauthorized, "its reference leads out of the allowed folder");
    return file;
}

}  // namespace

Result<std::optional<std::string>> read_referenced(const Path& name, const ReferenceRules& rules) {
    ELY_TRY_ASSIGN(const auto file, locate(name, rules));
    // Not to be led astray by a link made in between, nor stopped by a pipe without a writer.
    const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    if (descriptor.get() < 0) return fail(errno_error(errno, "the referenced file cannot be opened"));
    struct stat status {};
    if (::fstat(descriptor.get(), &status) != 0) return fail(errno_error(errno, "the referenced file cannot be read"));
    if (!S_ISREG(status.st_mode)) return fail(Code::unsupported, "its reference is not a regular file");
    if (static_cast<std::uint64_t>(status.st_size) > rules.max_bytes) return std::nullopt;
    return read_limited(descriptor.get(), rules.max_bytes);
}

}  // namespace ely::stream
