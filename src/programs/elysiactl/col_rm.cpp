#include "base/crash_point.hpp"
#include "operate/sync/elysia.hpp"
#include "programs/elysiactl/commands.hpp"
#include "programs/elysiactl/emptying.hpp"

namespace ely::programs {
namespace {

Run define(CommandLine& line) {
    return define_emptying(line, {.question = "Remove collection {name} with its {objects} objects?",
                                  .would = "Would remove",
                                  .did = "Removed",
                                  .prepare =
                                      [](store::Store& store, store::Collection& collection) {
                                          return operate::forget_at_elysia(store, collection.schema().name);
                                      },
                                  .act =
                                      [](store::Store& store, store::Collection& collection) {
                                          crash_point("col_rm.ledger_forgotten");
                                          return store.drop(collection.schema().name);
                                      }});
}

}  // namespace

const Command k_col_rm{.path = "col rm",
                       .summary = "Remove a collection with everything in it",
                       .description =
                           "It asks first. A repository that is indexed into it stays under care; its next sync makes "
                           "the collection anew.",
                       .examples = "%p col rm notes --dry-run\n%p col rm notes --yes",
                       .define = define};

}  // namespace ely::programs
