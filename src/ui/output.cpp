#include "ui/output.hpp"

#include <cerrno>

#include <unistd.h>

namespace ely::ui {

void DescriptorOutput::write(std::string_view text) {
    if (m_error != 0) return;
    m_buffer += text;
    if (m_flush_each_write || m_buffer.size() >= (1U << 16U)) flush();
}

void DescriptorOutput::flush() {
    if (m_buffer.empty()) return;
    if (m_before_writing) m_before_writing();
    std::string_view rest = m_buffer;
    while (!rest.empty() && m_error == 0) {
        const auto written = ::write(m_descriptor, rest.data(), rest.size());
        if (written >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR) {
            m_error = errno;
        }
    }
    m_buffer.clear();
}

Result<void> DescriptorOutput::finish() {
    flush();
    if (m_error == 0 || m_error == EPIPE) return {};
    return fail(errno_error(m_error, "cannot write to standard output"));
}

}  // namespace ely::ui
