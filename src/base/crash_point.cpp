#include "base/crash_point.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

#include <unistd.h>

namespace ely {
namespace {

struct Plan {
    std::string name;
    long passes_left = 0;
};

Plan read_plan() {
    const char* text = std::getenv("ELYSIACTL_CRASH_AT");
    if (text == nullptr || *text == '\0') return {};
    std::string_view view(text);
    const auto colon = view.rfind(':');
    if (colon == std::string_view::npos) return {std::string(view), 1};
    return {std::string(view.substr(0, colon)), std::strtol(text + colon + 1, nullptr, 10)};
}

}  // namespace

void crash_point(const char* name) {
    static const Plan plan = read_plan();
    if (plan.passes_left == 0 || plan.name != name) return;
    static std::atomic<long> passes{0};
    if (passes.fetch_add(1) + 1 == plan.passes_left) ::kill(::getpid(), SIGKILL);
}

}  // namespace ely
