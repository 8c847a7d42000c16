#include "search/search.hpp"

#include <future>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "operate/clusters.hpp"
#include "operate/workspace.hpp"
#include "programs/elysiactl/cluster_option.hpp"
#include "programs/elysiactl/commands.hpp"
#include "programs/elysiactl/open_workspace.hpp"
#include "search/snippet.hpp"

namespace ely::programs {
namespace {

struct Options {
    search::Request request;
    std::string collection;
    std::string mode = "hybrid";
    std::string group;  // "file" or "none"; empty: file on a terminal
};

constexpr std::size_t k_places_of_file = 3;

search::Mode mode_of(const std::string& word) {
    if (word == "lexical") return search::Mode::lexical;
    if (word == "vector") return search::Mode::vector;
    return search::Mode::hybrid;
}

// The collection that is meant: the named one, or the only one there is.
Result<std::shared_ptr<store::Collection>> choose_collection(operate::Workspace& workspace, const std::string& cluster,
                                                             const std::string& name) {
    ELY_TRY_ASSIGN(auto* store, workspace.store(cluster));
    if (!name.empty()) return store->open(name);
    ELY_TRY_ASSIGN(auto names, store->list());
    std::erase_if(names, model::is_protected_collection);
    if (names.size() == 1) return store->open(names.front());
    if (names.empty()) return fail(Code::not_found, "there is no collection yet", "elysiactl repo add URL");
    return fail(Code::usage, "which collection?", "--collection " + join(names, " | "));
}

Result<std::vector<float>> embed_query(const operate::Workspace& workspace, const std::string& query,
                                       std::stop_token stop) {
    ELY_TRY_ASSIGN(const auto embedder, workspace.query_embedder());
    const std::string_view text = query;
    return embedder->embed(std::span(&text, 1), std::move(stop));
}

std::string location_of(const search::Place& place) {
    return fmt::format("{}:{}-{}", place.path, place.start_line, place.end_line);
}

std::string marked(const search::SnippetLine& line, const ui::Style& style) {
    std::string out;
    std::size_t at = 0;
    for (const auto& mark : line.marks) {
        out += printable(std::string_view(line.text).substr(at, mark.start - at));
        out += style.bold(style.yellow(printable(std::string_view(line.text).substr(mark.start, mark.size))));
        at = mark.start + mark.size;
    }
    return out + printable(std::string_view(line.text).substr(at));
}

void print_snippet(Context& context, const search::Place& place, const std::string& query) {
    for (const auto& line : search::make_snippet(place.text, place.start_line, query)) {
        context.out.print("  {} {}\n", context.style.dim(fmt::format("{:>5}", line.number)),
                          marked(line, context.style));
    }
}

void print_place(Context& context, const search::Place& place) {
    context.out.print("{}", context.style.cyan(printable(location_of(place))));
    if (!place.symbol.empty()) context.out.print("  {}", context.style.bold(printable(place.symbol)));
    context.out.print("  {}\n", context.style.dim(fmt::format("{:.3f}", place.score)));
}

void print_files(Context& context, const search::Answer& answer, const std::string& query) {
    for (const auto& file : answer.files) {
        print_place(context, file.places.front());
        print_snippet(context, file.places.front(), query);
        for (std::size_t i = 1; i < std::min(k_places_of_file, file.places.size()); ++i) {
            const auto& place = file.places[i];
            context.out.print("    also {}-{}{}\n", place.start_line, place.end_line,
                              place.symbol.empty() ? "" : "  " + printable(place.symbol));
        }
        context.out.line();
    }
}

std::vector<search::Place> flattened(const search::Answer& answer) {
    std::vector<search::Place> out;
    for (const auto& file : answer.files) out.insert(out.end(), file.places.begin(), file.places.end());
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
    return out;
}

nlohmann::ordered_json to_json(const search::Place& place, const std::string& query) {
    std::string snippet;
    for (const auto& line : search::make_snippet(place.text, place.start_line, query)) snippet += line.text + "\n";
    return {{"path", place.path},
            {"start_line", place.start_line},
            {"end_line", place.end_line},
            {"symbol", place.symbol},
            {"language", place.language},
            {"score", place.score},
            {"collection", place.collection},
            {"repository", place.repository},
            {"commit", place.commit},
            {"snippet", to_valid_utf8(snippet)}};
}

void print_json(Context& context, const search::Answer& answer, const std::string& query, bool group) {
    auto out = nlohmann::ordered_json::array();
    if (group) {
        // One object a file: its best place.
        for (const auto& file : answer.files) out.push_back(to_json(file.places.front(), query));
    } else {
        for (const auto& place : flattened(answer)) out.push_back(to_json(place, query));
    }
    context.print_json(out);
}

void print_text(Context& context, const search::Answer& answer, const std::string& query, bool group) {
    if (answer.files.empty()) {
        context.out.line("Nothing found.");
    } else if (group) {
        print_files(context, answer, query);
    } else {
        for (const auto& place : flattened(answer)) {
            print_place(context, place);
            print_snippet(context, place, query);
        }
    }
    if (answer.without_vector > 0) {
        context.err.print("note: {} chunks have no vector yet and were found by words only\n",
                          format_count(answer.without_vector));
    }
}

Result<int> run(Context& context, const Options& options) {
    auto workspace = open_workspace(context);
    ELY_TRY_ASSIGN(const auto cluster, operate::chosen_cluster(context.settings));
    ELY_TRY_ASSIGN(auto collection, choose_collection(workspace, cluster, options.collection));
    auto request = options.request;
    request.mode = mode_of(options.mode);
    request.limit = context.settings.search_limit();
    const auto group =
        options.group.empty() ? (context.terminal.output_is_tty && !context.json) : options.group == "file";
    request.group_by_file = group;
    ELY_TRY(search::check_request(*collection, request));
    // Opening the model takes longer than the search by words: both at once.
    std::future<Result<std::vector<float>>> embedded;
    search::QueryVector query_vector;
    const auto& vectors = collection->schema().vectors;
    if (request.mode != search::Mode::lexical && !vectors.empty() && vectors.front().vectorizer == "local") {
        embedded =
            std::async(std::launch::async, embed_query, std::cref(workspace), std::cref(request.query), context.stop);
        query_vector = [&embedded] { return embedded.get(); };
    }
    ELY_TRY_ASSIGN(const auto answer, search::search(*collection, query_vector, request));
    if (context.json) {
        print_json(context, answer, request.query, group);
    } else {
        print_text(context, answer, request.query, group);
    }
    return k_exit_ok;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_option("QUERY", options->request.query, "words or a question")->required();
    line.add_option("-c,--collection", options->collection, "where to look; may be left out when there is only one");
    line.add_choice("--mode", options->mode, {"hybrid", "lexical", "vector"},
                    "hybrid: words and meaning; lexical: words only; vector: meaning only");
    line.add_setting("-n,--limit", "search.limit", "at most so many results");
    line.add_option("--path", options->request.path_glob, "only paths that match this pattern");
    line.add_option("--language", options->request.language, "only this language: python, c++");
    line.add_option("--repository", options->request.repository, "only this repository (github.com/owner/name)");
    line.add_choice("--group", options->group, {"file", "none"}, "file: one result a file (the default on a terminal)");
    add_cluster_option(line);
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_search{
    .path = "search",
    .summary = "Find the places in the code that answer a question",
    .description =
        R"(Best places first, by words and by meaning together. Code goes before tests, documentation and data, unless the
query asks for those. Identifiers are found whole and by their parts: "retry policy" finds RetryPolicy and retry_policy.)",
    .examples =
        "%p search \"how are retries scheduled?\" --collection celery\n"
        "%p search RetryPolicy --mode lexical --path \"src/**\" --json",
    .define = define};

}  // namespace ely::programs
