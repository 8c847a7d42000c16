#include "operate/clusters.hpp"

#include <map>

#include <doctest/doctest.h>

#include "base/testing/temporary_folder.hpp"
#include "model/cluster_file.hpp"

namespace ely::operate {
namespace {

struct Home {
    testing::TemporaryFolder folder;
    std::map<std::string, std::string> variables{{"ELYSIACTL_HOME", folder.path().string()}};
    std::vector<model::FlagValue> flags;

    [[nodiscard]] model::Variable variable() const {
        return [this](const std::string& name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        };
    }
    [[nodiscard]] model::Settings settings() const {
        model::SettingSources sources;
        sources.variable = variable();
        sources.flags = flags;
        return model::Settings::resolve(sources).value();
    }
    [[nodiscard]] Result<std::string> chosen() const { return chosen_cluster(settings()); }
    void flag(const std::string& value) { flags = {{"cluster", value, "--cluster"}}; }
};

void add_profiles(const Home& home, const std::string& chosen) {
    model::ClusterFile file;
    for (const auto* name : {"a", "b", "c", "d"}) {
        model::ClusterProfile profile;
        profile.name = name;
        profile.url = std::string("http://") + name;
        file.put(profile);
    }
    file.chosen = chosen;
    REQUIRE(model::write_cluster_file(model::cluster_file_path(home.folder.path()), file));
}

}  // namespace

TEST_CASE("a flag wins over the variable, that over config.yaml, that over cluster use, that over the embedded store") {
    Home home;
    CHECK(home.chosen().value().empty());
    add_profiles(home, "");
    CHECK(home.chosen().value().empty());
    add_profiles(home, "a");
    CHECK(home.chosen().value() == "a");
    REQUIRE(write_file_atomic(home.folder.path() / "config.yaml", "cluster: b\n"));
    CHECK(home.chosen().value() == "b");
    home.variables["ELYSIACTL_CLUSTER"] = "c";
    CHECK(home.chosen().value() == "c");
    home.flag("d");
    CHECK(home.chosen().value() == "d");
    home.flag("embedded");
    CHECK(home.chosen().value().empty());
    home.flag("environment");
    CHECK(home.chosen().value() == "environment");
    home.flag("e");
    const auto unknown = home.chosen();
    REQUIRE(!unknown);
    CHECK(unknown.error().code == Code::not_found);
    CHECK(unknown.error().text() == "--cluster: no cluster is called \"e\"");
    CHECK(unknown.error().hint == "there are: a, b, c, d");
}

TEST_CASE("the standard variables move nobody's collections by themselves") {
    Home home;
    home.variables["WEAVIATE_URL"] = "http://box:8080";
    CHECK(home.chosen().value().empty());
    add_profiles(home, "environment");
    CHECK(home.chosen().value() == "environment");
    const auto access = access_of(home.settings(), home.variable(), "environment");
    REQUIRE(access);
    CHECK(access->url == "http://box:8080");
    CHECK(access_of(home.settings(), home.variable(), "b")->url == "http://b");
    CHECK(access_of(home.settings(), home.variable(), "x").error().code == Code::not_found);
}

TEST_CASE("a repository stays where it is, whatever a flag says") {
    Home home;
    add_profiles(home, "b");
    model::RepoEntry entry;
    entry.name = "flask";
    entry.url = "https://example.com/flask";
    entry.cluster = "a";
    // Not asked for by a flag: the repository's own cluster is meant.
    CHECK(check_cluster_flag(home.settings(), entry).has_value());
    home.variables["ELYSIACTL_CLUSTER"] = "c";
    CHECK(check_cluster_flag(home.settings(), entry).has_value());
    home.flag("a");
    CHECK(check_cluster_flag(home.settings(), entry).has_value());
    home.flag("embedded");
    const auto refused = check_cluster_flag(home.settings(), entry);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::usage);
    CHECK(refused.error().message == "repository \"flask\" is kept in cluster a, not in the embedded store");
    CHECK(refused.error().hint.find("--cluster embedded --name flask-2") != std::string::npos);
    entry.cluster.clear();
    CHECK(check_cluster_flag(home.settings(), entry).has_value());
}

}  // namespace ely::operate
