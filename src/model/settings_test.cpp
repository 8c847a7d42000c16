#include "model/settings.hpp"

#include <filesystem>
#include <map>

#include <doctest/doctest.h>
#include <unistd.h>

namespace ely::model {
namespace {

class Home {
  public:
    Home() {
        auto name = (std::filesystem::temp_directory_path() / "ely-settings-XXXXXX").string();
        m_path = ::mkdtemp(name.data());
        variables["ELYSIACTL_HOME"] = m_path.string();
    }
    ~Home() {
        std::error_code ignored;
        std::filesystem::remove_all(m_path, ignored);
    }
    Home(const Home&) = delete;
    Home& operator=(const Home&) = delete;

    void write_config(std::string_view text) const { REQUIRE(write_file_atomic(m_path / "config.yaml", text)); }
    [[nodiscard]] SettingSources sources() const {
        SettingSources out;
        out.variable = [this](const std::string& name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        };
        return out;
    }
    [[nodiscard]] const Path& path() const { return m_path; }
    std::map<std::string, std::string> variables;

  private:
    Path m_path;
};

const Setting& find(const Settings& settings, std::string_view key) {
    for (const auto& setting : settings.all()) {
        if (setting.key == key) return setting;
    }
    FAIL("no such setting");
    return settings.all().front();
}

}  // namespace

TEST_CASE("a flag wins over the environment, that over the file, that over the default") {
    Home home;
    auto settings = Settings::resolve(home.sources());
    REQUIRE(settings);
    CHECK(settings->search_limit() == 10);
    CHECK(settings->max_file_size() == 1U << 20U);
    CHECK(find(*settings, "search.limit").origin == Origin::built_in);

    home.write_config("# mine\nsearch:\n  limit: 20\n");
    settings = Settings::resolve(home.sources());
    CHECK(settings->search_limit() == 20);
    CHECK(find(*settings, "search.limit").origin == Origin::file);
    CHECK(find(*settings, "search.limit").source == (home.path() / "config.yaml").string() + ":3");

    home.variables["ELYSIACTL_SEARCH_LIMIT"] = "30";
    settings = Settings::resolve(home.sources());
    CHECK(settings->search_limit() == 30);
    CHECK(find(*settings, "search.limit").source == "ELYSIACTL_SEARCH_LIMIT");

    auto sources = home.sources();
    sources.flags.push_back({"search.limit", "40", "--limit"});
    settings = Settings::resolve(sources);
    CHECK(settings->search_limit() == 40);
    CHECK(find(*settings, "search.limit").source == "--limit");
}

TEST_CASE("ELYSIACTL_HOME puts everything under one folder") {
    const Home home;
    const auto settings = Settings::resolve(home.sources());
    REQUIRE(settings);
    for (const auto& path : {settings->store_path(), settings->state_path(), settings->spool_root(),
                             settings->mgit_data(), settings->folders().cache, settings->folders().config_file}) {
        CHECK_MESSAGE(path.string().starts_with(home.path().string() + "/"), path.string());
    }
}

TEST_CASE("without it the XDG folders are used") {
    Home home;
    home.variables = {{"HOME", "/home/me"}, {"XDG_DATA_HOME", "/data"}, {"XDG_CACHE_HOME", "relative"}};
    const auto folders = resolve_folders(home.sources());
    REQUIRE(folders);
    CHECK(folders->config_file == "/home/me/.config/elysiactl/config.yaml");
    CHECK(folders->data == "/data/elysiactl");
    CHECK(folders->state == "/home/me/.local/state/elysiactl");
    CHECK(folders->cache == "/home/me/.cache/elysiactl");
    home.variables = {};
    CHECK(resolve_folders(home.sources()).error().code == Code::usage);
}

TEST_CASE("a shared folder is the spool's root") {
    Home home;
    home.variables["ELYSIACTL_SHARED"] = "/srv/shared/";
    CHECK(Settings::resolve(home.sources())->spool_root() == "/srv/shared");
    auto sources = home.sources();
    sources.shared = "/other";
    CHECK(Settings::resolve(sources)->spool_root() == "/other");
    home.variables["ELYSIACTL_SPOOL_ROOT"] = "/spool";
    CHECK(Settings::resolve(home.sources())->spool_root() == "/spool");
}

TEST_CASE("paths in the file are relative to it, and ~ is the home folder") {
    const Home home;
    home.write_config("store:\n  path: sub/../s.db\nspool:\n  root: ~/spool/\n");
    const auto settings = Settings::resolve(home.sources());
    REQUIRE(settings);
    CHECK(settings->store_path() == home.path() / "s.db");
    CHECK(settings->spool_root() == expand_home("~/spool"));
}

TEST_CASE("what is wrong is told with where it stands") {
    Home home;
    home.write_config("search:\n  limit: 10\n  limti: 3\n");
    const auto unknown = Settings::resolve(home.sources());
    REQUIRE(!unknown);
    CHECK(unknown.error().code == Code::usage);
    CHECK(unknown.error().message.find("config.yaml:3: unknown setting search.limti") != std::string::npos);
    CHECK(unknown.error().hint == "did you mean search.limit?");
    home.write_config("search:\n  limit: many\n");
    CHECK(Settings::resolve(home.sources()).error().text().find("config.yaml:2: ") != std::string::npos);
    home.write_config("");
    home.variables["ELYSIACTL_INDEX_MAX_FILE_SIZE"] = "big";
    CHECK(Settings::resolve(home.sources()).error().text().find("ELYSIACTL_INDEX_MAX_FILE_SIZE") != std::string::npos);
    home.variables.erase("ELYSIACTL_INDEX_MAX_FILE_SIZE");
    auto sources = home.sources();
    sources.config_file = home.path() / "missing.yaml";
    const auto missing = Settings::resolve(sources);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == Code::usage);
    CHECK(missing.error().message.find(sources.config_file.string()) != std::string::npos);
    CHECK_FALSE(missing.error().hint.empty());
}

TEST_CASE("mgit is looked for beside the program, then in PATH") {
    const Home home;
    auto sources = home.sources();
    sources.program_folder = home.path();
    CHECK(Settings::resolve(sources)->mgit_program() == "mgit");
    REQUIRE(write_file_atomic(home.path() / "mgit", ""));
    CHECK(Settings::resolve(sources)->mgit_program() == (home.path() / "mgit").string());
}

}  // namespace ely::model
