#pragma once

// Texts for benchmarks of the model: like chunks of code as an index has them, about 130 tokens in the mean, some
// short, some at the limit. The same ones every time.

#include <array>
#include <random>
#include <string>
#include <vector>

namespace ely::benchmarks {

inline std::vector<std::string> make_texts(std::size_t count) {
    static constexpr std::array k_words = {"def",   "return", "self._items",  "retry_count", "if",    "not",
                                           "open",  "(path,", "encoding)",    "=",           "for",   "in",
                                           "raise", "None",   "getUserById(", "->",          "value", "# the"};
    std::mt19937 random(1);
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) {
        std::string text = "src/module/file.py Class.method\n";
        const auto words = 5 + random() % 85;
        for (std::size_t word = 0; word < words; ++word) {
            text += k_words[random() % k_words.size()];
            text += word % 8 == 7 ? "\n    " : " ";
        }
        texts.push_back(std::move(text));
    }
    return texts;
}

}  // namespace ely::benchmarks
