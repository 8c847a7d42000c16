#include <csignal>
#include <thread>

#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.hpp"
#include "ui/output.hpp"
#include "ui/progress_line.hpp"
#include "ui/prompt.hpp"
#include "ui/screen.hpp"
#include "ui/table.hpp"
#include "ui/time_text.hpp"
#include "ui/tree.hpp"
#include "ui/width.hpp"

namespace ely::ui {
namespace {

Terminal wide(unsigned width) {
    Terminal out;
    out.width = width;
    return out;
}

GetVariable variables(std::string name, std::string value) {
    return [name = std::move(name), value = std::move(value)](const std::string& asked) {
        return asked == name ? std::optional(value) : std::nullopt;
    };
}

Timestamp minutes(std::int64_t count) {
    return Timestamp(std::chrono::minutes(count));
}

}  // namespace

TEST_CASE("width counts columns, not bytes or code points") {
    CHECK(display_width("") == 0);
    CHECK(display_width("plain") == 5);
    CHECK(display_width("Grüße") == 5);
    CHECK(display_width("日本") == 4);
    CHECK(display_width("🔍") == 2);
    CHECK(display_width("e\u0301") == 1);
    CHECK(display_width("👩‍💻") == 2);
    CHECK(display_width("\x1b[1;31merror\x1b[0m") == 5);
    CHECK(display_width("a\xff"
                        "b") == 3);
}

TEST_CASE("cutting never exceeds the width and never splits a character") {
    CHECK(cut_to_width("abcdef", 6) == "abcdef");
    CHECK(cut_to_width("abcdef", 4) == "abc…");
    CHECK(cut_to_width("日本語", 4) == "日…");
    CHECK(cut_to_width("abc", 0).empty());
    CHECK(cut_middle("src/programs/elysiactl/main.cpp", 15) == "src/…l/main.cpp");
    CHECK(rc::check("cut text is valid and fits", [](const std::u32string& points, std::uint8_t width) {
        std::string text;
        for (const auto point : points) {
            const auto code = static_cast<std::uint32_t>(point) % 0x3000;
            if (code >= 0x20 && code < 0x7f) text += static_cast<char>(code);
            if (code >= 0x80 && code < 0x800) {
                text += static_cast<char>(0xc0U | (code >> 6U));
                text += static_cast<char>(0x80U | (code & 0x3fU));
            }
            if (code >= 0x800) {
                text += static_cast<char>(0xe0U | (code >> 12U));
                text += static_cast<char>(0x80U | ((code >> 6U) & 0x3fU));
                text += static_cast<char>(0x80U | (code & 0x3fU));
            }
        }
        RC_ASSERT(is_utf8(text));
        for (const auto& cut : {cut_to_width(text, width), cut_middle(text, width)}) {
            RC_ASSERT(display_width(cut) <= width);
            RC_ASSERT(is_utf8(cut));
        }
    }));
}

TEST_CASE("text is wrapped at spaces, with its indent on every line") {
    CHECK(wrap("one two three", 8) == "one two\nthree");
    CHECK(wrap("one two three", 10, "  ") == "  one two\n  three");
    CHECK(wrap("averyverylongword x", 5) == "averyverylongword\nx");
    CHECK(wrap("a  b", 0) == "a b");
}

TEST_CASE("a table is as wide as its cells, and no wider than the terminal") {
    Table table({{"Name"}, {"Path", Cut::middle}, {"Docs", Cut::never, Align::right}});
    table.add({"flask", "/home/somebody/projects/flask", "1,247"});
    table.add({"日本", "/x", "3"});
    CHECK(table.text(0, Style()) ==
          "Name   Path                            Docs\n"
          "flask  /home/somebody/projects/flask  1,247\n"
          "日本   /x                                 3\n");
    CHECK(table.text(30, Style()) ==
          "Name   Path               Docs\n"
          "flask  /home…ects/flask  1,247\n"
          "日本   /x                    3\n");
}

TEST_CASE("a tree hangs its children on lines") {
    TreeNode root{"Repository: myrepo", {}};
    root.add("URL: x");
    auto& errors = root.add("Errors:");
    errors.add("one");
    errors.add("two");
    root.add("Status: ok").add("fine");
    CHECK(tree_text(root, wide(0)) ==
          "Repository: myrepo\n├── URL: x\n├── Errors:\n│   ├── one\n│   └── two\n└── Status: ok\n    └── fine\n");
    auto ascii = wide(12);
    ascii.unicode = false;
    CHECK(tree_text({"r", {{"a", {}}, {"b", {}}}}, ascii) == "r\n|-- a\n`-- b\n");
    CHECK(tree_text({"Repository: x", {}}, wide(8)) == "Reposit…\n");
}

TEST_CASE("a screen has headings with lines below them") {
    StringOutput out;
    Screen screen(out, Terminal{});
    screen.heading("🔍", "Discovering repository...");
    screen.done("Found 1,247 files");
    screen.heading("✨", "Setting up...");
    screen.step(1, 2, "Collection...");
    screen.step_done();
    screen.step(2, 2, "Sync...");
    screen.step_failed();
    screen.bullet("next");
    CHECK(out.text() ==
          "🔍 Discovering repository...\n   ✓ Found 1,247 files\n\n✨ Setting up...\n   [1/2] Collection... ✓\n"
          "   [2/2] Sync... ✗\n   • next\n");
}

TEST_CASE("progress has a rate, a share and a time left once they mean something") {
    CHECK(progress_text({"indexing", "files", 10, 100, 0.1}, 0) == "indexing: 10 of 100 files  10 %");
    CHECK(progress_text({"indexing", "files", 1200, 3000, 2}, 0) ==
          "indexing: 1,200 of 3,000 files  40 %  600 files/s  3.0 s left");
    CHECK(progress_text({"indexing", "files", 3, 0, 2}, 0) == "indexing: 3 files  1.5 files/s");
    CHECK(progress_text({"indexing", "files", 3, 3, 2}, 0) == "indexing: 3 of 3 files  100 %  1.5 files/s");
    CHECK(display_width(progress_text({"indexing", "files", 1200, 3000, 2}, 20)) == 20);
}

TEST_CASE("off a terminal progress is a line now and then, on one it is drawn over and taken away") {
    double now = 0;
    const auto seconds = [&] { return now; };
    {
        StringOutput out;
        ProgressLine progress(out, Terminal{}, ProgressLine::Mode::plain, seconds);
        progress.stage("indexing", 100, "files");
        for (int i = 1; i <= 30; ++i) {
            now = i;
            progress.advance(static_cast<std::uint64_t>(i), 0);
        }
        progress.note("a \x1b[2J note");
        progress.clear();
        CHECK(out.text() ==
              "indexing: 10 of 100 files  10 %  1.0 files/s  1 min 30 s left\n"
              "indexing: 20 of 100 files  20 %  1.0 files/s  1 min 20 s left\n"
              "indexing: 30 of 100 files  30 %  1.0 files/s  1 min 10 s left\n" +
                  printable("a \x1b[2J note") + "\n");
    }
    {
        now = 0;
        StringOutput out;
        auto terminal = wide(80);
        terminal.animation = true;
        ProgressLine progress(out, terminal, ProgressLine::Mode::animated, seconds);
        progress.stage("indexing", 2, "files");
        progress.advance(1, 0);  // too soon to be drawn
        now = 0.2;
        progress.advance(2, 0);
        progress.clear();
        progress.clear();
        CHECK(out.text() == "\r\x1b[Kindexing: 0 of 2 files  0 %\r\x1b[Kindexing: 2 of 2 files  100 %\r\x1b[K");
    }
    StringOutput out;
    ProgressLine silent(out, Terminal{}, ProgressLine::Mode::silent);
    silent.stage("x", 1, "y");
    silent.advance(1, 1);
    silent.note("z");
    CHECK(out.text().empty());
}

TEST_CASE("colour needs a terminal, and heeds NO_COLOR, TERM and the user's choice") {
    const auto colour = [](bool tty, ColourChoice choice, const GetVariable& variable) {
        Terminal terminal;
        terminal.output_is_tty = tty;
        choose_colour(terminal, choice, variable);
        return terminal.output_colour;
    };
    CHECK(colour(true, ColourChoice::automatic, variables("TERM", "xterm")));
    CHECK(!colour(false, ColourChoice::automatic, variables("TERM", "xterm")));
    CHECK(!colour(true, ColourChoice::automatic, variables("TERM", "dumb")));
    CHECK(colour(false, ColourChoice::always, variables("NO_COLOR", "1")));
    CHECK(!colour(true, ColourChoice::never, variables("TERM", "xterm")));
    const auto both = [](const std::string& name) {
        return std::optional<std::string>(name == "TERM" ? "xterm" : "1");
    };
    CHECK(!colour(true, ColourChoice::automatic, both));
    CHECK(Style(true).red("x") == "\x1b[31mx\x1b[0m");
    CHECK(Style(false).red("x") == "x");
}

TEST_CASE("time is told as people say it") {
    CHECK(ago(minutes(100), minutes(100)) == "just now");
    CHECK(ago(minutes(95), minutes(100)) == "5 min ago");
    CHECK(ago(minutes(40), minutes(100)) == "1 hour ago");
    CHECK(ago(minutes(0), minutes(60 * 24 * 3)) == "3 days ago");
    CHECK(ago(minutes(101), minutes(100)) == "just now");
    CHECK(until(minutes(125), minutes(100)) == "in 25 min");
    CHECK(until(minutes(99), minutes(100)) == "now");
    CHECK(local_time(minutes(0)).size() == 19);
}

TEST_CASE("lines come from a descriptor however they are cut, and waiting for one can be stopped") {
    int pipe_ends[2];
    REQUIRE(::pipe(pipe_ends) == 0);
    DescriptorInput input(pipe_ends[0]);
    REQUIRE(::write(pipe_ends[1], "one\r\ntwo\nthr", 12) == 12);
    CHECK(input.read_line({}).value() == "one");
    CHECK(input.read_line({}).value() == "two");
    std::stop_source stop;
    std::thread stopper([&] { stop.request_stop(); });
    const auto stopped = input.read_line(stop.get_token());
    stopper.join();
    REQUIRE(!stopped);
    CHECK(stopped.error().code == Code::cancelled);
    ::close(pipe_ends[1]);
    CHECK(input.read_line({}).value() == "thr");
    CHECK(!input.read_line({}).value().has_value());
    ::close(pipe_ends[0]);
}

TEST_CASE("output that nobody reads is no failure, output that is lost is") {
    int pipe_ends[2];
    REQUIRE(::pipe(pipe_ends) == 0);
    ::close(pipe_ends[0]);
    const auto previous = std::signal(SIGPIPE, SIG_IGN);
    {
        DescriptorOutput out(pipe_ends[1]);
        out.write("text");
        CHECK(out.finish());
    }
    ::close(pipe_ends[1]);
    DescriptorOutput closed(pipe_ends[1]);
    closed.write("text");
    const auto finished = closed.finish();
    REQUIRE(!finished);
    CHECK(finished.error().code == Code::io);
    std::signal(SIGPIPE, previous);
}

}  // namespace ely::ui
