// How fast objects get into a Weaviate and out of it, beside the least that the same server can be asked: requests that
// were serialised before the clock started, and pages that are parsed and dropped. Starts a server of its own, in a
// network of its own. Prints rows (rows.hpp).
//
//   weaviate_bench [--quick | --full] [--objects 50000]
//
// --full: also what each choice in the collection's schema costs at import.
// WEAVIATE_CLIENT_PYTHON: a Python that has weaviate-client, whose iterator and batch import are then measured as well.

// The library that starts servers is one for tests.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>
#include <span>
#include <thread>

#include <google/protobuf/arena.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <weaviate.grpc.pb.h>

#include "base/process.hpp"
#include "index/code_schema.hpp"
#include "rows.hpp"
#include "store/batch/batch.hpp"
#include "store/open.hpp"
#include "store/weaviate/object_codec.hpp"
#include "store/weaviate/server.hpp"
#include "store/weaviate/testing/weaviate_server.hpp"
#include "workload.hpp"

namespace {

using namespace ely;
using namespace ely::benchmarks;
namespace wire = ::weaviate::v1;

constexpr std::uint32_t k_dimensions = 384;
constexpr std::size_t k_rows = 2'000;              // of a batch
constexpr std::size_t k_replayed_objects = 1'000;  // of a request: the best of those tried
constexpr std::size_t k_workers = 2;
constexpr const char* k_name = "Bench";
constexpr const char* k_path = "/v1/schema/Bench";

model::CollectionSchema schema() {
    return index::code_schema(k_name, "local", "made up", k_dimensions);
}

std::vector<store::Batch> make_batches(std::size_t objects) {
    Words words(1);
    Vectors vectors(k_dimensions, 1);
    std::vector<store::Batch> out;
    for (std::size_t start = 0; start < objects; start += k_rows) {
        auto builder = must(store::BatchBuilder::create(schema()));
        for (auto i = start; i < std::min(start + k_rows, objects); ++i) {
            must(builder.append(object_id(i),
                                {{"repository", "example.org/owner/name"},
                                 {"path", fmt::format("src/{}/{}_{}.cpp", words.draw(), words.draw(), i / 8)},
                                 {"branch", "main"},
                                 {"commit", "0123456789abcdef0123456789abcdef01234567"},
                                 {"language", i % 16 < 8 ? "C++" : "Python"},
                                 {"symbol", words.draw() + "." + words.draw()},
                                 {"kind", "function"},
                                 {"start_line", static_cast<std::int64_t>(i % 8 * 40 + 1)},
                                 {"end_line", static_cast<std::int64_t>(i % 8 * 40 + 40)},
                                 {"content", words.text(986)},
                                 {"blob_id", "0123456789abcdef0123456789abcdef01234567"}},
                                vectors.draw()));
        }
        out.push_back(must(builder.finish()));
    }
    return out;
}

std::shared_ptr<grpc::Channel> channel_to(const std::string& target) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    arguments.SetMaxSendMessageSize(-1);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
}

// The requests that the import would send, as bytes.
std::vector<grpc::ByteBuffer> serialise(const store::weaviate::Class& target,
                                        const std::vector<store::Batch>& batches) {
    std::vector<grpc::ByteBuffer> out;
    for (const auto& batch : batches) {
        const store::BatchView view(batch);
        store::weaviate::ObjectEncoder encoder(target, view);
        for (std::size_t row = 0; row < view.rows(); ++row) {
            must(encoder.add(row));
            if (encoder.objects() < k_replayed_objects && row + 1 < view.rows()) continue;
            const auto bytes = encoder.take()->SerializeAsString();
            const grpc::Slice slice(bytes);
            out.emplace_back(&slice, 1);
        }
    }
    return out;
}

grpc::ByteBuffer call(grpc::GenericStub& stub, const char* method, const grpc::ByteBuffer& request) {
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const auto reader = stub.PrepareUnaryCall(&context, method, request, &queue);
    reader->StartCall();
    grpc::ByteBuffer reply;
    grpc::Status status;
    reader->Finish(&reply, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    if (!status.ok()) {
        fmt::print(stderr, "weaviate_bench: {}\n", status.error_message());
        std::exit(1);
    }
    return reply;
}

// Every worker takes each k_workers-th request.
void replay(const std::string& target, const std::vector<grpc::ByteBuffer>& requests) {
    std::vector<std::jthread> workers;
    for (std::size_t worker = 0; worker < k_workers; ++worker) {
        workers.emplace_back([&, worker] {
            grpc::GenericStub stub(channel_to(target));
            for (auto i = worker; i < requests.size(); i += k_workers) {
                call(stub, "/weaviate.v1.Weaviate/BatchObjects", requests[i]);
            }
        });
    }
}

struct Run {
    double seconds = 0;
    double cpu = 0;  // ours
};

template <typename Work>
Run timed(Work work) {
    const Meter meter;
    work();
    return {meter.seconds(), meter.cpu()};
}

// The collection as it is made, with one thing otherwise.
struct Choice {
    const char* name;
    void (*apply)(nlohmann::json& made);
};

void index_all(nlohmann::json& made, bool searchable, bool filterable) {
    for (auto& property : made["properties"]) {
        property["indexFilterable"] = filterable;
        if (property["dataType"][0] == "text") property["indexSearchable"] = searchable;
    }
}

constexpr Choice k_choices[] = {
    {"as it is", [](nlohmann::json& /*made*/) {}},
    {"words within words not searchable",
     [](nlohmann::json& made) {
         for (auto& property : made["properties"]) {
             if (property["name"] == "search_words") property["indexSearchable"] = false;
         }
     }},
    {"no index of nulls", [](nlohmann::json& made) { made["invertedIndexConfig"]["indexNullState"] = false; }},
    {"everything searchable and filterable", [](nlohmann::json& made) { index_all(made, true, true); }},
    {"nothing searchable or filterable", [](nlohmann::json& made) { index_all(made, false, false); }},
    {"two shards",
     [](nlohmann::json& made) {
         made["shardingConfig"] = {{"desiredCount", 2}};
     }},
    {"flat vector index",
     [](nlohmann::json& made) {
         auto& vector = made["vectorConfig"]["default"];
         vector["vectorIndexType"] = "flat";
         vector["vectorIndexConfig"] = {{"distance", "cosine"}};
     }},
    {"no vector index",
     [](nlohmann::json& made) { made["vectorConfig"]["default"]["vectorIndexConfig"]["skip"] = true; }},
};

class Bench {
  public:
    Bench(std::size_t objects, int rounds)
        : m_objects(objects),
          m_rounds(rounds),
          m_server(must(store::testing::WeaviateServer::start({}))),
          m_access(access_to(m_server)),
          m_store(must(store::open_weaviate_store(m_access))),
          m_batches(make_batches(objects)) {}

    std::vector<Row> rows() {
        auto out = import_rows();
        for (auto& row : export_rows()) out.push_back(std::move(row));
        return out;
    }

    std::vector<Row> choice_rows() {
        std::vector<std::vector<double>> rates(std::size(k_choices));
        for (int round = 0; round < m_rounds; ++round) {
            for (std::size_t i = 0; i < std::size(k_choices); ++i) rates[i].push_back(import_rate(k_choices[i]));
        }
        std::vector<Row> out;
        for (std::size_t i = 0; i < std::size(k_choices); ++i) {
            Row row{fmt::format("Weaviate import, {}", k_choices[i].name), median(rates[i]), "objects/s"};
            row.higher_is_better = true;
            row.note = fmt::format("replayed requests; {:.2f} of the first", median(rates[i]) / median(rates[0]));
            out.push_back(std::move(row));
        }
        return out;
    }

  private:
    std::shared_ptr<store::Collection> fresh() {
        if (m_store->open(k_name)) must(m_store->drop(k_name));
        return must(m_store->create(schema()));
    }

    void check_count(store::Collection& collection) const {
        const auto count = must(collection.count(store::Filter::everything()));
        if (count == m_objects) return;
        fmt::print(stderr, "weaviate_bench: {} objects are there, not {}\n", count, m_objects);
        std::exit(1);
    }

    [[nodiscard]] static store::weaviate::Class target_of(const store::weaviate::Server& server) {
        return must(store::weaviate::class_from_json(must(server.rest().get(k_path))));
    }

    // Objects a second into a collection that is made so.
    double import_rate(const Choice& choice) {
        m_collection = fresh();
        const auto server = must(store::weaviate::Server::make(m_access));
        const auto requests = serialise(target_of(*server), m_batches);
        auto made = store::weaviate::class_to_json(schema(), 1, {});
        choice.apply(made);
        must(server->rest().remove(k_path));
        must(server->rest().send("POST", "/v1/schema", made));
        const auto run = timed([&] { replay(m_access.grpc, requests); });
        check_count(*m_collection);
        return static_cast<double>(m_objects) / run.seconds;
    }

    std::vector<Row> import_rows() {
        m_collection = fresh();
        const auto server = must(store::weaviate::Server::make(m_access));
        const auto requests = serialise(target_of(*server), m_batches);
        std::vector<double> ratios;
        std::vector<double> rates;
        std::vector<double> ceilings;
        std::vector<double> cpu;
        for (int round = 0; round < m_rounds; ++round) {
            m_collection = fresh();
            const auto ceiling = timed([&] { replay(m_access.grpc, requests); });
            check_count(*m_collection);
            m_collection = fresh();
            const auto ours = timed([&] {
                for (const auto& batch : m_batches) {
                    const auto result = must(m_collection->upsert(batch));
                    if (!result.failures.empty()) must<void>(fail(result.failures.front().error));
                }
            });
            check_count(*m_collection);
            const auto objects = static_cast<double>(m_objects);
            ratios.push_back(ceiling.seconds / ours.seconds);
            rates.push_back(objects / ours.seconds);
            ceilings.push_back(objects / ceiling.seconds);
            cpu.push_back(ours.cpu / objects * 1e6);
        }
        const auto note =
            fmt::format("{} objects of {} dimensions; {:.0f} objects/s, {:.0f} objects/s; median of {} pairs",
                        format_count(m_objects), k_dimensions, median(rates), median(ceilings), m_rounds);
        return {
            {"Weaviate import / replayed requests", median(ratios), "x", 0.93, true, "requests serialised before",
             note},
            {"Weaviate import, CPU of the client", median(cpu), "us/object", 25, false, {}, "serialising included"}};
    }

    std::size_t read_range(const store::IdRange& range) {
        store::ScanOptions options;
        options.vectors = true;
        options.range = range;
        const auto scan = must(m_collection->scan(options));
        std::size_t rows = 0;
        while (const auto batch = must(scan->next())) rows += store::BatchView(batch).rows();
        return rows;
    }

    // The same pages, parsed and dropped.
    static std::size_t page_range(const std::string& target, const store::IdRange& range) {
        const auto stub = wire::Weaviate::NewStub(channel_to(target));
        wire::SearchRequest request;
        request.set_collection(k_name);
        request.set_uses_123_api(true);
        request.set_uses_125_api(true);
        request.set_uses_127_api(true);
        for (const auto& property : schema().properties) {
            request.mutable_properties()->add_non_ref_properties(property.name);
        }
        request.mutable_metadata()->set_uuid(true);
        request.mutable_metadata()->add_vectors("default");
        request.set_limit(1000);
        if (range.lower != Uuid{}) request.set_after(range.lower.text());
        std::size_t rows = 0;
        while (true) {
            google::protobuf::Arena arena;
            auto& reply = *google::protobuf::Arena::CreateMessage<wire::SearchReply>(&arena);
            grpc::ClientContext context;
            if (!stub->Search(&context, request, &reply).ok() || reply.results().empty()) return rows;
            for (const auto& result : reply.results()) {
                const auto id = must(Uuid::parse(result.metadata().id()));
                if (range.upper && !(id < *range.upper)) return rows;
                ++rows;
            }
            request.set_after(reply.results(reply.results_size() - 1).metadata().id());
        }
    }

    template <typename Read>
    Run in_parallel(Read read) {
        const auto ranges = must(m_collection->split(k_workers));
        return timed([&] {
            std::vector<std::jthread> workers;
            for (const auto& range : ranges) workers.emplace_back([&, range] { read(range); });
        });
    }

    std::vector<Row> export_rows() {
        const auto bare = [&](const store::IdRange& range) { page_range(m_access.grpc, range); };
        const auto ours = [&](const store::IdRange& range) { read_range(range); };
        in_parallel(bare);  // the first one pays for what the import left to do
        std::vector<double> ratios;
        std::vector<double> rates;
        std::vector<double> ceilings;
        std::vector<double> over_client;
        for (int round = 0; round < m_rounds; ++round) {
            const auto theirs = in_parallel(bare);
            const auto mine = in_parallel(ours);
            const auto objects = static_cast<double>(m_objects);
            ratios.push_back(theirs.seconds / mine.seconds);
            rates.push_back(objects / mine.seconds);
            ceilings.push_back(objects / theirs.seconds);
            if (const auto client = client_seconds()) over_client.push_back(*client / mine.seconds);
        }
        const auto note =
            fmt::format("{} objects with vectors, {} workers; {:.0f} objects/s, {:.0f} objects/s; median of {}",
                        format_count(m_objects), k_workers, median(rates), median(ceilings), m_rounds);
        std::vector<Row> out{
            {"Weaviate export / bare gRPC loop", median(ratios), "x", 0.85, true, "pages parsed and dropped", note}};
        Row client{"Weaviate export / weaviate-client", std::nullopt, "x", 2.8, true, "its iterator",
                   "WEAVIATE_CLIENT_PYTHON is not set"};
        if (!over_client.empty()) {
            client.value = median(over_client);
            client.note = note;
        }
        out.push_back(std::move(client));
        return out;
    }

    // Of the Python client's iterator over all objects with their vectors.
    std::optional<double> client_seconds() const {
        const char* python = std::getenv("WEAVIATE_CLIENT_PYTHON");
        if (python == nullptr) return std::nullopt;
        const std::string program =
            "import sys, time, weaviate\n"
            "http, grpc, name = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]\n"
            "with weaviate.connect_to_local(port=http, grpc_port=grpc, skip_init_checks=True) as client:\n"
            "    began = time.perf_counter()\n"
            "    count = sum(1 for _ in client.collections.get(name).iterator(include_vector=True))\n"
            "    print(count, time.perf_counter() - began)\n";
        const auto port = [](const std::string& address) { return address.substr(address.rfind(':') + 1); };
        ProcessOptions options;
        options.arguments = {python, "-c", program, port(m_access.url), port(m_access.grpc), k_name};
        const auto result = must(run_process(options));
        std::size_t count = 0;
        double seconds = 0;
        if (!result.ok() || std::sscanf(result.output.c_str(), "%zu %lf", &count, &seconds) != 2 ||
            count != m_objects) {
            fmt::print(stderr, "weaviate_bench: {}{}\n", result.output, result.errors);
            std::exit(1);
        }
        return seconds;
    }

    const std::size_t m_objects;
    const int m_rounds;
    store::testing::WeaviateServer m_server;
    model::ClusterAccess m_access;
    std::unique_ptr<store::Store> m_store;
    std::vector<store::Batch> m_batches;
    std::shared_ptr<store::Collection> m_collection;
};

}  // namespace

int main(int count, char** arguments) {
    std::size_t objects = 50'000;
    int rounds = 3;
    bool full = false;
    for (int i = 1; i < count; ++i) {
        const std::string_view word = arguments[i];
        if (word == "--quick") {
            objects = 4'000;
            rounds = 1;
        } else if (word == "--objects" && i + 1 < count) {
            objects = static_cast<std::size_t>(std::strtoull(arguments[++i], nullptr, 10));
        } else if (word == "--full") {
            full = true;
        } else {
            fmt::print(stderr, "weaviate_bench: unknown option {}\n", word);
            return 2;
        }
    }
    must(store::testing::enter_private_network());
    Bench bench(objects, rounds);
    auto rows = bench.rows();
    if (full) {
        for (auto& row : bench.choice_rows()) rows.push_back(std::move(row));
    }
    print_rows(rows);
    return 0;
}
