// The inference endpoint, asked over HTTP for one text a request by 1, 8 and 32 clients at once, against embed() of the
// same texts in one call. The two take turns; clients, server and model share the machine's cores. Prints rows
// (rows.hpp).
//
//   endpoint_bench [--quick | --full]

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string_view>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/http_client.hpp"
#include "base/http_server.hpp"
#include "embed/inference_endpoint.hpp"
#include "rows.hpp"
#include "texts.hpp"

namespace {

using Clock = std::chrono::steady_clock;
namespace embed = ely::embed;

template <typename T>
T require(ely::Result<T> result) {
    if (result) return *std::move(result);
    fmt::print(stderr, "endpoint_bench: {}\n", result.error().text());
    std::exit(1);
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

template <typename Work>
double seconds_of(const Work& work) {
    const auto start = Clock::now();
    work();
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// Each client keeps its connection and sends its next text when the last one is answered.
void ask_for_all(const std::string& url, const std::vector<std::string>& bodies, unsigned clients,
                 std::vector<double>& latencies) {
    const ely::HttpClient client;
    std::atomic<std::size_t> next = 0;
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < clients; ++i) {
        threads.emplace_back([&] {
            for (auto at = next++; at < bodies.size(); at = next++) {
                latencies[at] = seconds_of([&] {
                    const auto answer =
                        require(client.send({.method = "POST", .url = url, .headers = {}, .body = bodies[at]}));
                    if (!answer.ok()) std::exit(1);
                });
            }
        });
    }
}

ely::benchmarks::Row measure(embed::Embedder& embedder, const std::vector<std::string>& texts, unsigned clients,
                             std::size_t rounds) {
    std::vector<std::string> bodies;
    for (const auto& text : texts) bodies.push_back(nlohmann::json{{"text", text}, {"config", nullptr}}.dump());
    embed::InferenceEndpoint endpoint(embedder);
    ely::HttpServerOptions options;
    options.threads = 64;
    auto server = require(ely::HttpServer::bind(options, endpoint.routes()));
    const std::jthread serving([&](const std::stop_token& stop) { (void)server.serve(stop); });
    const std::vector<std::string_view> views(texts.begin(), texts.end());

    std::vector<double> ratios;
    std::vector<double> rates;
    std::vector<double> direct_rates;
    std::vector<double> latencies(texts.size());
    const auto count = static_cast<double>(texts.size());
    for (std::size_t round = 0; round < rounds; ++round) {
        const auto served = seconds_of([&] { ask_for_all(server.url() + "/vectors", bodies, clients, latencies); });
        const auto direct = seconds_of([&] { (void)require(embedder.embed(views)); });
        ratios.push_back(direct / served);
        rates.push_back(count / served);
        direct_rates.push_back(count / direct);
    }
    const auto counts = endpoint.counts();
    return {.name = fmt::format("embed serve, {} client{} / embed(), texts/s", clients, clients == 1 ? "" : "s"),
            .value = median(ratios),
            .unit = "x",
            .target = clients == 1 ? std::nullopt : std::optional(clients == 8 ? 0.85 : 0.90),
            .higher_is_better = true,
            .peer = "embed() of all at once",
            .note = fmt::format("{:.0f} requests/s, {:.0f} texts/s; {:.1f} texts a batch; median latency {:.0f} ms",
                                median(rates), median(direct_rates),
                                static_cast<double>(counts.texts) / static_cast<double>(counts.batches),
                                median(latencies) * 1000)};
}

}  // namespace

int main(int count, char** arguments) {
    const std::string_view size = count > 1 ? arguments[1] : "";
    const auto texts = ely::benchmarks::make_texts(size == "--quick" ? 100 : size == "--full" ? 600 : 400);
    const std::size_t rounds = size == "--quick" ? 3 : 5;
    const auto embedder = require(embed::open_local_model({}));
    std::vector<std::string_view> some(texts.begin(), texts.begin() + 50);
    (void)require(embedder->embed(some));  // what only the first run of a process pays
    std::vector<ely::benchmarks::Row> rows;
    for (const unsigned clients : {1U, 8U, 32U}) rows.push_back(measure(*embedder, texts, clients, rounds));
    ely::benchmarks::print_rows(rows);
}
