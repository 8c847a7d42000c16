#include "programs/elysiactl/open_workspace.hpp"

namespace ely::programs {

operate::Workspace open_workspace(Context& context) {
    const auto warn = [&context](std::string_view text) {
        if (context.quiet) return;
        const auto line = "warning: " + std::string(text);
        // A progress line makes room for it; with --json there may be none that speaks.
        if (context.json) {
            context.err.print("{}\n", line);
        } else {
            context.progress.note(line);
        }
    };
    return {context.settings, context.clock, context.variable, context.stop, warn};
}

}  // namespace ely::programs
