#include "store/embedded/postings.hpp"

namespace ely::store::embedded {
namespace {

// The field that more than half of the postings are in; some field when there is none such.
std::uint8_t main_field_of(std::span<const Posting> postings) {
    std::uint8_t out = 0;
    std::size_t lead = 0;
    for (const auto& posting : postings) {
        if (lead == 0) out = posting.field;
        posting.field == out ? ++lead : --lead;
    }
    return out;
}

}  // namespace

void encode_postings(std::string& out, std::span<const Posting> postings) {
    if (postings.empty()) return;
    const auto main_field = main_field_of(postings);
    put_varint(out, main_field);
    std::uint32_t previous = 0;
    for (std::size_t i = 0; i < postings.size();) {
        const auto document = postings[i].document;
        std::size_t end = i + 1;
        while (end < postings.size() && postings[end].document == document) ++end;
        const auto delta = static_cast<std::uint64_t>(document - previous) << 2U;
        previous = document;
        if (end == i + 1 && postings[i].field == main_field) {
            put_varint(out, delta | (postings[i].frequency == 1 ? 0U : 1U));
            if (postings[i].frequency != 1) put_varint(out, postings[i].frequency);
        } else {
            put_varint(out, delta | 2U);
            put_varint(out, end - i);
            for (auto j = i; j < end; ++j) {
                put_varint(out, postings[j].field);
                put_varint(out, postings[j].frequency);
            }
        }
        i = end;
    }
}

}  // namespace ely::store::embedded
