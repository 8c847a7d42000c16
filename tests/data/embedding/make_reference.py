#!/usr/bin/env python3
"""Writes reference.json: token ids and vectors that src/embed must reproduce, by means that share no code with it.

The ids come from Hugging Face's tokenizers (0.23.3) reading the model's own tokenizer.json, the vectors from the
arithmetic below, in float64 NumPy. Not part of the tests: run it only to add texts.

    pip install numpy tokenizers
    make_reference.py MODEL_FOLDER > reference.json
"""
import json
import math
import struct
import sys

import numpy
import tokenizers

EMBEDDED = [
    "",
    "retry",
    "How are retries scheduled?",
    "def add(a, b):\n    return a + b\n",
    "SELECT id, name FROM users WHERE deleted_at IS NULL ORDER BY created_at DESC LIMIT 10;",
    "template <typename T>\nclass [[nodiscard]] Result : public tl::expected<T, Error> {\n  public:\n"
    "    using tl::expected<T, Error>::expected;\n};\n",
    "func (s *Server) ListenAndServe() error {\n\tif s.shuttingDown() {\n\t\treturn ErrServerClosed\n\t}\n}\n",
    "Ünïcödé çédille naïve façade Ångström Øresund Łódź",
    "日本語のテキストを埋め込みます。東京都は日本の首都です。",
    "Deploy 🚀 to production 🎉 and watch 👩‍👩‍👧‍👦 happily",
    "getUserByIdOrThrow XMLHttpRequest snake_case_name kebab-case-name SCREAMING_SNAKE",
    "/usr/local/lib/python3.11/site-packages/urllib3/util/retry.py",
    "0x7fffdeadbeef 1234567890 3.14159 1e-12 v2.0.0-rc.1",
    "Привет, мир! Γειά σου Κόσμε! مرحبا بالعالم שלום עולם",
    "!!! ??? ... --- +++ === <<< >>> &&& ||| %%% $$$",
    "a" * 150,
    "word " * 60,
    "the quick brown fox jumps over the lazy dog. " * 40,
    "int main(void) {\n" + "".join(f"    counter_{i} += values[{i}] * weights[{i}];\n" for i in range(40)) + "}\n",
    "# Installation\n\nRun `pip install package` and then **restart** the [server](https://example.com/a?b=c#d).\n",
]

TOKENIZED = [
    " ", "\n\t\r ", "\x00\x01\x1f\x7f", "a\x00b", "a\x0bb\x0cc", "tab\tseparated", "zero\u200bwidth", "soft\u00adhyphen",
    "non\u00a0breaking", "line\u2028and\u2029paragraph", "ideographic\u3000space", "narrow\u202fspace", "bom\ufeffinside",
    "left\u200eto\u200fright", "replacement\ufffdcharacter", "private\ue000use", "next\u0085line",
    "İstanbul ISTANBUL ıspartâ", "ſtraße STRASSE Straße ẞ", "ΣΊΣΥΦΟΣ Σίσυφος", "Ǆ ǅ ǆ", "K Å Ω", "ﬁ ﬂ ﬀ ﬃ", "①②③ ½ ² ³",
    "e\u0301 é E\u0301", "a\u0308\u0323", "≠ ≤ ≥ ≮", "Ⅷ ⅷ", "ＦＵＬＬ　ｗｉｄｔｈ！", "한국어 텍스트", "각 각", "日本語text混在", "豈更車", "丽",
    "がぎぐ ガギグ ぱ", "ไทย ภาษา", "हिन्दी में", "বাংলা", "தமிழ்", "עִבְרִית", "العَرَبِيَّة", "ქართული ᲥᲐᲠᲗᲣᲚᲘ", "ᏣᎳᎩ ꮳꮃꭹ",
    "👍🏽 🇩🇪 ☕️ ❤️‍🔥", "™ ® © € £ ¥ ₿", "“quotes” ‘single’ «guillemets» „low“", "em—dash en–dash minus−sign", "…", "·•‣",
    "don't can't I'm", "C++ C# F# .NET", "a_b__c___d", "$_ @decorator #define ~tilde `tick` ^caret", "x=y;z+=1", "path\\to\\file",
    "https://user:pw@example.com:8080/p/a?q=1&r=2#f", "foo.bar.baz()", "__init__", "##ing ## #", "[brackets] {braces}",
    "MixedCASEword", "UNBELIEVABLE", "antidisestablishmentarianism", "x" * 100, "x" * 101, "é" * 100, "é" * 101, "1" * 100,
    "word" + "\u0301" * 120, "\U0001f600" * 101, "𝕳𝖊𝖑𝖑𝖔 𝒲", "𠀀𪜀𫝀", "\u0378 unassigned", "\u302a \u20dd", "a\u0345b",
    "ŉ ǰ ΐ", "Ⓐⓐ", "ꙀꙁꙂ", "ȺȾ", "ϴ", "\u1e9e", "\u2126\u212a\u212b",
]


def read_tensors(path):
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        data = file.read()
    header.pop("__metadata__", None)
    return {
        name: numpy.frombuffer(data[entry["data_offsets"][0] : entry["data_offsets"][1]], "<f4")
        .reshape(entry["shape"])
        .astype(numpy.float64)
        for name, entry in header.items()
        if entry["dtype"] == "F32"
    }


def embed(weights, config, ids):
    def norm(x, name):
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / numpy.sqrt((centred**2).mean(-1, keepdims=True) + config["layer_norm_eps"])
        return scaled * weights[name + ".weight"] + weights[name + ".bias"]

    def linear(x, name):
        return x @ weights[name + ".weight"].T + weights[name + ".bias"]

    def by_head(x):
        return x.reshape(len(ids), config["num_attention_heads"], -1).transpose(1, 0, 2)

    erf = numpy.vectorize(math.erf)
    x = weights["embeddings.word_embeddings.weight"][ids]
    x = x + weights["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{layer}."
        query, key, value = (by_head(linear(x, f"{at}attention.self.{part}")) for part in ("query", "key", "value"))
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[-1])
        scores = numpy.exp(scores - scores.max(-1, keepdims=True))
        context = (scores / scores.sum(-1, keepdims=True)) @ value
        context = context.transpose(1, 0, 2).reshape(len(ids), -1)
        x = norm(linear(context, at + "attention.output.dense") + x, at + "attention.output.LayerNorm")
        wide = linear(x, at + "intermediate.dense")
        wide = wide * 0.5 * (1 + erf(wide / math.sqrt(2)))
        x = norm(linear(wide, at + "output.dense") + x, at + "output.LayerNorm")
    mean = x.mean(0)
    return mean / numpy.linalg.norm(mean)


def main():
    folder = sys.argv[1]
    with open(f"{folder}/config.json") as file:
        config = json.load(file)
    with open(f"{folder}/sentence_bert_config.json") as file:
        limit = json.load(file)["max_seq_length"]
    weights = read_tensors(f"{folder}/model.safetensors")
    tokenizer = tokenizers.Tokenizer.from_file(f"{folder}/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.enable_truncation(limit)

    def ids(text):
        return tokenizer.encode(text).ids

    embedded = [
        {"text": text, "ids": ids(text), "vector": [round(float(v), 7) for v in embed(weights, config, ids(text))]}
        for text in EMBEDDED
    ]
    tokenized = [{"text": text, "ids": ids(text)} for text in TOKENIZED]
    lines = [f'{{"{name}": [\n' + ",\n".join(json.dumps(item) for item in items) + "\n]" for name, items in
             (("embedded", embedded), ("tokenized", tokenized))]
    print(lines[0] + ",\n" + lines[1][1:] + "}")


main()
