#pragma once

// What benchmark programs measure with and on: meters, and objects as code collections have them, made up from a seed.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"

namespace ely::benchmarks {

// Wall time, and the processor time of the whole process: the latter can be compared on a busy machine.
class Meter {
  public:
    [[nodiscard]] double seconds() const { return m_watch.seconds(); }
    [[nodiscard]] double cpu() const { return now() - m_start; }

  private:
    static double now() {
        timespec time{};
        ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
    }
    Stopwatch m_watch;
    double m_start = now();
};

template <typename T>
T must(Result<T> result) {
    if (!result) {
        fmt::print(stderr, "{}\n", result.error().text());
        std::exit(1);
    }
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

class Words {
  public:
    explicit Words(unsigned seed) : m_random(seed) {
        constexpr std::size_t k_words = 60'000;
        double total = 0;
        for (std::size_t i = 0; i < k_words; ++i) {
            m_words.push_back(make_word(i));
            total += 1 / std::pow(static_cast<double>(i + 2), 1.05);
            m_cumulative.push_back(total);
        }
    }

    const std::string& draw() {
        std::uniform_real_distribution<double> uniform(0, m_cumulative.back());
        const auto at = std::ranges::lower_bound(m_cumulative, uniform(m_random)) - m_cumulative.begin();
        return m_words[static_cast<std::size_t>(at)];
    }

    // Parts of 40 lines of the files in a folder, one after another; made-up text when there is none.
    void read_folder(const Path& folder) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            if (!entry.is_regular_file() || entry.file_size() > 1'000'000) continue;
            const auto text = must(read_file(entry.path()));
            if (!is_utf8(text)) continue;
            std::size_t start = 0;
            std::size_t lines = 0;
            for (std::size_t i = 0; i < text.size(); ++i) {
                if (text[i] == '\n' && ++lines % 40 == 0) {
                    m_parts.push_back(text.substr(start, i + 1 - start));
                    start = i + 1;
                }
            }
            if (start < text.size()) m_parts.push_back(text.substr(start));
        }
    }

    std::string text(std::size_t bytes) {
        if (!m_parts.empty()) return m_parts[m_next_part++ % m_parts.size()];
        std::string out;
        while (out.size() < bytes) {
            out += draw();
            out += (m_random() % 8 == 0) ? "\n    " : " ";
        }
        return out;
    }

    std::mt19937_64& random() { return m_random; }

  private:
    // Syllables; every third word is an identifier of two or three parts.
    std::string make_word(std::size_t number) {
        static constexpr const char* k_syllables[] = {"re", "con", "get", "val", "ser", "net", "par", "lo",
                                                      "ad", "ist", "der", "mo",  "que", "tr",  "fi",  "ex"};
        std::string out;
        for (auto left = number + 17; left > 0; left /= 16) out += k_syllables[left % 16];
        if (number % 3 != 2 || number < 100) return out;
        const auto& other = m_words[m_random() % number];
        if (number % 2 == 0) return out + "_" + other;
        auto tail = other;
        tail[0] = static_cast<char>(std::toupper(tail[0]));
        return out + tail;
    }

    std::vector<std::string> m_parts;
    std::size_t m_next_part = 0;
    std::mt19937_64 m_random;
    std::vector<std::string> m_words;
    std::vector<double> m_cumulative;
};

class Vectors {
  public:
    Vectors(std::uint32_t dimensions, unsigned seed) : m_dimensions(dimensions), m_random(seed + 1) {
        for (int i = 0; i < 1000; ++i) m_centres.push_back(draw_one(nullptr));
    }
    std::vector<float> draw() { return draw_one(&m_centres[m_random() % m_centres.size()]); }

  private:
    std::vector<float> draw_one(const std::vector<float>* centre) {
        std::normal_distribution<float> normal;
        std::vector<float> out(m_dimensions);
        double square = 0;
        for (std::size_t i = 0; i < out.size(); ++i) {
            out[i] = normal(m_random) + (centre != nullptr ? 30 * (*centre)[i] : 0);
            square += static_cast<double>(out[i]) * out[i];
        }
        for (auto& value : out) value /= static_cast<float>(std::sqrt(square));
        return out;
    }

    std::uint32_t m_dimensions;
    std::mt19937_64 m_random;
    std::vector<std::vector<float>> m_centres;
};

inline Uuid object_id(std::size_t number) {
    return uuid5(k_uuid_namespace_url, std::to_string(number));
}

inline double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values.empty() ? 0 : values[values.size() / 2];
}

}  // namespace ely::benchmarks
