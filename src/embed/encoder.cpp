#include "embed/encoder.hpp"

#include <cmath>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <openvino/core/model.hpp>
#include <openvino/op/add.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/op/gelu.hpp>
#include <openvino/op/matmul.hpp>
#include <openvino/op/multiply.hpp>
#include <openvino/op/mvn.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/reshape.hpp>
#include <openvino/op/softmax.hpp>
#include <openvino/op/transpose.hpp>
#include <openvino/op/variadic_split.hpp>
#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>

namespace ely::embed {
namespace {

namespace ops = ov::op;
using Value = ov::Output<ov::Node>;

template <typename Op, typename... Arguments>
Value make(Arguments&&... arguments) {
    return std::make_shared<Op>(std::forward<Arguments>(arguments)...);
}

Value integers(const std::vector<std::int64_t>& values) {
    return ops::v0::Constant::create(ov::element::i64, {values.size()}, values);
}

// Builds the graph; the first weight that is not in the file is kept as the error, and building goes on with a blank.
class GraphBuilder {
  public:
    explicit GraphBuilder(const BertModel& model) : m_model(model), m_shape(model.shape) {}

    Result<std::shared_ptr<ov::Model>> build() {
        const auto hidden = static_cast<std::int64_t>(m_shape.hidden);
        const auto rows = std::make_shared<ops::v0::Parameter>(ov::element::f32, ov::PartialShape{-1, -1, hidden});
        m_mask = std::make_shared<ops::v0::Parameter>(ov::element::f32, ov::PartialShape{-1, 1, 1, -1});
        Value value = rows;
        for (std::size_t i = 0; i < m_shape.layers; ++i) value = layer(value, fmt::format("encoder.layer.{}.", i));
        if (m_error) return fail(*m_error);
        return std::make_shared<ov::Model>(ov::OutputVector{value}, ov::ParameterVector{rows, m_mask});
    }

  private:
    Value layer(const Value& input, const std::string& name) {
        const auto attended = normalized(make<ops::v1::Add>(attention(input, name + "attention."), input),
                                         name + "attention.output.LayerNorm");
        const auto wide =
            make<ops::v7::Gelu>(linear(attended, {name + "intermediate.dense"}, m_shape.intermediate, m_shape.hidden));
        const auto narrow = linear(wide, {name + "output.dense"}, m_shape.hidden, m_shape.intermediate);
        return normalized(make<ops::v1::Add>(narrow, attended), name + "output.LayerNorm");
    }

    // Query, key and value in one product: fewer nodes to compile and to call.
    Value attention(const Value& input, const std::string& name) {
        const auto hidden = m_shape.hidden;
        const auto heads = static_cast<std::int64_t>(m_shape.heads);
        const auto head_size = static_cast<std::int64_t>(hidden / m_shape.heads);
        const auto all = linear(input, {name + "self.query", name + "self.key", name + "self.value"}, hidden, hidden);
        const auto by_head = make<ops::v1::Transpose>(
            make<ops::v1::Reshape>(all, integers({0, 0, 3 * heads, head_size}), true), integers({0, 2, 1, 3}));
        const auto parts =
            std::make_shared<ops::v1::VariadicSplit>(by_head, integers({1}), integers({heads, heads, heads}));
        const auto factor =
            ops::v0::Constant::create(ov::element::f32, ov::Shape{}, {1 / std::sqrt(static_cast<float>(head_size))});
        const auto query = make<ops::v1::Multiply>(parts->output(0), factor);
        const auto scores = make<ops::v0::MatMul>(query, parts->output(1), false, true);
        const auto weights = make<ops::v8::Softmax>(make<ops::v1::Add>(scores, m_mask), -1);
        const auto context = make<ops::v1::Transpose>(make<ops::v0::MatMul>(weights, parts->output(2), false, false),
                                                      integers({0, 2, 1, 3}));
        const auto joined = make<ops::v1::Reshape>(context, integers({0, 0, static_cast<std::int64_t>(hidden)}), true);
        return linear(joined, {name + "output.dense"}, hidden, hidden);
    }

    Value normalized(const Value& input, const std::string& name) {
        const auto mean_free =
            make<ops::v6::MVN>(input, integers({-1}), true, m_shape.norm_epsilon, ops::MVNEpsMode::INSIDE_SQRT);
        const auto scaled = make<ops::v1::Multiply>(mean_free, weight(name + ".weight", {m_shape.hidden}));
        return make<ops::v1::Add>(scaled, weight(name + ".bias", {m_shape.hidden}));
    }

    // The outputs of several linear layers of the same size beside each other.
    Value linear(const Value& input, const std::vector<std::string>& names, std::size_t rows, std::size_t columns) {
        if (names.size() == 1) {
            const auto product =
                make<ops::v0::MatMul>(input, weight(names[0] + ".weight", {rows, columns}), false, true);
            return make<ops::v1::Add>(product, weight(names[0] + ".bias", {rows}));
        }
        ov::Tensor weights(ov::element::f32, {names.size() * rows, columns});
        ov::Tensor biases(ov::element::f32, {names.size() * rows});
        for (std::size_t i = 0; i < names.size(); ++i) {
            const auto matrix = values(names[i] + ".weight", {rows, columns});
            std::copy(matrix.begin(), matrix.end(), weights.data<float>() + i * rows * columns);
            const auto bias = values(names[i] + ".bias", {rows});
            std::copy(bias.begin(), bias.end(), biases.data<float>() + i * rows);
        }
        const auto product = make<ops::v0::MatMul>(input, make<ops::v0::Constant>(weights), false, true);
        return make<ops::v1::Add>(product, make<ops::v0::Constant>(biases));
    }

    // Not copied: the constant keeps the mapped file alive.
    Value weight(const std::string& name, const std::vector<std::size_t>& extents) {
        const auto data = values(name, extents);
        if (m_error) return make<ops::v0::Constant>(ov::element::f32, ov::Shape(extents));
        return make<ops::v0::Constant>(ov::element::f32, ov::Shape(extents), static_cast<const void*>(data.data()),
                                       std::const_pointer_cast<void>(m_model.weights.mapping()));
    }

    std::span<const float> values(const std::string& name, const std::vector<std::size_t>& extents) {
        auto tensor = m_model.tensor(name, extents);
        if (tensor) return tensor->values;
        if (!m_error) m_error = std::move(tensor).error();
        return {};
    }

    const BertModel& m_model;
    const BertShape& m_shape;
    std::shared_ptr<ops::v0::Parameter> m_mask;
    std::optional<Error> m_error;
};

// OpenVINO's exceptions end here.
Error openvino_error(const std::exception& error, std::string_view doing) {
    return Error{Code::internal, fmt::format("OpenVINO: {}", error.what()), {}, {std::string(doing)}, 0};
}

class OpenVinoSession : public Encoder::Session {
  public:
    explicit OpenVinoSession(ov::InferRequest request) : m_request(std::move(request)) {}

    Result<std::span<const float>> run(const EncoderInput& input) override {
        try {
            const auto hidden = input.rows.size() / (input.texts * input.length);
            m_request.set_input_tensor(
                0, ov::Tensor(ov::element::f32, {input.texts, input.length, hidden}, input.rows.data()));
            m_request.set_input_tensor(
                1, ov::Tensor(ov::element::f32, {input.texts, 1, 1, input.length}, input.mask.data()));
            m_request.infer();
            const auto output = m_request.get_output_tensor();
            return std::span<const float>(output.data<const float>(), output.get_size());
        } catch (const std::exception& error) {
            return fail(openvino_error(error, "computing vectors"));
        }
    }

  private:
    ov::InferRequest m_request;
};

class OpenVinoEncoder : public Encoder {
  public:
    explicit OpenVinoEncoder(ov::CompiledModel model) : m_model(std::move(model)) {}

    Result<std::unique_ptr<Session>> open_session() override {
        try {
            return std::make_unique<OpenVinoSession>(m_model.create_infer_request());
        } catch (const std::exception& error) {
            return fail(openvino_error(error, "starting the model"));
        }
    }

  private:
    ov::CompiledModel m_model;
};

}  // namespace

Precision Encoder::choose(Precision precision) {
    if (precision != Precision::automatic) return precision;
    // AMX comes with this too. Without it bf16 is emulated, and slower than f32.
    return __builtin_cpu_supports("avx512bf16") ? Precision::bf16 : Precision::f32;
}

Result<std::unique_ptr<Encoder>> Encoder::compile(const BertModel& model, Precision precision, const Cores& cores) {
    try {
        GraphBuilder builder(model);
        ELY_TRY_ASSIGN(const auto graph, builder.build());
        const bool bf16 = choose(precision) == Precision::bf16;
        // A stream a core and a batch a stream: more cores in one inference are slower than as many inferences.
        const ov::AnyMap settings{ov::num_streams(static_cast<std::int32_t>(cores.streams)),
                                  ov::inference_num_threads(static_cast<std::int32_t>(cores.threads)),
                                  ov::hint::inference_precision(bf16 ? ov::element::bf16 : ov::element::f32),
                                  ov::hint::enable_cpu_pinning(false)};
        return std::make_unique<OpenVinoEncoder>(ov::Core().compile_model(graph, "CPU", settings));
    } catch (const std::exception& error) {
        return fail(openvino_error(error, "compiling the model"));
    }
}

}  // namespace ely::embed
