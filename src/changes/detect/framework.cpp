#include "changes/detect/framework.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "changes/detect/language.hpp"

namespace ely::detect {
namespace {

enum class Ecosystem { none, python, node, go, rust, jvm, ruby, php, dotnet, cmake, dart, elixir };

struct Known {
    Ecosystem ecosystem;
    std::string_view dependency;  // in lower case; a trailing '*' means "begins with"
    std::string_view framework;
};

using enum Ecosystem;
constexpr std::array k_known{
    Known{python, "fastapi", "FastAPI"},
    Known{python, "django", "Django"},
    Known{python, "djangorestframework", "Django REST framework"},
    Known{python, "flask", "Flask"},
    Known{python, "starlette", "Starlette"},
    Known{python, "tornado", "Tornado"},
    Known{python, "aiohttp", "aiohttp"},
    Known{python, "sanic", "Sanic"},
    Known{python, "pyramid", "Pyramid"},
    Known{python, "celery", "Celery"},
    Known{python, "sqlalchemy", "SQLAlchemy"},
    Known{python, "pydantic", "Pydantic"},
    Known{python, "numpy", "NumPy"},
    Known{python, "pandas", "pandas"},
    Known{python, "scikit-learn", "scikit-learn"},
    Known{python, "torch", "PyTorch"},
    Known{python, "tensorflow", "TensorFlow"},
    Known{python, "keras", "Keras"},
    Known{python, "jax", "JAX"},
    Known{python, "transformers", "Transformers"},
    Known{python, "langchain", "LangChain"},
    Known{python, "streamlit", "Streamlit"},
    Known{python, "scrapy", "Scrapy"},
    Known{python, "click", "Click"},
    Known{python, "typer", "Typer"},
    Known{python, "pytest", "pytest"},
    Known{python, "werkzeug", "Werkzeug"},
    Known{node, "react", "React"},
    Known{node, "react-native", "React Native"},
    Known{node, "next", "Next.js"},
    Known{node, "vue", "Vue"},
    Known{node, "nuxt", "Nuxt"},
    Known{node, "@angular/core", "Angular"},
    Known{node, "svelte", "Svelte"},
    Known{node, "@sveltejs/kit", "SvelteKit"},
    Known{node, "solid-js", "SolidJS"},
    Known{node, "preact", "Preact"},
    Known{node, "astro", "Astro"},
    Known{node, "gatsby", "Gatsby"},
    Known{node, "@remix-run/*", "Remix"},
    Known{node, "express", "Express"},
    Known{node, "koa", "Koa"},
    Known{node, "fastify", "Fastify"},
    Known{node, "hono", "Hono"},
    Known{node, "@nestjs/core", "NestJS"},
    Known{node, "electron", "Electron"},
    Known{node, "jest", "Jest"},
    Known{node, "vitest", "Vitest"},
    Known{node, "vite", "Vite"},
    Known{node, "webpack", "webpack"},
    Known{node, "tailwindcss", "Tailwind CSS"},
    Known{node, "@prisma/client", "Prisma"},
    Known{node, "@hotwired/stimulus", "Stimulus"},
    Known{go, "github.com/gin-gonic/gin", "Gin"},
    Known{go, "github.com/labstack/echo*", "Echo"},
    Known{go, "github.com/gofiber/fiber*", "Fiber"},
    Known{go, "github.com/go-chi/chi*", "chi"},
    Known{go, "github.com/gorilla/mux", "Gorilla"},
    Known{go, "github.com/spf13/cobra", "Cobra"},
    Known{go, "google.golang.org/grpc", "gRPC"},
    Known{go, "gorm.io/gorm", "GORM"},
    Known{go, "entgo.io/ent", "ent"},
    Known{go, "k8s.io/client-go", "Kubernetes client"},
    Known{go, "sigs.k8s.io/controller-runtime", "controller-runtime"},
    Known{go, "github.com/stretchr/testify", "Testify"},
    Known{rust, "actix-web", "Actix Web"},
    Known{rust, "axum", "axum"},
    Known{rust, "rocket", "Rocket"},
    Known{rust, "warp", "warp"},
    Known{rust, "tokio", "Tokio"},
    Known{rust, "hyper", "hyper"},
    Known{rust, "serde", "Serde"},
    Known{rust, "diesel", "Diesel"},
    Known{rust, "sqlx", "SQLx"},
    Known{rust, "clap", "clap"},
    Known{rust, "bevy", "Bevy"},
    Known{rust, "tauri", "Tauri"},
    Known{rust, "leptos", "Leptos"},
    Known{rust, "tonic", "tonic"},
    Known{jvm, "spring-boot*", "Spring Boot"},
    Known{jvm, "org.springframework.boot", "Spring Boot"},
    Known{jvm, "spring-*", "Spring"},
    Known{jvm, "quarkus-*", "Quarkus"},
    Known{jvm, "io.quarkus", "Quarkus"},
    Known{jvm, "micronaut-*", "Micronaut"},
    Known{jvm, "hibernate-core", "Hibernate"},
    Known{jvm, "junit-jupiter*", "JUnit"},
    Known{jvm, "junit", "JUnit"},
    Known{jvm, "ktor-*", "Ktor"},
    Known{jvm, "vertx-*", "Vert.x"},
    Known{jvm, "dropwizard-*", "Dropwizard"},
    Known{jvm, "kafka-*", "Kafka"},
    Known{jvm, "netty-*", "Netty"},
    Known{jvm, "com.android.application", "Android"},
    Known{jvm, "com.android.library", "Android"},
    Known{ruby, "rails", "Rails"},
    Known{ruby, "sinatra", "Sinatra"},
    Known{ruby, "jekyll", "Jekyll"},
    Known{ruby, "hanami", "Hanami"},
    Known{ruby, "sidekiq", "Sidekiq"},
    Known{ruby, "rspec*", "RSpec"},
    Known{ruby, "rack", "Rack"},
    Known{php, "laravel/framework", "Laravel"},
    Known{php, "illuminate/*", "Laravel"},
    Known{php, "symfony/*", "Symfony"},
    Known{php, "slim/slim", "Slim"},
    Known{php, "cakephp/cakephp", "CakePHP"},
    Known{php, "yiisoft/yii2", "Yii"},
    Known{php, "doctrine/orm", "Doctrine"},
    Known{php, "twig/twig", "Twig"},
    Known{php, "phpunit/phpunit", "PHPUnit"},
    Known{dotnet, "microsoft.aspnetcore*", "ASP.NET Core"},
    Known{dotnet, "microsoft.net.sdk.web", "ASP.NET Core"},
    Known{dotnet, "microsoft.entityframeworkcore*", "Entity Framework Core"},
    Known{dotnet, "microsoft.net.sdk.blazorwebassembly", "Blazor"},
    Known{dotnet, "xunit*", "xUnit"},
    Known{dotnet, "nunit*", "NUnit"},
    Known{dotnet, "newtonsoft.json", "Json.NET"},
    Known{dotnet, "microsoft.maui*", ".NET MAUI"},
    Known{cmake, "qt5", "Qt"},
    Known{cmake, "qt6", "Qt"},
    Known{cmake, "boost", "Boost"},
    Known{cmake, "gtest", "GoogleTest"},
    Known{cmake, "googletest", "GoogleTest"},
    Known{cmake, "catch2", "Catch2"},
    Known{cmake, "doctest", "doctest"},
    Known{cmake, "opencv", "OpenCV"},
    Known{cmake, "grpc", "gRPC"},
    Known{cmake, "protobuf", "Protocol Buffers"},
    Known{cmake, "openssl", "OpenSSL"},
    Known{cmake, "eigen3", "Eigen"},
    Known{cmake, "sdl2", "SDL"},
    Known{cmake, "cuda", "CUDA"},
    Known{cmake, "cudatoolkit", "CUDA"},
    Known{cmake, "arrow", "Apache Arrow"},
    Known{cmake, "fmt", "{fmt}"},
    Known{dart, "flutter", "Flutter"},
    Known{elixir, "phoenix", "Phoenix"},
    Known{elixir, "ecto", "Ecto"},
};

Ecosystem ecosystem_of(std::string_view path) {
    const auto name = file_name(path);
    if (name == "pyproject.toml" || name == "setup.py" || name == "setup.cfg" || name == "Pipfile") return python;
    if (name.starts_with("requirements") && name.ends_with(".txt")) return python;
    if (name == "package.json") return node;
    if (name == "go.mod") return go;
    if (name == "Cargo.toml") return rust;
    if (name == "pom.xml" || name == "build.gradle" || name == "build.gradle.kts" || name == "libs.versions.toml")
        return jvm;
    if (name == "Gemfile" || name.ends_with(".gemspec")) return ruby;
    if (name == "composer.json") return php;
    if (name.ends_with(".csproj") || name.ends_with(".fsproj") || name == "Directory.Packages.props") return dotnet;
    if (name == "CMakeLists.txt") return cmake;
    if (name == "pubspec.yaml") return dart;
    if (name == "mix.exs") return elixir;
    return none;
}

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.' || c == '/' || c == '@';
}

using Names = std::set<std::string>;

void add_words(std::string_view text, Names& names) {
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i;
        while (end < text.size() && is_word(text[end])) ++end;
        if (end > i) names.insert(to_lower_ascii(text.substr(i, end - i)));
        i = std::max(end, i + 1);
    }
}

// The words that stand directly behind one of `openers` in the lines that are no comments.
Names words_behind(std::string_view text, std::initializer_list<std::string_view> openers, std::string_view comment) {
    Names out;
    for (const auto raw : split(text, '\n')) {
        const auto line = trim(raw);
        if (!comment.empty() && line.starts_with(comment)) continue;
        for (const auto opener : openers) {
            for (auto at = line.find(opener); at != std::string_view::npos; at = line.find(opener, at + 1)) {
                auto rest = line.substr(at + opener.size());
                std::size_t end = 0;
                while (end < rest.size() && is_word(rest[end])) ++end;
                if (end > 0) out.insert(to_lower_ascii(rest.substr(0, end)));
            }
        }
    }
    return out;
}

// requirements.txt: the name at the start of each line. pyproject and setup: quoted requirements and TOML keys.
Names python_names(std::string_view path, std::string_view text) {
    if (path.ends_with(".txt") || path.ends_with("setup.cfg")) {
        Names out;
        for (const auto raw : split(text, '\n')) {
            const auto line = trim(raw);
            if (line.empty() || line.front() == '#' || line.front() == '-') continue;
            add_words(line.substr(0, line.find_first_of(" =<>~!;[#")), out);
        }
        return out;
    }
    auto out = words_behind(text, {"\"", "'"}, "#");
    for (const auto raw : split(text, '\n')) {
        const auto line = trim(raw);
        const auto equals = line.find('=');
        if (line.starts_with('#') || equals == std::string_view::npos) continue;
        add_words(trim(line.substr(0, equals)), out);
    }
    return out;
}

Names json_names(std::string_view text, std::initializer_list<const char*> sections) {
    Names out;
    const auto document = nlohmann::json::parse(text, nullptr, false);
    if (!document.is_object()) return out;
    for (const auto* section : sections) {
        const auto found = document.find(section);
        if (found == document.end() || !found->is_object()) continue;
        for (const auto& [name, version] : found->items()) out.insert(to_lower_ascii(name));
    }
    return out;
}

// Keys of the tables whose name ends in "dependencies", and "[dependencies.tokio]".
Names cargo_names(std::string_view text) {
    Names out;
    bool inside = false;
    for (const auto raw : split(text, '\n')) {
        const auto line = trim(raw);
        if (line.starts_with('[')) {
            const auto section = line.substr(1, line.find(']') - 1);
            inside = section.ends_with("dependencies");
            const auto at = section.find("dependencies.");
            if (at != std::string_view::npos) out.insert(to_lower_ascii(section.substr(at + 13)));
        } else if (inside && !line.starts_with('#')) {
            const auto key = trim(line.substr(0, line.find_first_of("=.")));
            if (!key.empty()) out.insert(to_lower_ascii(key));
        }
    }
    return out;
}

// "group:artifact:version" in Gradle files, plugin ids, catalogue entries; artifactId and groupId in a pom.
Names jvm_names(std::string_view path, std::string_view text) {
    if (path.ends_with("pom.xml")) return words_behind(text, {"<artifactId>", "<groupId>"}, "");
    auto out = words_behind(text, {"\"", "'", ":"}, "//");
    return out;
}

Names go_names(std::string_view text) {
    Names out;
    for (const auto raw : split(text, '\n')) {
        auto line = trim(raw);
        if (line.starts_with("require ")) line = trim(line.substr(8));
        if (line.starts_with("module ") || line.starts_with("//")) continue;
        const auto name = line.substr(0, line.find(' '));
        if (name.find('.') != std::string_view::npos) out.insert(to_lower_ascii(name));
    }
    return out;
}

Names names_in(Ecosystem ecosystem, std::string_view path, std::string_view text) {
    switch (ecosystem) {
        case none:
            return {};
        case python:
            return python_names(path, text);
        case node:
            return json_names(text, {"dependencies", "devDependencies", "peerDependencies"});
        case go:
            return go_names(text);
        case rust:
            return cargo_names(text);
        case jvm:
            return jvm_names(path, text);
        case ruby:
            return words_behind(
                text, {"gem \"", "gem '", "dependency \"", "dependency '", "dependency(\"", "dependency('"}, "#");
        case php:
            return json_names(text, {"require", "require-dev", "replace"});
        case dotnet:
            return words_behind(text, {"Include=\"", "Sdk=\""}, "");
        case cmake:
            return words_behind(text, {"find_package(", "FetchContent_Declare(", "find_package( "}, "#");
        case dart:
            return words_behind(text, {"sdk: ", "  "}, "#");
        case elixir:
            return words_behind(text, {"{:"}, "#");
    }
    return {};
}

bool names_it(const Names& names, std::string_view dependency) {
    if (!dependency.ends_with('*')) return names.contains(std::string(dependency));
    dependency.remove_suffix(1);
    const auto at = names.lower_bound(std::string(dependency));
    return at != names.end() && at->starts_with(dependency);
}

}  // namespace

bool is_manifest(std::string_view path) {
    return ecosystem_of(path) != none;
}

std::vector<std::string> frameworks_in(std::string_view path, std::string_view text) {
    const auto ecosystem = ecosystem_of(path);
    const auto names = names_in(ecosystem, path, text);
    std::vector<std::string> out;
    for (const auto& known : k_known) {
        if (known.ecosystem != ecosystem || !names_it(names, known.dependency)) continue;
        if (std::find(out.begin(), out.end(), known.framework) == out.end()) out.emplace_back(known.framework);
    }
    return out;
}

}  // namespace ely::detect
