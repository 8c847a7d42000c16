#include "base/crash_point.hpp"
#include "programs/elysiactl/commands.hpp"
#include "programs/elysiactl/emptying.hpp"

namespace ely::programs {
namespace {

Run define(CommandLine& line) {
    return define_emptying(line, {.question = "Remove all {objects} objects of collection {name}?",
                                  .would = "Would clear",
                                  .did = "Cleared",
                                  .act = [](store::Store&, store::Collection& collection) -> Result<void> {
                                      crash_point("col_clear.ledger_forgotten");
                                      ELY_TRY(collection.remove(store::Filter::everything()));
                                      return {};
                                  }});
}

}  // namespace

const Command k_col_clear{.path = "col clear",
                          .summary = "Remove all objects of a collection, keeping its schema",
                          .description =
                              "It asks first. A repository that is indexed into it stays under care; its next sync "
                              "fills the collection again.",
                          .examples = "%p col clear notes --dry-run\n%p col clear notes --yes",
                          .define = define};

}  // namespace ely::programs
