#pragma once

// Where text for people and scripts goes: standard output, standard error, or a string in a test. Writing never fails
// at the place of the write; whether everything arrived is asked once, at the end.

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "base/result.hpp"

namespace ely::ui {

class Output {
  public:
    virtual ~Output() = default;
    virtual void write(std::string_view text) = 0;
    // What has been written so far becomes visible.
    virtual void flush() {}
    // Called before text goes out: a progress line on the same screen is taken away then.
    virtual void before_writing(const std::function<void()>& /*action*/) {}

    void line(std::string_view text = {}) { write(std::string(text) + "\n"); }
    template <typename... Arguments>
    void print(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        write(fmt::format(format, std::forward<Arguments>(arguments)...));
    }
};

// A file descriptor, buffered until flush() or 64 KiB. After a write has failed the rest is dropped.
class DescriptorOutput final : public Output {
  public:
    explicit DescriptorOutput(int descriptor, bool flush_each_write = false)
        : m_descriptor(descriptor), m_flush_each_write(flush_each_write) {}
    ~DescriptorOutput() override { flush(); }
    DescriptorOutput(const DescriptorOutput&) = delete;
    DescriptorOutput& operator=(const DescriptorOutput&) = delete;

    void write(std::string_view text) override;
    void flush() override;
    void before_writing(const std::function<void()>& action) override { m_before_writing = action; }
    // ok also when the reader has gone away (`| head`); io when the text could not be written (a full disk).
    [[nodiscard]] Result<void> finish();

  private:
    int m_descriptor;
    bool m_flush_each_write;
    int m_error = 0;
    std::string m_buffer;
    std::function<void()> m_before_writing;
};

class StringOutput final : public Output {
  public:
    void write(std::string_view text) override { m_text += text; }
    [[nodiscard]] const std::string& text() const { return m_text; }

  private:
    std::string m_text;
};

}  // namespace ely::ui
