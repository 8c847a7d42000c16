#include "operate/local_cluster.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "base/testing/temporary_folder.hpp"
#include "operate/local_cluster_record.hpp"

namespace ely::operate {
namespace {

model::Variable variables(std::map<std::string, std::string> values) {
    return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
        const auto found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional(found->second);
    };
}

LocalCluster sample(const Path& data) {
    LocalCluster out;
    out.name = "sample";
    out.folder = local_cluster_folder(data, out.name);
    out.server = {"/opt/weaviate-server", {}};
    out.version = "1.35.2";
    out.embed_endpoint = "http://127.0.0.1:8600";
    out.nodes = {{{1, 2, 3, 4, 5, 6}, {7, 8, "boot"}}, {{11, 12, 13, 14, 15, 16}, {}}};
    REQUIRE(make_directories(out.folder));
    return out;
}

void put_program(const Path& file) {
    REQUIRE(make_directories(file.parent_path()));
    REQUIRE(write_file_atomic(file, "#!/bin/sh\nexit 1\n", 0755));
}

TEST_CASE("a record is read as it was written, by its owner alone") {
    const testing::TemporaryFolder data;
    auto cluster = sample(data.path());
    for (const auto& server :
         {cluster.server, ServerProgram{{}, store::ServerContainer{"podman", "image:1", "elysiactl-sample"}}}) {
        cluster.server = server;
        REQUIRE(write_record(cluster));
        const auto read = read_local_cluster(data.path(), "sample");
        REQUIRE(read.has_value());
        CHECK(read->name == cluster.name);
        CHECK(read->folder == cluster.folder);
        CHECK(read->server == cluster.server);
        CHECK(read->version == cluster.version);
        CHECK(read->embed_endpoint == cluster.embed_endpoint);
        REQUIRE(read->nodes.size() == 2);
        for (std::size_t i = 0; i < 2; ++i) {
            CHECK(read->nodes[i].ports == cluster.nodes[i].ports);
            CHECK(read->nodes[i].process == cluster.nodes[i].process);
        }
    }
    struct stat status {};
    REQUIRE(::stat(record_file(cluster.folder).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("a record that cannot be understood is not guessed at") {
    const testing::TemporaryFolder data;
    const auto cluster = sample(data.path());
    CHECK(read_local_cluster(data.path(), "sample").error().code == Code::not_found);
    for (
        const char* text :
        {"", "{", "[]", "{\"format\":2}", "{\"format\":1}", "{\"format\":1,\"name\":7}",
         R"({"format":1,"name":"x","version":"","embed_endpoint":"","server":{"program":"/p"},"nodes":[]})",
         R"({"format":1,"name":"x","version":"","embed_endpoint":"","server":{"program":"/p"},"nodes":[{"rest":"8080"}]})"}) {
        CAPTURE(text);
        REQUIRE(write_file_atomic(record_file(cluster.folder), text));
        CHECK(read_local_cluster(data.path(), "sample").error().code == Code::corrupt);
    }
}

TEST_CASE("where a server comes from") {
    const testing::TemporaryFolder folder;
    const auto named = folder.path() / "named" / "server";
    const auto deps = folder.path() / "deps";
    put_program(named);
    put_program(deps / "weaviate-server-1.9.0" / "weaviate-server");
    put_program(deps / "weaviate-server-1.35.2" / "weaviate-server");
    REQUIRE(make_directories(deps / "weaviate-server-1.40.0"));  // of a build that has not ended
    const auto find = [&](const ServerChoice& choice, std::map<std::string, std::string> values) {
        values.emplace("ELYSIACTL_DEPS", deps.string());
        return find_server(choice, "elysiactl-x", variables(std::move(values)), {});
    };
    CHECK(find({named, ""}, {{"WEAVIATE_SERVER", "/elsewhere"}})->program == named);
    CHECK(find({}, {{"WEAVIATE_SERVER", named.string()}})->program == named);
    CHECK(find({}, {})->program == deps / "weaviate-server-1.35.2" / "weaviate-server");
    CHECK(find({{}, "1.9.0"}, {{"WEAVIATE_SERVER", named.string()}})->program ==
          deps / "weaviate-server-1.9.0" / "weaviate-server");
    CHECK(find({folder.path() / "none", ""}, {}).error().code == Code::not_found);
    CHECK(find({folder.path(), ""}, {}).error().code == Code::usage);
    CHECK(find({}, {{"WEAVIATE_SERVER", "/no/such/server"}}).error().message.find("WEAVIATE_SERVER") !=
          std::string::npos);
}

TEST_CASE("a cluster that could not be started is as if it had never been asked for, but for its log") {
    const testing::TemporaryFolder data;
    const auto program = data.path() / "server";
    REQUIRE(write_file_atomic(program, "#!/bin/sh\necho cannot >&2; exit 1\n", 0755));
    UpRequest request;
    request.server.program = program;
    model::NoProgress progress;
    for (const unsigned nodes : {3U, 1U}) {
        request.nodes = nodes;
        const auto up = bring_up(data.path(), request, variables({}), progress, {});
        REQUIRE_FALSE(up.has_value());
        CHECK(up.error().code == Code::unavailable);
        CHECK(up.error().message.find("cannot") != std::string::npos);
        CHECK(read_local_cluster(data.path(), "local").error().code == Code::not_found);
    }
    CHECK(read_file(local_cluster_folder(data.path(), "local") / "node0" / "log") == "cannot\n");
}

TEST_CASE("what is asked for and differs from what there is, is refused") {
    const testing::TemporaryFolder data;
    auto cluster = sample(data.path());
    // A process that runs, as far as anybody can tell: our own.
    cluster.nodes[0].process = identify_process(::getpid()).value();
    REQUIRE(write_record(cluster));
    const auto program = data.path() / "server";
    put_program(program);
    model::NoProgress progress;
    const auto refused = [&](const UpRequest& request) {
        const auto up = bring_up(data.path(), request, variables({}), progress, {});
        REQUIRE_FALSE(up.has_value());
        CHECK(up.error().code == Code::conflict);
        return up.error();
    };
    UpRequest request;
    request.name = "sample";
    request.nodes = 3;
    CHECK(refused(request).hint.find("elysiactl cluster down --name sample --delete-data") == 0);
    request.nodes = std::nullopt;
    request.server.program = program;
    CHECK(refused(request).message == "cluster sample runs /opt/weaviate-server");
    request.server.program.clear();
    request.embed_endpoint = "http://127.0.0.1:8601";
    CHECK(refused(request).message == "cluster sample runs with http://127.0.0.1:8600");
    request = {};
    request.name = "../x";
    CHECK(bring_up(data.path(), request, variables({}), progress, {}).error().code == Code::usage);
}

TEST_CASE("down leaves a process alone that has the number of one that was a node") {
    const testing::TemporaryFolder data;
    auto cluster = sample(data.path());
    cluster.nodes[0].process = identify_process(::getpid()).value();
    cluster.nodes[0].process.started -= 1;
    REQUIRE(write_record(cluster));
    model::NoProgress progress;
    const auto down = bring_down(data.path(), "sample", true, std::chrono::seconds(1), progress);
    REQUIRE(down.has_value());  // and this test still runs
    CHECK(down->ended == 0);
    CHECK(down->deleted);
    CHECK_FALSE(std::filesystem::exists(cluster.folder));
    CHECK(bring_down(data.path(), "sample", false, std::chrono::seconds(1), progress).error().code == Code::not_found);
}

}  // namespace
}  // namespace ely::operate
