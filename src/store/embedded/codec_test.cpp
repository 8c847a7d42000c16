// The stored encodings: what goes in comes out, and damaged bytes are refused or read without harm.

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "store/embedded/byte_codec.hpp"
#include "store/embedded/postings.hpp"
#include "store/embedded/quantizer.hpp"
#include "store/embedded/row_codec.hpp"
#include "store/embedded/segment_builder.hpp"
#include "store/embedded/segment_merge.hpp"
#include "store/testing/objects.hpp"

namespace ely::store::embedded {
namespace {

std::vector<Posting> decode(std::string_view bytes) {
    std::vector<Posting> out;
    RC_ASSERT(decode_postings(bytes, [&](const Posting& posting) { out.push_back(posting); }));
    return out;
}

TEST_CASE("numbers keep their value") {
    CHECK(rc::check([](std::uint64_t number, std::int64_t whole, double real) {
        std::string bytes;
        put_varint(bytes, number);
        put_varint(bytes, zigzag(whole));
        put_fixed(bytes, real);
        Decoder in(bytes);
        RC_ASSERT(in.varint() == number);
        RC_ASSERT(unzigzag(in.varint()) == whole);
        RC_ASSERT(std::bit_cast<std::uint64_t>(in.fixed<double>()) == std::bit_cast<std::uint64_t>(real));
        RC_ASSERT(in.at_end());
        RC_ASSERT(in.ok());
        RC_ASSERT(in.varint() == 0);
        RC_ASSERT(!in.ok());
    }));
}

TEST_CASE("postings come back as they were") {
    CHECK(rc::check([](const std::vector<std::pair<std::uint16_t, std::uint8_t>>& steps) {
        std::vector<Posting> postings;
        std::uint32_t document = 0;
        for (const auto& [step, kind] : steps) {
            document += step + (postings.empty() ? 0 : 1);
            for (int field = 0; field < 1 + kind % 3; ++field) {
                postings.push_back({document, 1U + kind / 64U * 200U, static_cast<std::uint8_t>(field + kind % 2)});
            }
        }
        std::string bytes;
        encode_postings(bytes, postings);
        const auto back = postings.empty() ? std::vector<Posting>{} : decode(bytes);
        RC_ASSERT(back.size() == postings.size());
        for (std::size_t i = 0; i < back.size(); ++i) {
            RC_ASSERT(back[i].document == postings[i].document);
            RC_ASSERT(back[i].field == postings[i].field);
            RC_ASSERT(back[i].frequency == postings[i].frequency);
        }
    }));
}

TEST_CASE("a table of documents comes back as it was") {
    CHECK(rc::check([](const std::vector<std::uint32_t>& lengths, bool second_field) {
        DocumentTable table;
        for (std::uint32_t i = 0; i < lengths.size(); ++i) {
            table.ordinals.push_back(3 * i + 1);
            table.ids.push_back(testing::test_id(i));
        }
        table.lengths = {lengths, {}};
        if (second_field) table.lengths[1].assign(lengths.size(), 7);
        const auto back = decode_documents(encode_documents(table));
        RC_ASSERT(back.has_value());
        RC_ASSERT(back->ordinals == table.ordinals);
        RC_ASSERT(back->ids == table.ids);
        RC_ASSERT(back->lengths.size() == 2U);
        for (std::size_t i = 0; i < lengths.size(); ++i) {
            RC_ASSERT((back->lengths[0].empty() ? 0 : back->lengths[0][i]) == lengths[i]);
        }
        RC_ASSERT(second_field == (!back->lengths[1].empty() && !lengths.empty()) || lengths.empty());
    }));
}

TEST_CASE("damaged bytes are refused or read without harm") {
    CHECK(rc::check([](const std::string& bytes) {
        std::size_t found = 0;
        (void)decode_postings(bytes, [&](const Posting&) { ++found; });
        RC_ASSERT(found <= bytes.size());
        (void)decode_documents(bytes);
        (void)decode_row(testing::test_schema("any", 2), bytes);
        (void)decode_row(testing::schema_of_every_type("any"), bytes);
        (void)QuantizedBlock::decode(bytes, bytes.size() / 40, 32);
        BlockReader reader(bytes);
        while (reader.next()) ++found;
    }));
}

std::vector<SegmentRow> rows(const std::vector<std::uint32_t>& sizes) {
    std::vector<SegmentRow> out;
    for (const auto size : sizes) out.push_back({0, 0, size, 0, 0});
    return out;
}

TEST_CASE("neighbours of similar size are merged") {
    CHECK(plan_merge(rows({})).empty());
    CHECK(plan_merge(rows({10, 10, 10})).empty());
    const auto four = plan_merge(rows({10, 10, 10, 10}));
    CHECK(four.first == 0);
    CHECK(four.last == 4);
    CHECK(plan_merge(rows({100'000, 10, 10, 10})).empty());
    const auto tail = plan_merge(rows({100'000, 10, 200, 10, 10}));
    CHECK(tail.first == 1);
    CHECK(tail.last == 5);
    auto emptied = rows({1000, 1000});
    emptied[1].deleted = 501;
    const auto one = plan_merge(emptied);
    CHECK(one.first == 1);
    CHECK(one.last == 2);
}

TEST_CASE("however objects arrive, segments stay few and are written few times") {
    CHECK(rc::check([](const std::vector<std::uint16_t>& batches) {
        std::vector<SegmentRow> segments;
        std::uint64_t written = 0;
        std::uint64_t total = 0;
        for (const auto batch : batches) {
            segments.push_back({0, 0, batch % 3000U + 1U, 0, 0});
            total += segments.back().documents;
            for (auto plan = plan_merge(segments); !plan.empty(); plan = plan_merge(segments)) {
                SegmentRow merged;
                for (auto i = plan.first; i < plan.last; ++i) merged.documents += segments[i].documents;
                written += merged.documents;
                segments.erase(segments.begin() + static_cast<std::ptrdiff_t>(plan.first),
                               segments.begin() + static_cast<std::ptrdiff_t>(plan.last));
                segments.insert(segments.begin() + static_cast<std::ptrdiff_t>(plan.first), merged);
            }
        }
        RC_ASSERT(segments.size() <= 30U);
        RC_ASSERT(written <= 10 * total);
    }));
}

}  // namespace
}  // namespace ely::store::embedded
