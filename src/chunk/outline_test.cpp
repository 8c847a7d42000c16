#include "chunk/outline.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace ely::chunk {
namespace {

char kind_letter(Kind kind) {
    return std::string_view("fmcs")[static_cast<std::size_t>(kind)];
}

// One definition a line: "m Flask.route 3-7".
std::string outlined(std::string_view language, std::string_view text, Reading reading) {
    const auto* grammar = grammar_by_language(language);
    REQUIRE(grammar != nullptr);
    const Lines lines(text);
    const auto found = outline(*grammar, text, lines, reading);
    REQUIRE(found.has_value());
    std::string out;
    for (const auto& d : *found) {
        out += fmt::format("{} {} {}-{}\n", kind_letter(d.kind), d.symbol, d.lines.first + 1, d.lines.end);
    }
    return out;
}

// The text without its first newline, so that tests can start it on a line of its own.
std::string_view text_of(std::string_view raw) {
    return raw.substr(1);
}

void check(std::string_view language, std::string_view raw, std::string_view expected) {
    const auto text = text_of(raw);
    CHECK(outlined(language, text, Reading::whole) == text_of(expected));
    CHECK(outlined(language, text, Reading::skimmed) == text_of(expected));
}

TEST_CASE("outline of Python") {
    check("Python", R"_(
import os

# About the class.
@dataclass
class Flask(Base):
    """A doc string: with a colon."""
    name = "x"

    @property
    def route(self, a=(1, 2),
              b={"k": [3]}) -> Dict[str, int]:
        """First line.

Not indented """
        def inner():
            return 1
        return inner() if b else {
    1: 2}  # hangs to the left

    async def close(self): return None

    class Config:
        def get(self):
            # only a comment

            return 1
            # trailing
if TYPE_CHECKING:
    def typed():
        pass
else:
    def untyped():
        pass

def last(): pass
)_",
          R"_(
c Flask 3-27
m Flask.route 9-18
m Flask.close 20-20
c Flask.Config 22-27
m Flask.Config.get 23-27
f typed 29-30
f untyped 32-33
f last 35-35
)_");
}

TEST_CASE("outline of JavaScript") {
    check("JavaScript", R"_(
const re = /[{"'/]/g, half = total / 2 / count;

// Adds.
export default function add(a, b = { c: 1 }) {
  return `sum ${a + `${b}}`} {`;
}

export class Store extends mixin(Base, { deep: true }) {
  static count = 0;
  handler = () => {
    return this.count;
  };
  get size() { return '{'; }
  async *walk(a) {
    if (a) { yield 1; }
  }
}

const twice = (x) => {
  return x * 2;
};
exports.parse = function (text) {
  return text;
};
Foo.prototype.bar = function bar() {
  return 1;
};
(function () {
  function hidden() {
    return "in a wrapper";
  }
})();
describe('a', () => {
  it('b', () => {
    function tooDeep() { return 1; }
  });
});
)_",
          R"_(
f add 3-6
c Store 8-17
m Store.handler 10-12
m Store.size 13-13
m Store.walk 14-16
f twice 19-21
f parse 22-24
f Foo.prototype.bar 25-27
f hidden 29-31
)_");
}

TEST_CASE("outline of TypeScript and TSX") {
    check("TypeScript", R"_(
import { a, b } from 'c';

/** Options. */
export interface Options<T> {
  name: string;
}
export type Pair = { a: number };
export const enum Flags { A = 1, B = 2 }
namespace util {
  export function join(parts: string[]): { text: string } {
    return { text: parts.join('') };
  }
}
@Component({ selector: 'x' })
export abstract class View<T> implements Options<T> {
  constructor(private name: string) {
    super();
  }
  abstract draw(): void;
  render(): Promise<void> {
    return draw();
  }
}
)_",
          R"_(
c Options 3-6
c Pair 7-7
c Flags 8-8
s util 9-13
f util.join 10-12
c View 14-23
m View.constructor 16-18
m View.render 20-22
)_");
    check("TSX", R"_(
export function App({ name }: Props) {
  return <p className="x">Don't {name} & go</p>;
}
export const Item = () => { return <li>it's</li>; };
)_",
          "\nf App 1-3\nf Item 4-4\n");
}

TEST_CASE("outline of Go") {
    check("Go", R"_(
package main

import (
	"fmt"
)

// Store keeps.
type Store[K comparable] struct {
	items map[K]string
}

type (
	ID   string
	Name interface{ String() string }
)

var table = []struct{ a rune }{{'{'}, {'\''}}

// Get gets.
func (s *Store[K]) Get(k K) (v interface{}, err error) {
	raw := `{ "a": `
	return fmt.Sprint(raw, "}"), nil // }
}

func (s Store[K]) Len() int { return len(s.items) }

func main() {
	go func() {}()
}
)_",
          R"_(
c Store 7-10
c ID 13-13
c Name 14-14
m Store.Get 19-23
m Store.Len 25-25
f main 27-29
)_");
}

TEST_CASE("outline of Rust") {
    check("Rust", R"_(
//! Module docs.
use std::{fmt, io};

/// A store.
#[derive(Debug)]
pub struct Store<'a, const N: usize> {
    items: &'a [u8; N],
}

impl<'a, T> fmt::Display for Store<'a, 3>
where
    T: Fn(char) -> bool,
{
    type Out = u8;
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = '{'; let quote = '\''; let raw = r#"}" {"#;
        /* nested /* } */ } */
        write!(f, "}}{}", open)
    }
}

pub trait Read {
    fn read(&self) -> io::Result<()>;
    fn twice(&self) -> Box<dyn Fn() -> u8> { Box::new(|| 1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn works() {
        assert!(true);
    }
}

macro_rules! square {
    ($x:expr) => { $x * $x };
}
)_",
          R"_(
c Store 4-8
c Store 10-20
c Store::Out 14-14
m Store::fmt 15-19
c Read 22-25
m Read::read 23-23
m Read::twice 24-24
s tests 27-34
f tests::works 30-33
f square 36-38
)_");
}

TEST_CASE("outline of Java") {
    check("Java", R"_(
package a.b;

import java.util.List;

/** Doc. */
@Named({"a", "b"})
public class Store<T extends List<T>> extends Base {
    private final int[] table = {1, 2};
    private Runnable task = () -> { run(); };

    static { load("}"); }

    /** Makes one. */
    public Store(int size) throws IOException {
        char c = '}';
    }

    @Override
    public <K> K get(K key) {
        String text = """
            { not code
            """;
        return new Base() { K x() { return key; } }.x();
    }

    void record(int x) { use(x); }

    enum Color { RED { void paint() {} }, BLUE; Color next() { return BLUE; } }
    record Point(int x, int y) { Point { check(x); } }
    interface Shape { double area(); }
}
)_",
          R"_(
c Store 5-31
m Store.Store 13-16
m Store.get 18-24
m Store.record 26-26
c Store.Color 28-28
m Store.Color.next 28-28
c Store.Point 29-29
m Store.Point.Point 29-29
c Store.Shape 30-30
m Store.Shape.area 30-30
)_");
}

TEST_CASE("outline of C") {
    check("C", R"_(
#include <stdio.h>
#define SQUARE(x) ((x) * (x))
#ifdef __cplusplus
extern "C" {
#endif

/* A list. */
struct list {
    struct list *next;
};

typedef struct {
    int x;
} point_t;

static const int table[] = { 1, 2, 3, '{', '"', '\'', '}' };

int proto(void);

int main(int argc, char **argv) { return 0; }
#ifdef __cplusplus
}
#endif
)_",
          R"_(
f SQUARE 2-2
c list 7-10
c point_t 12-14
f main 20-20
)_");
}

TEST_CASE("branches of a condition in a function of C may each open a block") {
    const std::string_view text = R"_(
/* Adds. */
static struct list *
add(struct list *head, int (*f)(int))
{
#if defined(A) && \
    defined(B)
    if (f(1)) {
#else
    if (f(2)) {
#endif
        puts("}");
    }
    return head; // }
}

int next(void) { return 0; }
)_";
    CHECK(outlined("C", text_of(text), Reading::skimmed) == "f add 1-14\nf next 16-16\n");
}

TEST_CASE("outline of C++") {
    check("C++", R"_(
namespace ely::store {
namespace {
int hidden() { return 1'000 + '}'; }
}  // namespace

template <class T, typename U = std::vector<T>>
class Box : public Base<T> {
  public:
    explicit Box(T value) : m_value{std::move(value)}, m_rest() { check(); }
    ~Box() override = default;
    bool operator==(const Box& other) const { return R"x(})" }" )x" == other; }
    struct Inner {
        int a = 0;
        int get() const { return a; }
    };

  private:
    T m_value{};
};

// Opens.
Result<Box<int>> Box<int>::open(const Path& path)
{
    auto f = [](int a) { return a; };
    return f(1);
}

enum class Color { red, green };
}  // namespace ely::store
extern "C" int c_function(void) { return 0; }
)_",
          R"_(
s ely::store 1-29
f ely::store::hidden 3-3
c ely::store::Box 6-19
m ely::store::Box::Box 8-9
m ely::store::Box::~Box 10-10
m ely::store::Box::operator== 11-11
c ely::store::Box::Inner 12-15
m ely::store::Box::Inner::get 14-14
m ely::store::Box<int>::open 21-26
c ely::store::Color 28-28
f c_function 30-30
)_");
}

TEST_CASE("outline of C#") {
    check("C#", R"_(
using System;

namespace App.Core
{
    /// <summary>Doc.</summary>
    [Serializable]
    public class Store<T> : Base where T : class, new()
    {
        private string path = @"c:\";
        public int Count { get; private set; } = 0;
        public string Name => $"{path}{{";

        public Store(int size) : base(size)
        {
            var c = '}';
        }

#if NET
        public T Get(int i)
        {
            return items[i];
        }
#endif
        public static bool operator ==(Store<T> a, Store<T> b) { return true; }
        enum Color { Red, Green }
    }
    public record Point(int X, int Y);
    public interface IShape { double Area(); }
}
)_",
          R"_(
c Store 5-26
m Store.Count 10-10
m Store.Name 11-11
m Store.Store 13-16
m Store.Get 19-22
m Store.operator == 24-24
c Store.Color 25-25
c Point 27-27
c IShape 28-28
m IShape.Area 28-28
)_");
}

TEST_CASE("outline of Ruby") {
    check("Ruby", R"_(
require "set"

module Jekyll
  # A URL.
  class URL < Base
    attr_reader :name

    # Makes one.
    def initialize(template,
                   options = {})
      @template = template
    end

    def to_s
      text = if @template
        "end"
      end
      text
    end

    def self.escape(path) = path
    private def hidden; 1; end
    def quoted
      <<~TEXT
        end
      TEXT
    end
  end
end

def top
  1
end
)_",
          R"_(
c Jekyll 3-29
c Jekyll::URL 4-28
m Jekyll::URL#initialize 8-12
m Jekyll::URL#to_s 14-19
m Jekyll::URL.escape 21-21
m Jekyll::URL#hidden 22-22
m Jekyll::URL#quoted 23-27
f top 31-33
)_");
}

TEST_CASE("outline of PHP") {
    check("PHP", R"_(
<p>It's {</p>
<?php
namespace App;

use App\{A, B};

/** Doc. */
#[Attr]
final class Store extends Base
{
    use Helpers { run as go; }
    const X = Other::class;

    /** Gets. */
    public function get(string $k = "}"): ?array
    {
        $text = <<<EOT
            { {$k}
            EOT;
        return ["{$k['a']}", '\'', $this->class]; // }
    }
    abstract protected function size();
}
if (! function_exists('helper')) {
    function helper() {
        # a comment } ?>
        text { <?php
        return 1;
    }
}
enum Suit { case Hearts; public function label() { return 'x'; } }
)_",
          R"_(
c Store 7-23
m Store::get 14-21
m Store::size 22-22
f helper 25-29
c Suit 31-31
m Suit::label 31-31
)_");
}

TEST_CASE("outline of Bash") {
    check("Shell", R"_(
#!/bin/bash
set -e

# Says hello.
hello() {
  echo "}"
}
function bye {
  cat <<EOF
}
EOF
}
)_",
          "\nf hello 4-7\nf bye 8-12\n");
}

TEST_CASE("broken code has the definitions that are whole") {
    CHECK(outlined("Python", "def a():\n    return 1\n\nclass (:\n\ndef b():\n    return ]\n", Reading::skimmed)
              .starts_with("f a 1-2\n"));
    CHECK(outlined("C", "int a(void) { return 1; }\n}}}\n", Reading::skimmed).starts_with("f a 1-1\n"));
}

}  // namespace
}  // namespace ely::chunk
