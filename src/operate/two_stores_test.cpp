#include <cstdlib>
#include <map>

#include <doctest/doctest.h>

#include "base/process.hpp"
#include "base/testing/temporary_folder.hpp"
#include "changes/stream/spool.hpp"
#include "index/code_schema.hpp"
#include "model/cluster_file.hpp"
#include "operate/onboard/add.hpp"
#include "operate/onboard/remove.hpp"

// Repositories on the embedded store and on a cluster, side by side. The cluster's part is played by a second store
// that gives collections names of its own, as a cluster may; the same mgit, spool, ledger and state database serve
// both.

namespace ely::operate {
namespace {

// "flask" is stored as "Flask", and found by both names.
class CapitalStore final : public store::Store {
  public:
    CapitalStore(std::unique_ptr<store::Store> store, std::string location)
        : m_store(std::move(store)), m_location(std::move(location)) {}
    Result<std::vector<std::string>> list() override { return m_store->list(); }
    std::string name_for(std::string_view wanted) const override { return capital(wanted); }
    Result<std::shared_ptr<store::Collection>> open(std::string_view name) override {
        return m_store->open(capital(name));
    }
    Result<std::shared_ptr<store::Collection>> create(const model::CollectionSchema& schema) override {
        auto changed = schema;
        changed.name = capital(schema.name);
        return m_store->create(changed);
    }
    Result<void> drop(std::string_view name) override { return m_store->drop(capital(name)); }
    std::string location() const override { return m_location; }
    Result<void> health() override { return m_store->health(); }

  private:
    static std::string capital(std::string_view name) {
        std::string out(name);
        if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
        return out;
    }
    std::unique_ptr<store::Store> m_store;
    std::string m_location;
};

struct Desk {
    testing::TemporaryFolder folder;
    std::map<std::string, std::string> variables{{"ELYSIACTL_HOME", (folder.path() / "home").string()},
                                                 {"TEAM_KEY", "hunter2"}};
    model::Settings settings = resolve();
    std::vector<model::ClusterAccess> opened;
    model::NoProgress progress;

    Desk() {
        model::ClusterFile file;
        model::ClusterProfile profile;
        profile.name = "team";
        profile.url = "http://team:8080";
        profile.api_key_env = "TEAM_KEY";
        file.put(profile);
        REQUIRE(model::write_cluster_file(model::cluster_file_path(settings.folders().config), file));
        write("a.py", "def first():\n    return 1\n");
        write("b.md", "# Title\n\nSome words.\n");
        git({"init", "-q", "-b", "main"});
        commit();
    }

    [[nodiscard]] Path repository() const { return folder.path() / "shop"; }

    Workspace workspace() {
        const auto variable = [this](const std::string& name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        };
        return {settings,
                system_clock(),
                variable,
                {},
                {},
                [this](const model::ClusterAccess& access,
                       const store::ClusterUse&) -> Result<std::unique_ptr<store::Store>> {
                    opened.push_back(access);
                    auto store = store::open_embedded_store(folder.path() / (access.name + ".db"));
                    if (!store) return fail(store.error());
                    return std::make_unique<CapitalStore>(std::move(*store), access.url);
                }};
    }

    void write(const std::string& name, std::string_view text) const {
        REQUIRE(make_directories(repository()));
        REQUIRE(write_file_atomic(repository() / name, text));
    }
    void git(const std::vector<std::string>& arguments) const {
        ProcessOptions options;
        options.arguments = {"git", "-c", "user.name=A", "-c", "user.email=a@example.org"};
        options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
        options.working_directory = repository();
        const auto result = run_process(options);
        REQUIRE(result.has_value());
        REQUIRE_MESSAGE(result->ok(), result->errors);
    }
    void commit() const {
        git({"add", "-A"});
        git({"commit", "-q", "-m", "more"});
    }

    AddReport add(Workspace& workspace, const std::string& cluster, const std::string& name) {
        auto plan = try_plan(workspace, cluster, name);
        REQUIRE_MESSAGE(plan.has_value(), (plan ? std::string() : plan.error().text()));
        auto report = add_repository(workspace, std::move(*plan), progress);
        REQUIRE_MESSAGE(report.has_value(), (report ? std::string() : report.error().text()));
        return std::move(*report);
    }
    Result<AddPlan> try_plan(Workspace& workspace, const std::string& cluster, const std::string& name,
                             const std::string& collection = "shop") {
        AddRequest request;
        request.url = repository().string();
        request.cluster = cluster;
        request.name = name;
        request.collection = collection;
        request.vectorizer = "none";
        return plan_add(workspace, request, progress);
    }

  private:
    [[nodiscard]] model::Settings resolve() const {
        model::SettingSources sources;
        sources.variable = [this](const std::string& name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        };
        const char* programs = std::getenv("ELY_PROGRAMS_DIR");  // NOLINT(concurrency-mt-unsafe): nobody sets it
        sources.program_folder = std::filesystem::absolute(programs != nullptr ? programs : "build/release");
        REQUIRE(std::filesystem::exists(sources.program_folder / "mgit"));
        return model::Settings::resolve(sources).value();
    }
};

std::uint64_t objects(Workspace& workspace, const std::string& cluster) {
    const auto collection = workspace.store(cluster).value()->open("shop");
    return collection ? (*collection)->count(store::Filter::everything()).value() : 0;
}

}  // namespace

TEST_CASE("one repository in two stores, in collections of the same name, and neither hears of the other") {
    Desk desk;
    auto workspace = desk.workspace();
    const auto here = desk.add(workspace, "", "shop");
    const auto there = desk.add(workspace, "team", "shop-team");
    CHECK(here.entry.cluster.empty());
    CHECK(here.entry.collection == "shop");
    // As the store names it.
    CHECK(there.entry.cluster == "team");
    CHECK(there.entry.collection == "Shop");
    REQUIRE(desk.opened.size() == 1);
    CHECK(desk.opened[0].api_key == "hunter2");
    const auto before = objects(workspace, "");
    CHECK(before > 0);
    CHECK(objects(workspace, "team") == before);

    // Only one of them is synced.
    desk.write("c.py", "def third():\n    return 3\n");
    desk.commit();
    auto entry = there.entry;
    const auto synced = sync_repository(workspace, entry, {}, desk.progress);
    REQUIRE_MESSAGE(synced.has_value(), (synced ? std::string() : synced.error().text()));
    CHECK(synced->ingest.indexed == 1);
    CHECK(objects(workspace, "team") == before + 1);
    CHECK(objects(workspace, "") == before);
    entry = here.entry;
    CHECK(sync_repository(workspace, entry, {}, desk.progress)->ingest.indexed == 1);
    CHECK(objects(workspace, "") == before + 1);

    // Folders and locks of their own; the embedded store's as they always were.
    const auto archive = desk.settings.spool_root() / "archive";
    for (const auto* name : {"shop", "team@Shop"}) {
        CHECK_MESSAGE(std::filesystem::is_directory(archive / name), name);
        CHECK_MESSAGE(std::filesystem::exists(workspace.ledger_file().string() + "." + name + ".lock"), name);
    }

    // The end of one leaves the other.
    CHECK(remove_repository(workspace, "shop-team", true)->collection_dropped);
    CHECK(objects(workspace, "team") == 0);
    CHECK(objects(workspace, "") == before + 1);
    CHECK(std::filesystem::is_empty(archive / "team@Shop"));
    CHECK(!std::filesystem::is_empty(archive / "shop"));
    entry = here.entry;
    CHECK(!sync_repository(workspace, entry, {}, desk.progress)->changed);
}

TEST_CASE("a repository is added once to each store") {
    Desk desk;
    auto workspace = desk.workspace();
    desk.add(workspace, "team", "shop");
    // By the collection's other name too.
    for (const auto* collection : {"shop", "Shop"}) {
        const auto again = desk.try_plan(workspace, "team", "other", collection);
        REQUIRE(!again);
        CHECK(again.error().code == Code::already_exists);
    }
    const auto elsewhere = desk.try_plan(workspace, "", "shop");
    REQUIRE(!elsewhere);
    CHECK(elsewhere.error().message.find("is already added, as \"shop\", in cluster team") != std::string::npos);
    CHECK(elsewhere.error().hint.find("--name") != std::string::npos);
    CHECK(desk.try_plan(workspace, "", "other").has_value());
    CHECK(desk.try_plan(workspace, "team", "other", "elsewhere").has_value());
    CHECK(desk.try_plan(workspace, "team", "other", "eLYSIA_CONFIG__").error().code == Code::unauthorized);
}

TEST_CASE("an add that was interrupted goes on where it was begun") {
    Desk desk;
    auto workspace = desk.workspace();
    auto plan = desk.try_plan(workspace, "team", "shop");
    REQUIRE(plan);
    std::stop_source stopped;
    stopped.request_stop();
    const auto cut = add_repository(workspace, std::move(*plan), desk.progress, stopped.get_token());
    REQUIRE(!cut);
    CHECK(cut.error().code == Code::cancelled);
    const auto elsewhere = desk.try_plan(workspace, "", "shop");
    REQUIRE(!elsewhere);
    CHECK(elsewhere.error().message.find("--cluster team") != std::string::npos);
    AddRequest unlike;
    unlike.url = desk.repository().string();
    unlike.cluster = "team";
    unlike.elysia = false;
    const auto refused = plan_add(workspace, unlike, desk.progress);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::conflict);
    CHECK(refused.error().message.find("metadata for Elysia") != std::string::npos);
    const auto again = desk.try_plan(workspace, "team", "shop");
    REQUIRE_MESSAGE(again.has_value(), (again ? std::string() : again.error().text()));
    CHECK(again->resumes);
    CHECK(desk.add(workspace, "team", "shop").entry.status == "ready");
}

TEST_CASE("without its key a cluster is not opened, and no trace of one is kept") {
    Desk desk;
    {
        auto workspace = desk.workspace();
        desk.add(workspace, "team", "shop");
    }
    for (const auto& item : std::filesystem::recursive_directory_iterator(desk.folder.path() / "home")) {
        if (!item.is_regular_file()) continue;
        CHECK_MESSAGE(read_file(item.path())->find("hunter2") == std::string::npos, item.path().string());
    }
    desk.variables.erase("TEAM_KEY");
    auto workspace = desk.workspace();
    const auto refused = workspace.store("team");
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::unauthorized);
    // Nothing of it is taken for gone.
    auto entry = workspace.state().value()->find_repository("shop").value().value();
    CHECK(sync_repository(workspace, entry, {}, desk.progress).error().code == Code::unauthorized);
    CHECK(remove_repository(workspace, "shop", true).error().code == Code::unauthorized);
    CHECK(workspace.state().value()->find_repository("shop").value().has_value());
}

}  // namespace ely::operate
