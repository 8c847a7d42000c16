#include "programs/mgit/commands.hpp"

#include <array>

namespace ely::programs {
namespace {

constexpr std::array k_groups{
    Group{"stream", "Change streams, for people"},
    Group{"config", "Settings and where they come from"},
};

const std::array k_commands{
    &k_mgit_inspect, &k_mgit_sync,  &k_mgit_forget, &k_stream_show, &k_config_show,
    &k_config_path,  &k_config_set, &k_completion,  &k_man,
};

}  // namespace

const Program& mgit_program() {
    static const Program program{
        .name = "mgit",
        .summary = "turns the history of Git repositories into change streams",
        .description = "Start with \"mgit inspect URL\", then \"mgit sync URL --output FILE\".",
        .groups = k_groups,
        .commands = k_commands};
    return program;
}

}  // namespace ely::programs
