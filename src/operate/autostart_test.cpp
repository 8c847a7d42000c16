#include "operate/autostart.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/process.hpp"

namespace ely::operate {
namespace {

const Autostart k_example{.name = "elysiactl-x",
                          .description = "100% useful",
                          .command = {"/opt/a b/elysiactl", "embed", "serve", "--set", "a=it's 5% of $HOME \"\\"},
                          .log_file = "/var/my log"};

const std::string k_block =
    "# elysiactl-x: begin (written by elysiactl)\n"
    "@reboot '/opt/a b/elysiactl' embed serve --set 'a=it'\\''s 5\\% of $HOME \"\\' >>'/var/my log' 2>&1\n"
    "# elysiactl-x: end\n";

TEST_CASE("a crontab's block") {
    CHECK(crontab_block(k_example) == k_block);
}

TEST_CASE("a unit: what means something to systemd is escaped") {
    const auto text = unit_text(k_example);
    CHECK(text.find("\nDescription=100%% useful\n") != std::string::npos);
    CHECK(text.find(
              "\nExecStart=\"/opt/a b/elysiactl\" \"embed\" \"serve\" \"--set\" \"a=it's 5%% of $$HOME \\\"\\\\\"\n") !=
          std::string::npos);
}

TEST_CASE("the words reach the program as they are") {
    rc::check([] {
        Autostart autostart{.name = "x", .description = "", .command = {"printf", "%s|"}, .log_file = "/dev/stdout"};
        const auto words = *rc::gen::container<std::vector<std::string>>(
            rc::gen::container<std::string>(rc::gen::inRange<char>(32, 127)));
        std::string expected;
        for (const auto& word : words) {
            autostart.command.push_back(word);
            expected += word + "|";
        }
        // As cron does: the line behind @reboot, "\%" read as "%".
        auto block = crontab_block(autostart);
        auto line = block.substr(block.find("@reboot") + 7);
        line.resize(line.find('\n'));
        for (auto at = line.find("\\%"); at != std::string::npos; at = line.find("\\%", at + 1)) line.erase(at, 1);
        ProcessOptions shell;
        shell.arguments = {"sh", "-c", line};
        RC_ASSERT(run_process(shell)->output == (words.empty() ? "|" : expected));
    });
}

std::string replaced(std::string_view crontab, const std::string& name, std::string_view block) {
    auto result = replace_crontab_block(crontab, name, block);
    REQUIRE_MESSAGE(result, result.error().text());
    return *std::move(result);
}

TEST_CASE("a block is put in, replaced and taken out; everything else stays to the byte") {
    for (const std::string other : {"", "\n", "# mine\n5 * * * * x\n", "no end of line", "a\n\n\nb\n"}) {
        CAPTURE(other);
        const auto with = replaced(other, "elysiactl-x", k_block);
        CHECK(with.ends_with(k_block));
        CHECK(with.starts_with(other));
        CHECK(replaced(with, "elysiactl-x", k_block) == with);
        const auto without = replaced(with, "elysiactl-x", "");
        CHECK((without == other || without == other + "\n"));
        CHECK(replaced(other, "elysiactl-x", "") == other);
        // Another's block, and one in the middle.
        CHECK(replaced(with, "elysiactl-y", "") == with);
        CHECK(replaced("a\n" + k_block + "b\n", "elysiactl-x", "") == "a\nb\n");
    }
}

TEST_CASE("a block without an end is left alone") {
    const auto torn =
        replace_crontab_block("# elysiactl-x: begin (written by elysiactl)\n5 * * * * mine\n", "elysiactl-x", "");
    REQUIRE_FALSE(torn);
    CHECK(torn.error().code == Code::conflict);
}

}  // namespace
}  // namespace ely::operate
