#include "index/text_vectors.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "base/clock.hpp"

namespace ely::index {

Result<std::vector<float>> TextVectors::of(std::span<const std::string> texts, const std::stop_token& stop,
                                           const std::function<void(std::size_t)>& done) {
    const auto more = [&](std::size_t count) {
        if (done) done(count);
    };
    std::vector<Sha256Digest> keys;
    for (const auto& text : texts) keys.push_back(m_cache.key(text));
    ELY_TRY_ASSIGN(const auto known, m_cache.find(keys));
    std::map<Sha256Digest, std::size_t> distinct;
    std::vector<std::string_view> unknown;
    std::vector<Sha256Digest> new_keys;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (!known[i].empty() || !distinct.emplace(keys[i], unknown.size()).second) continue;
        unknown.emplace_back(texts[i]);
        new_keys.push_back(keys[i]);
    }
    more(keys.size() - unknown.size());
    std::vector<float> computed;
    if (!unknown.empty()) {
        const Stopwatch watch;
        ELY_TRY_ASSIGN(computed, m_embedder.embed(unknown, stop, more));
        m_model_seconds += watch.seconds();
        ELY_TRY(m_cache.insert(new_keys, computed));
    }
    m_embedded += unknown.size();
    m_cached += keys.size() - unknown.size();
    std::vector<float> out(keys.size() * dimensions());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto* source = known[i].empty() ? computed.data() + distinct.at(keys[i]) * dimensions() : known[i].data();
        std::copy_n(source, dimensions(), out.data() + i * dimensions());
    }
    return out;
}

}  // namespace ely::index
