#include "embed/bert_model.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/hash.hpp"
#include "model/settings.hpp"

namespace ely::embed {
namespace {

using Json = nlohmann::json;

// What the pinned model's weights are, whatever folder they lie in.
constexpr std::string_view k_minilm_weights = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db";

constexpr std::string_view k_weights_file = "model.safetensors";

Result<Json> read_json(const Path& file) {
    ELY_TRY_ASSIGN(const auto text, read_file(file));
    auto json = Json::parse(text, nullptr, false);
    if (!json.is_object() && !json.is_array()) return fail(Code::corrupt, file.string() + " is not JSON");
    return json;
}

// Files that a folder need not have: an empty object stands for them.
Result<Json> read_optional_json(const Path& file) {
    auto json = read_json(file);
    if (!json && json.error().code == Code::not_found) return Json::object();
    return json;
}

tl::unexpected<Error> unsupported(const Path& file, std::string_view what) {
    return fail(Code::unsupported, fmt::format("{}: {}", file.string(), what),
                "use a BERT model of the sentence-transformers kind, such as all-MiniLM-L6-v2");
}

Result<BertShape> read_shape(const Path& folder) {
    const auto file = folder / "config.json";
    ELY_TRY_ASSIGN(const Json config, read_json(file));
    if (config.value("model_type", "") != "bert") return unsupported(file, "not a BERT model");
    if (config.value("hidden_act", "gelu") != "gelu") return unsupported(file, "an activation other than gelu");
    if (config.value("position_embedding_type", "absolute") != "absolute") {
        return unsupported(file, "positions other than absolute");
    }
    BertShape shape;
    shape.hidden = config.value("hidden_size", std::size_t{0});
    shape.layers = config.value("num_hidden_layers", std::size_t{0});
    shape.heads = config.value("num_attention_heads", std::size_t{0});
    shape.intermediate = config.value("intermediate_size", std::size_t{0});
    shape.vocabulary = config.value("vocab_size", std::size_t{0});
    shape.positions = config.value("max_position_embeddings", std::size_t{0});
    shape.token_types = config.value("type_vocab_size", std::size_t{2});
    shape.norm_epsilon = config.value("layer_norm_eps", 1e-12F);
    if (shape.hidden == 0 || shape.layers == 0 || shape.heads == 0 || shape.hidden % shape.heads != 0 ||
        shape.intermediate == 0 || shape.token_types == 0) {
        return fail(Code::corrupt, file.string() + ": sizes are missing or do not fit each other");
    }
    return shape;
}

Result<Pooling> read_pooling(const Path& folder) {
    ELY_TRY_ASSIGN(const Json modules, read_optional_json(folder / "modules.json"));
    auto pooling_folder = folder / "1_Pooling";
    for (const auto& module : modules) {
        const auto type = module.value("type", "");
        if (type.ends_with(".Pooling")) pooling_folder = folder / module.value("path", "");
        if (!type.ends_with(".Transformer") && !type.ends_with(".Pooling") && !type.ends_with(".Normalize")) {
            return unsupported(folder / "modules.json", "a module of type " + type);
        }
    }
    const auto file = pooling_folder / "config.json";
    ELY_TRY_ASSIGN(const Json config, read_optional_json(file));
    const auto on = [&config](const char* mode) { return config.value(mode, false); };
    if (on("pooling_mode_max_tokens") || on("pooling_mode_mean_sqrt_len_tokens") ||
        on("pooling_mode_weightedmean_tokens") || on("pooling_mode_lasttoken")) {
        return unsupported(file, "a pooling other than mean or first token");
    }
    const bool first = on("pooling_mode_cls_token");
    if (first && on("pooling_mode_mean_tokens")) return unsupported(file, "two poolings at once");
    return first ? Pooling::first : Pooling::mean;
}

Result<std::size_t> read_max_tokens(const Path& folder, std::size_t positions) {
    const auto file = folder / "sentence_bert_config.json";
    ELY_TRY_ASSIGN(const Json config, read_optional_json(file));
    const auto limit = std::min(config.value("max_seq_length", positions), positions);
    if (limit < 2) return fail(Code::corrupt, file.string() + ": no room for a text");
    return limit;
}

Result<WordPieceOptions> read_tokenizer_options(const Path& folder) {
    ELY_TRY_ASSIGN(const Json config, read_optional_json(folder / "tokenizer_config.json"));
    WordPieceOptions options;
    options.lower_case = config.value("do_lower_case", true);
    options.split_cjk = config.value("tokenize_chinese_chars", true);
    const auto strip = config.find("strip_accents");
    options.strip_accents = strip != config.end() && strip->is_boolean() ? strip->get<bool>() : options.lower_case;
    return options;
}

std::string describe(const BertShape& shape, const WordPieceOptions& options, const Sha256Digest& vocabulary) {
    return fmt::format("layers {} heads {} epsilon {} tokens {} pooling {} tokenizer {} {} {} {} vocabulary {}",
                       shape.layers, shape.heads, shape.norm_epsilon, shape.max_tokens,
                       shape.pooling == Pooling::mean ? "mean" : "first", WordPiece::k_version, options.lower_case,
                       options.strip_accents, options.split_cjk, to_hex(vocabulary));
}

Result<BertModel> read_parts(const Path& folder) {
    BertModel model;
    ELY_TRY_ASSIGN(model.shape, read_shape(folder));
    ELY_TRY_ASSIGN(model.shape.pooling, read_pooling(folder));
    ELY_TRY_ASSIGN(model.shape.max_tokens, read_max_tokens(folder, model.shape.positions));
    ELY_TRY_ASSIGN(const auto options, read_tokenizer_options(folder));
    ELY_TRY_ASSIGN(auto vocabulary, read_file(folder / "vocab.txt"));
    const auto vocabulary_hash = sha256(vocabulary);
    ELY_TRY_ASSIGN(model.tokenizer, WordPiece::from_vocabulary(std::move(vocabulary), options));
    if (model.tokenizer.size() > model.shape.vocabulary) {
        return fail(Code::corrupt, (folder / "vocab.txt").string() + " has more pieces than the model");
    }
    ELY_TRY_ASSIGN(model.weights, Safetensors::open(folder / k_weights_file));
    if (model.weights.contains("bert.embeddings.word_embeddings.weight")) model.weight_prefix = "bert.";
    model.settings = describe(model.shape, options, vocabulary_hash);
    return model;
}

}  // namespace

Path default_model_folder() {
    return ELY_MODEL_DIR;
}

Result<BertModel> read_bert_model(const Path& folder) {
    try {
        auto model = read_parts(folder);
        if (model || model.error().code != Code::not_found) return model;
        auto error = std::move(model).error();
        error.message = fmt::format("the embedding model is not in {}: {}", folder.string(), error.message);
        error.hint = fmt::format("./run in the source folder fetches it; {} names another folder that holds it",
                                 model::setting_variable("embedding.model_dir"));
        return fail(std::move(error));
    } catch (const Json::exception& error) {
        return fail(Code::corrupt, fmt::format("{}: a setting of the wrong type: {}", folder.string(), error.what()));
    }
}

Result<Sha256Digest> hash_weights(const Path& folder) {
    const auto path = folder / k_weights_file;
    // Not by the mapping: that would make the whole file count as this process's memory.
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(errno_error(errno, "cannot open " + path.string()));
    Sha256 hash;
    std::vector<char> buffer(std::size_t{1} << 16U);
    while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || file.gcount() > 0) {
        hash.update({buffer.data(), static_cast<std::size_t>(file.gcount())});
    }
    if (file.bad()) return fail(Code::io, "cannot read " + path.string());
    return hash.finish();
}

std::string model_name(const Path& folder, const Sha256Digest& weights) {
    if (to_hex(weights) == k_minilm_weights) return "all-MiniLM-L6-v2";
    const auto name = (folder / "").parent_path().filename().string();
    return name.empty() ? "model" : name;
}

}  // namespace ely::embed
