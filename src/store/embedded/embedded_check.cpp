#include "store/embedded/embedded_check.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "model/cluster_profile.hpp"
#include "store/embedded/embedded_store.hpp"

namespace ely::store::embedded {
namespace {

using model::HealthState;
using model::HealthStep;

// The file may not be there yet, nor its folder.
Path nearest_folder(const Path& file) {
    std::error_code error;
    auto folder = std::filesystem::absolute(file, error).parent_path();
    while (folder.has_relative_path() && !std::filesystem::is_directory(folder, error)) folder = folder.parent_path();
    return folder;
}

HealthStep check_disk(const Path& file) {
    // Less is soon used up: a batch of vectors, and SQLite's log beside it.
    constexpr std::uint64_t k_little = 256ULL << 20U;
    HealthStep out{"disk", "Disk", HealthState::ok, {}, {}, {}};
    const auto folder = nearest_folder(file);
    std::error_code error;
    const auto space = std::filesystem::space(folder, error);
    if (error) {
        out.state = HealthState::untold;
        out.text = fmt::format("{}: {}", folder.string(), error.message());
        return out;
    }
    out.text = format_size(space.available) + " free";
    if (space.available < k_little) {
        out.state = HealthState::warning;
        out.next = "make room in " + folder.string();
    }
    return out;
}

HealthStep check_file(const Path& file, bool there) {
    HealthStep out{"file", "File", HealthState::ok, "not there yet: the first collection makes it", {}, {}};
    std::error_code error;
    if (there) out.text = format_size(std::filesystem::file_size(file, error));
    return out;
}

// Each step that fails ends the look inside: nothing behind it can be read.
std::vector<HealthStep> look_inside(const Path& file, const Clock& clock) {
    HealthStep whole{"integrity", "Integrity", HealthState::ok, "the file is whole", {}, {}};
    const auto failed = [&whole](const Error& error) {
        whole.state = HealthState::failed;
        whole.text = error.text();
        whole.next = error.hint.empty() ? "elysiactl config show has its place, under store.path" : error.hint;
        return std::vector{whole};
    };
    const auto store = EmbeddedStore::open(file, clock);
    if (!store) return failed(store.error());
    if (const auto healthy = (*store)->health(); !healthy) return failed(healthy.error());
    const auto names = (*store)->list();
    if (!names) return failed(names.error());
    return {whole,
            {"collections",
             "Collections",
             HealthState::ok,
             names->empty() ? std::string("none yet") : join(*names, ", "),
             {},
             {}}};
}

}  // namespace

model::HealthReport check(const Path& file, const Clock& clock) {
    model::HealthReport out;
    out.name = model::k_embedded_cluster;
    out.location = file.string();
    std::error_code error;
    const bool there = std::filesystem::exists(file, error);
    out.steps.push_back(check_file(file, there));
    if (there) {
        for (auto& step : look_inside(file, clock)) out.steps.push_back(std::move(step));
    }
    out.steps.push_back(check_disk(file));
    return out;
}

}  // namespace ely::store::embedded
