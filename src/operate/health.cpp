#include "operate/health.hpp"

#include <future>

#include "model/cluster_environment.hpp"
#include "model/cluster_file.hpp"
#include "operate/clusters.hpp"
#include "store/open.hpp"

namespace ely::operate {
namespace {

model::HealthReport unusable(const std::string& cluster, const std::string& location, const Error& error) {
    model::HealthReport out;
    out.name = cluster;
    out.location = location;
    out.steps.push_back({"profile", "Profile", model::HealthState::failed, error.text(), {}, error.hint});
    return out;
}

}  // namespace

Result<model::HealthReport> check_store(const model::Settings& settings, const model::Variable& variable,
                                        const Clock& clock, const std::string& cluster) {
    if (cluster.empty()) return store::check_embedded_store(settings.store_path(), clock);
    ELY_TRY_ASSIGN(const auto access, access_of(settings, variable, cluster));
    return store::check_cluster(access, clock);
}

Result<std::vector<model::HealthReport>> check_all_stores(const model::Settings& settings,
                                                          const model::Variable& variable, const Clock& clock) {
    ELY_TRY_ASSIGN(const auto file, model::read_cluster_file(model::cluster_file_path(settings.folders().config)));
    ELY_TRY_ASSIGN(const auto chosen, chosen_cluster(settings));
    // Name and address; of the embedded store the empty name.
    std::vector<std::pair<std::string, std::string>> stores{{}};
    for (const auto& profile : file.profiles) stores.emplace_back(profile.name, profile.url);
    if (chosen == model::k_environment_cluster) stores.emplace_back(chosen, std::string());
    std::vector<std::future<model::HealthReport>> looks;
    for (const auto& [name, url] : stores) {
        looks.push_back(std::async(std::launch::async, [&settings, &variable, &clock, &name, &url] {
            auto report = check_store(settings, variable, clock, name);
            return report ? std::move(*report) : unusable(name, url, report.error());
        }));
    }
    std::vector<model::HealthReport> out;
    for (auto& look : looks) out.push_back(look.get());
    return out;
}

}  // namespace ely::operate
