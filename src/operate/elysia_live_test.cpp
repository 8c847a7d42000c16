#include <cstdlib>
#include <map>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/process.hpp"
#include "base/testing/temporary_folder.hpp"
#include "elysia/statistics.hpp"
#include "model/cluster_file.hpp"
#include "operate/onboard/add.hpp"
#include "operate/onboard/remove.hpp"
#include "store/testing/objects.hpp"
#include "store/weaviate/rest.hpp"
#include "store/weaviate/testing/weaviate_server.hpp"

// Elysia's metadata along a repository's life, with a real server and a real mgit.

namespace ely::operate {
namespace {

using nlohmann::json;
using store::testing::value_of;

// Where Elysia begins to cut texts up: the mean of a collection's longest property, in tokens.
constexpr double k_elysia_cuts_above = 400;

class Notes final : public model::Progress {
  public:
    void stage(std::string_view, std::uint64_t, std::string_view) override {}
    void advance(std::uint64_t, std::uint64_t) override {}
    void note(std::string_view text) override { all.emplace_back(text); }
    std::vector<std::string> all;
};

class Desk {
  public:
    Desk() {
        auto* server = value_of(store::testing::shared_weaviate());
        model::ClusterFile file;
        model::ClusterProfile profile;
        profile.name = "team";
        profile.url = server->url();
        profile.grpc = server->grpc();
        file.put(profile);
        value_of(model::write_cluster_file(model::cluster_file_path(m_settings.folders().config), file));
        for (const auto& name : value_of(store().list())) value_of(store().drop(name));
        git({"init", "-q", "-b", "main"});
    }
    void write(const std::string& name, std::string_view text) const {
        const auto file = repository() / name;
        value_of(make_directories(file.parent_path()));
        value_of(write_file_atomic(file, text));
    }
    void commit() const {
        git({"add", "-A"});
        git({"commit", "-q", "-m", "more"});
    }
    AddReport add(const std::string& name = "shop", bool elysia = true) {
        AddRequest request;
        request.url = repository().string();
        request.cluster = "team";
        request.name = name;
        request.collection = "shop";
        request.vectorizer = "none";
        request.elysia = elysia;
        return value_of(add_repository(workspace, value_of(plan_add(workspace, request, notes)), notes));
    }
    SyncReport sync(const std::string& name = "shop") {
        auto entry = value_of(value_of(workspace.state())->find_repository(name)).value();
        return value_of(sync_repository(workspace, entry, {}, notes));
    }
    RemoveReport remove(const std::string& name = "shop") { return value_of(remove_repository(workspace, name, true)); }
    store::Store& store() { return *value_of(workspace.store("team")); }
    const store::weaviate::Rest& rest() { return *store::rest_of(store()); }
    // The metadata's properties, of all collections.
    std::vector<json> metadata() {
        const auto answer = rest().get("/v1/objects?class=ELYSIA_METADATA__");
        if (!answer) return {};
        std::vector<json> out;
        for (const auto& object : answer->at("objects")) out.push_back(object.at("properties"));
        return out;
    }
    [[nodiscard]] Path repository() const { return m_folder.path() / "shop"; }

  private:
    void git(const std::vector<std::string>& arguments) const {
        value_of(make_directories(repository()));
        ProcessOptions options;
        options.arguments = {"git", "-c", "user.name=A", "-c", "user.email=a@example.org"};
        options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
        options.working_directory = repository();
        const auto result = value_of(run_process(options));
        REQUIRE_MESSAGE(result.ok(), result.errors);
    }
    [[nodiscard]] std::optional<std::string> variable(const std::string& name) const {
        if (name == "ELYSIACTL_HOME") return (m_folder.path() / "home").string();
        return std::nullopt;
    }
    [[nodiscard]] model::Settings resolve() const {
        model::SettingSources sources;
        sources.variable = [this](const std::string& name) { return variable(name); };
        const char* programs = std::getenv("ELY_PROGRAMS_DIR");  // NOLINT(concurrency-mt-unsafe): nobody sets it
        sources.program_folder = std::filesystem::absolute(programs != nullptr ? programs : "build/release");
        return value_of(model::Settings::resolve(sources));
    }

    testing::TemporaryFolder m_folder;
    model::Settings m_settings = resolve();

  public:
    Notes notes;
    Workspace workspace{m_settings, system_clock(), [this](const std::string& name) { return variable(name); }};
};

}  // namespace

TEST_CASE("Elysia is told of a repository from its first sync to its end") {
    Desk desk;
    desk.write("a.py", "def first():\n    return 1\n");
    desk.write("b.md", "# Title\n\nSome words.\n");
    desk.commit();
    const auto added = desk.add();
    CHECK(added.sync.elysia == elysia::Reach::words);
    auto all = desk.metadata();
    REQUIRE(all.size() == 1);
    CHECK(all[0].at("name") == "Shop");
    CHECK(all[0].at("length") == added.entry.objects);
    CHECK(all[0].at("summary").get<std::string>().find(added.entry.repository) != std::string::npos);
    CHECK(!all[0].at("mappings").contains("document"));
    for (const auto& field : all[0].at("fields")) {
        CHECK(field.at("name") != "search_words");
        CHECK(field.at("name") != "has_vector");
    }

    desk.write("c.py", "def third():\n    return 3\n");
    desk.commit();
    desk.sync();
    CHECK(desk.metadata().at(0).at("length") == added.entry.objects + 1);

    // Lost, and found again by a sync that has nothing else to do.
    value_of(desk.store().drop("ELYSIA_METADATA__"));
    CHECK(desk.sync().elysia == elysia::Reach::words);
    CHECK(desk.metadata().size() == 1);

    value_of(desk.rest().send("POST", "/v1/schema", {{"class", "ELYSIA_CHUNKED_shop__"}, {"vectorizer", "none"}}));
    const auto removed = desk.remove();
    CHECK(removed.collection_dropped);
    CHECK(removed.notes.empty());
    CHECK(desk.metadata().empty());
    CHECK(value_of(desk.store().list()) == std::vector<std::string>{"ELYSIA_METADATA__"});
    CHECK(desk.notes.all.empty());
}

TEST_CASE("a repository can be kept from Elysia, and stays so") {
    Desk desk;
    desk.write("a.py", "def first():\n    return 1\n");
    desk.commit();
    CHECK(!desk.add("shop", false).sync.elysia);
    desk.write("c.py", "def third():\n    return 3\n");
    desk.commit();
    CHECK(!desk.sync().elysia);
    CHECK(value_of(desk.store().list()) == std::vector<std::string>{"Shop"});
    CHECK(desk.remove().notes.empty());
}

TEST_CASE("that Elysia could not be told is said, and the next sync makes up for it") {
    Desk desk;
    desk.write("a.py", "def first():\n    return 1\n");
    desk.commit();
    // Somebody's class under that name which no metadata can be put in.
    value_of(desk.rest().send("POST", "/v1/schema",
                              {{"class", "ELYSIA_METADATA__"},
                               {"vectorizer", "none"},
                               {"properties", {{{"name", "length"}, {"dataType", {"boolean"}}}}}}));
    const auto added = desk.add();
    CHECK(!added.sync.elysia);
    CHECK(added.entry.status == "ready");
    REQUIRE(desk.notes.all.size() == 1);
    CHECK(desk.notes.all[0].find("Elysia's metadata of collection Shop is not up to date") != std::string::npos);
    value_of(desk.store().drop("ELYSIA_METADATA__"));
    CHECK(desk.sync().elysia == elysia::Reach::words);
    CHECK(desk.metadata().size() == 1);
    CHECK(desk.notes.all.size() == 1);
}

TEST_CASE("chunks are short enough that Elysia does not cut them up") {
    Desk desk;
    // Sources of this project: long functions, long documents.
    for (const auto* folder : {"src/base", "src/index", "doc", "tests/e2e"}) {
        std::filesystem::create_directories(desk.repository() / folder);
        std::filesystem::copy(folder, desk.repository() / folder, std::filesystem::copy_options::recursive);
    }
    desk.commit();
    desk.add();
    const auto statistics = value_of(elysia::measure(*value_of(desk.store().open("Shop"))));
    CHECK(statistics.length > 500);
    for (const auto& field : statistics.fields) {
        if (field.type == model::DataType::text) CHECK_MESSAGE(field.mean.value() <= k_elysia_cuts_above, field.name);
    }
    CHECK(desk.metadata().at(0).at("length") == statistics.length);
}

TEST_CASE("of two repositories in a collection one goes, and the numbers follow") {
    Desk desk;
    desk.write("a.py", "def first():\n    return 1\n\n\ndef second():\n    return 2\n");
    desk.commit();
    const auto shop = desk.add();
    // A second repository, whose objects stay.
    auto collection = value_of(desk.store().open("Shop"));
    store::testing::put(*collection, {{store::testing::test_id(1),
                                       {{"repository", "example.org/other"}, {"path", "x.py"}, {"content", "x = 1"}},
                                       {}}});
    const auto removed = desk.remove();
    CHECK(!removed.collection_dropped);
    CHECK(removed.objects == shop.entry.objects);
    CHECK(removed.notes.empty());
    const auto all = desk.metadata();
    REQUIRE(all.size() == 1);
    CHECK(all[0].at("length") == 1);
}

}  // namespace ely::operate
