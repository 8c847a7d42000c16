#include "changes/scan/forget.hpp"

#include <nlohmann/json.hpp>

#include "programs/mgit/commands.hpp"
#include "programs/mgit/source_options.hpp"

namespace ely::programs {
namespace {

struct Options {
    std::string address;
    std::string output;
    std::string spool;
    std::string collection;
};

Result<int> run(Context& context, const Options& options) {
    if (options.output.empty() == options.collection.empty()) {
        return fail(Code::usage, "whose deliveries should be forgotten?", "--output FILE or --collection NAME");
    }
    scan::Target target;
    if (!options.output.empty()) {
        target.file = expand_home(options.output);
    } else {
        target.spool_root = options.spool.empty() ? context.settings.spool_root() : expand_home(options.spool);
        target.collection = options.collection;
    }
    SourceOptions source;
    source.address = options.address;
    ELY_TRY_ASSIGN(const auto remote, source.remote(git::Existence::not_needed));
    ELY_TRY_ASSIGN(const auto report, scan::forget(remote, target, context.settings.mgit_data()));
    if (context.json) {
        context.print_json({{"repository", remote.name}, {"delivery", report.delivery}, {"copy", report.copy}});
    } else {
        context.out.print("{}: {}{}\n", remote.name, report.delivery ? "forgotten" : "nothing was delivered",
                          report.copy ? ", copy removed" : "");
    }
    return k_exit_ok;
}

Run define(CommandLine& line) {
    auto options = std::make_shared<Options>();
    line.add_option("URL", options->address, "a Git URL or a path")->required();
    line.add_option("-o,--output", options->output, "the file that streams were written to");
    line.add_option("--spool", options->spool, "the hand-over folder (default: the setting spool.root)");
    line.add_option("--collection", options->collection, "the collection that streams were handed over to");
    return [options](Context& context) { return run(context, *options); };
}

}  // namespace

const Command k_mgit_forget{
    .path = "forget",
    .summary = "Forget what was delivered of a repository, and mgit's copy of it",
    .description = "The next sync to the same receiver writes a full stream. The copy goes when no receiver is left.",
    .examples = "%p forget https://github.com/pallets/flask --collection flask",
    .define = define};

}  // namespace ely::programs
