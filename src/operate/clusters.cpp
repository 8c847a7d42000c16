#include "operate/clusters.hpp"

#include <fmt/core.h>

#include "model/cluster_environment.hpp"
#include "model/cluster_file.hpp"

namespace ely::operate {
namespace {

Result<model::ClusterFile> profiles(const model::Settings& settings) {
    return model::read_cluster_file(model::cluster_file_path(settings.folders().config));
}

// The name as entries have it, when there is such a place.
Result<std::string> known_cluster(const model::Settings& settings, const model::Setting& said) {
    if (said.value == model::k_embedded_cluster) return std::string();
    if (said.value == model::k_environment_cluster) return said.value;
    ELY_TRY_ASSIGN(const auto file, profiles(settings));
    auto found = file.require(said.value);
    if (!found) return fail(std::move(found).error(), said.source);
    return said.value;
}

}  // namespace

Result<std::string> chosen_cluster(const model::Settings& settings) {
    const auto& said = settings.cluster();
    if (!said.value.empty()) return known_cluster(settings, said);
    ELY_TRY_ASSIGN(const auto file, profiles(settings));
    return file.chosen;
}

Result<std::optional<std::string>> cluster_flag(const model::Settings& settings) {
    const auto& said = settings.cluster();
    if (said.origin != model::Origin::flag || said.value.empty()) return std::nullopt;
    ELY_TRY_ASSIGN(auto name, known_cluster(settings, said));
    return std::optional(std::move(name));
}

Result<void> check_cluster_flag(const model::Settings& settings, const model::RepoEntry& entry) {
    ELY_TRY_ASSIGN(const auto asked, cluster_flag(settings));
    if (!asked || *asked == entry.cluster) return {};
    return fail(
        Code::usage,
        fmt::format("repository \"{}\" is kept in {}, not in {}", entry.name, store_text(entry.cluster),
                    store_text(*asked)),
        fmt::format("leave --cluster out, or keep it there as well: elysiactl repo add {} --cluster {} --name {}-2",
                    entry.url, asked->empty() ? std::string(model::k_embedded_cluster) : *asked, entry.name));
}

Result<model::ClusterAccess> access_of(const model::Settings& settings, const model::Variable& variable,
                                       const std::string& cluster) {
    if (cluster == model::k_environment_cluster) {
        auto access = model::environment_access(variable);
        if (!access) return fail(std::move(access).error(), "cluster " + cluster);
        return access;
    }
    ELY_TRY_ASSIGN(const auto file, profiles(settings));
    ELY_TRY_ASSIGN(const auto profile, file.require(cluster));
    return model::cluster_access(profile, variable);
}

std::string store_text(const std::string& cluster) {
    return cluster.empty() ? "the embedded store" : "cluster " + cluster;
}

}  // namespace ely::operate
