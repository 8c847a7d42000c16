#include "embed/bert_model.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "embed/embedder.hpp"
#include "model/settings.hpp"

using ely::Code;
using ely::embed::read_bert_model;
using ely::embed::Safetensors;
using Json = nlohmann::json;

namespace {

class TestFolder {
  public:
    TestFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "ely-model-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        m_path = name;
    }
    ~TestFolder() { std::filesystem::remove_all(m_path); }
    TestFolder(const TestFolder&) = delete;
    TestFolder& operator=(const TestFolder&) = delete;
    [[nodiscard]] ely::Path write(const std::string& name, std::string_view bytes) const {
        std::filesystem::create_directories((m_path / name).parent_path());
        REQUIRE(ely::write_file_atomic(m_path / name, bytes));
        return m_path / name;
    }
    [[nodiscard]] const ely::Path& path() const { return m_path; }

  private:
    ely::Path m_path;
};

// As those files have it: a header padded to 8 bytes.
std::string safetensors(std::string header, std::string_view data) {
    header.resize((header.size() + 7) / 8 * 8, ' ');
    std::uint64_t size = header.size();
    std::string out(sizeof size, '\0');
    std::memcpy(out.data(), &size, sizeof size);
    return out + header + std::string(data);
}

std::string floats(std::size_t count, float value) {
    std::string out(count * sizeof(float), '\0');
    for (std::size_t i = 0; i < count; ++i) std::memcpy(out.data() + i * sizeof value, &value, sizeof value);
    return out;
}

// A whole model of one layer, small enough to write by hand.
struct TinyModel {
    Json config = {{"model_type", "bert"},        {"hidden_size", 8},       {"num_hidden_layers", 1},
                   {"num_attention_heads", 2},    {"intermediate_size", 4}, {"vocab_size", 5},
                   {"max_position_embeddings", 6}};
    std::map<std::string, std::vector<std::size_t>> tensors = {
        {"embeddings.word_embeddings.weight", {5, 8}},
        {"embeddings.position_embeddings.weight", {6, 8}},
        {"embeddings.token_type_embeddings.weight", {2, 8}},
        {"embeddings.LayerNorm.weight", {8}},
        {"embeddings.LayerNorm.bias", {8}},
    };
    std::string prefix;

    TinyModel() {
        const std::string at = "encoder.layer.0.";
        for (const auto* name :
             {"attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"}) {
            add_linear(at + name, 8, 8);
        }
        add_linear(at + "intermediate.dense", 4, 8);
        add_linear(at + "output.dense", 8, 4);
        for (const auto* name : {"attention.output.LayerNorm", "output.LayerNorm"}) {
            tensors[at + name + ".weight"] = {8};
            tensors[at + name + ".bias"] = {8};
        }
    }

    void write(const TestFolder& folder) const {
        (void)folder.write("config.json", config.dump());
        (void)folder.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nword\n");
        Json header = {{"__metadata__", {{"format", "pt"}}}};
        std::string data;
        for (const auto& [name, shape] : tensors) {
            std::size_t count = 1;
            for (const auto extent : shape) count *= extent;
            const auto start = data.size();
            // uneven values, so that normalizing has something to do
            for (std::size_t i = 0; i < count; ++i) data += floats(1, static_cast<float>((i * 7 + start) % 11) - 5.0F);
            header[prefix + name] = {{"dtype", "F32"}, {"shape", shape}, {"data_offsets", {start, data.size()}}};
        }
        (void)folder.write("model.safetensors", safetensors(header.dump(), data));
    }

  private:
    void add_linear(const std::string& name, std::size_t rows, std::size_t columns) {
        tensors[name + ".weight"] = {rows, columns};
        tensors[name + ".bias"] = {rows};
    }
};

ely::Result<std::vector<float>> embed_with(const TestFolder& folder) {
    ELY_TRY_ASSIGN(const auto model, ely::embed::open_local_model({.model_folder = folder.path(), .threads = 1}));
    const std::string_view text = "a word";
    return model->embed({&text, 1});
}

}  // namespace

TEST_CASE("a model that is not there: the hint names a variable that the settings know") {
    const TestFolder folder;
    const auto model = read_bert_model(folder.path() / "none");
    REQUIRE_FALSE(model);
    CHECK(model.error().code == Code::not_found);
    const auto& hint = model.error().hint;
    const auto at = hint.find("ELYSIACTL_");
    REQUIRE(at != std::string::npos);
    const auto variable = hint.substr(at, hint.find(' ', at) - at);
    CHECK(std::ranges::any_of(ely::model::setting_rules(),
                              [&](const auto& rule) { return ely::model::setting_variable(rule.key) == variable; }));
}

TEST_CASE("tensors are found by name and shape") {
    const TestFolder folder;
    const auto file = folder.write(
        "a.safetensors",
        safetensors(
            R"({"x":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"i":{"dtype":"I64","shape":[1],"data_offsets":[24,32]}} )",
            floats(6, 1.5F) + std::string(8, '\0')));
    const auto weights = Safetensors::open(file);
    REQUIRE_MESSAGE(weights, weights.error().text());
    const auto tensor = weights->tensor("x", {2, 3});
    REQUIRE(tensor);
    CHECK(tensor->values.size() == 6);
    CHECK(tensor->values[5] == 1.5F);
    CHECK(weights->contains("x"));
    CHECK_FALSE(weights->contains("i"));  // not float32
    CHECK(weights->tensor("x", {3, 2}).error().code == Code::corrupt);
    CHECK(weights->tensor("y", {1}).error().code == Code::corrupt);
}

TEST_CASE("a file that contradicts itself is corrupt, not read beyond its end") {
    const TestFolder folder;
    const auto entry = [](std::string_view shape, std::string_view offsets) {
        return safetensors(fmt::format(R"({{"x":{{"dtype":"F32","shape":{},"data_offsets":{}}}}})", shape, offsets),
                           floats(4, 0));
    };
    const std::string too_long_header("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF{}", 10);
    for (const auto& bytes :
         {std::string(), std::string("short"), too_long_header, safetensors("{", ""), safetensors("[1]", ""),
          entry("[4]", "[0,12]"), entry("[5]", "[0,20]"), entry("[4]", "[16,0]"), entry("[4]", "[0]"),
          entry("[-4]", "[0,16]"), entry("[4611686018427387904,4]", "[0,0]"), entry("\"4\"", "[0,16]")}) {
        const auto weights = Safetensors::open(folder.write("bad.safetensors", bytes));
        CAPTURE(bytes);
        REQUIRE_FALSE(weights);
        CHECK(weights.error().code == Code::corrupt);
    }
    CHECK(Safetensors::open(folder.path() / "none").error().code == Code::not_found);
}

TEST_CASE("any BERT folder of that kind is a model, with or without a prefix") {
    const TestFolder plain;
    TinyModel model;
    model.write(plain);
    const auto vector = embed_with(plain);
    REQUIRE_MESSAGE(vector, vector.error().text());
    CHECK(vector->size() == 8);

    const TestFolder prefixed;
    model.prefix = "bert.";
    model.write(prefixed);
    const auto same = embed_with(prefixed);
    REQUIRE_MESSAGE(same, same.error().text());
    CHECK(*same == *vector);
}

TEST_CASE("the fingerprint follows weights and settings") {
    const auto fingerprint = [](const TestFolder& folder) {
        auto model = ely::embed::open_local_model({.model_folder = folder.path(), .threads = 1});
        REQUIRE_MESSAGE(model, model.error().text());
        return (*model)->info().fingerprint.substr((*model)->info().name.size());
    };
    const TestFolder folder;
    TinyModel model;
    model.write(folder);
    const auto first = fingerprint(folder);
    CHECK(fingerprint(folder) == first);
    model.config["layer_norm_eps"] = 1e-6;
    model.write(folder);
    const auto second = fingerprint(folder);
    CHECK(second != first);
    (void)folder.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nother\n");
    const auto third = fingerprint(folder);
    CHECK(third != second);
    (void)folder.write("1_Pooling/config.json", R"({"pooling_mode_cls_token": true})");
    CHECK(fingerprint(folder) != third);
}

TEST_CASE("models that need other arithmetic are refused") {
    const auto code_with = [](const std::string& name, const std::string& content) {
        const TestFolder folder;
        TinyModel().write(folder);
        (void)folder.write(name, content);
        const auto model = read_bert_model(folder.path());
        CAPTURE(name);
        CAPTURE(content);
        REQUIRE_FALSE(model);
        return model.error().code;
    };
    CHECK(code_with("config.json", R"({"model_type": "xlm-roberta"})") == Code::unsupported);
    CHECK(code_with("config.json", R"({"model_type": "bert", "hidden_act": "relu"})") == Code::unsupported);
    CHECK(code_with("config.json", R"({"model_type": "bert", "position_embedding_type": "relative_key"})") ==
          Code::unsupported);
    CHECK(code_with("config.json", R"({"model_type": "bert", "hidden_size": "many"})") == Code::corrupt);
    CHECK(code_with("config.json", R"({"model_type": "bert"})") == Code::corrupt);
    CHECK(code_with("config.json", "no JSON") == Code::corrupt);
    CHECK(code_with("modules.json", R"([{"type": "sentence_transformers.models.Dense", "path": "2_Dense"}])") ==
          Code::unsupported);
    CHECK(code_with("1_Pooling/config.json", R"({"pooling_mode_max_tokens": true})") == Code::unsupported);
    CHECK(code_with("sentence_bert_config.json", R"({"max_seq_length": 1})") == Code::corrupt);
    CHECK(code_with("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\nc\n") == Code::corrupt);
}

TEST_CASE("a layer that is missing is said when the model is opened") {
    const TestFolder folder;
    TinyModel model;
    model.tensors.erase("encoder.layer.0.output.dense.weight");
    model.write(folder);
    const auto vector = embed_with(folder);
    REQUIRE_FALSE(vector);
    CHECK(vector.error().code == Code::corrupt);
    CHECK(vector.error().message.find("encoder.layer.0.output.dense.weight") != std::string::npos);
}
