#include "changes/detect/secret.hpp"

#include <string>

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <rapidcheck.h>

#include "changes/detect/literal_scan.hpp"

namespace ely::detect {
namespace {

// Put together here, so that no scanner takes this file for a leak.
const std::string k_github = std::string("gh") + "p_" + "mP7vQ2xK9tR4wY8zL3nB6cD1fG5hJ0sAeUiO";
const std::string k_aws = std::string("AK") + "IA" + "Q3EGWZ7LRNB5XKTM";
const std::string k_slack = std::string("xo") + "xb-" + "273849501627-4839201756483-kQz8Wn2Xv5Rt7Yp1Lm4Hs9Bd";
const std::string k_google = std::string("AI") + "za" + "SyD3kf93Jx0aQz7PmW2vLrT8uNcYbE5gHiK";
const std::string k_gitlab = std::string("gl") + "pat-" + "x7Kq2Wv9Lm4Rt8Zp3NbY";
const std::string k_stripe = std::string("sk_") + "live_" + "4eC39HqLyjWDarjtT1zdp7dc";
const std::string k_npm = std::string("np") + "m_" + "Zk8Qw3Xv7Rt2Yp9Lm5Hs1Bd6Nf4Jg0CaEuIo";
const std::string k_pat = std::string("git") + "hub_pat_" + "NqVwYS81VP7Hb1DX8pPd5k_" +
                          "hxE3pyIgKpaUnArl63XykWZeiNNCiia3anXn9k3ksu9mI4ROnl89Sm995yt";
const std::string k_openai = std::string("sk") + "-" + "qW7eR2tY9uI4oP1aS6dF3gH8jK5lZ0xCvB7nM2QaWsEdRfTg";
const std::string k_openai_project =
    std::string("sk") + "-proj-" + "Vb7Nq_2Xc9Lm4Rt8Zp3-KyW6Hd1Js5Gf0TaUoEiQ" + "T3BlbkFJ" + "h8Kx2Wv5Rt7Yp1Lm4Hs9";
const std::string k_hugging_face = std::string("hf") + "_" + "QkZwXvRtYpLmHsBdNfJgCaEuIoTqWzKxVr";
const std::string k_sendgrid =
    std::string("SG") + ".x7Kq2Wv9Lm4Rt8Zp3NbYcD" + ".Zk8Qw3Xv7Rt2Yp9Lm5Hs1Bd6Nf4Jg0CaEuIo_-TzKVr";
const std::string k_aws_secret = std::string("9fQ2kXv7Rt2Yp+Lm5Hs1") + "Bd6Nf4Jg0CaEuIo/Zk8Q";
const std::string k_password = "k3Jx9QvW2mZr";
std::string webhook(const std::string& slash, const std::string& secret) {
    return "https:" + slash + slash + "hooks.slack" + ".com" + slash + "services" + slash + "T02ABCDEF1Q" + slash +
           "B07QWE9RTY2" + slash + secret;
}
const std::string k_body =
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n"
    "MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu\n";
std::string pem(const std::string& label, const std::string& body) {
    return "-----BEGIN " + label + "-----\n" + body + "-----END " + label + "-----\n";
}

TEST_CASE("names that promise secrets") {
    for (const auto* path : {".env",
                             "a/.env",
                             ".env.local",
                             ".env.production",
                             "id_rsa",
                             ".ssh/id_ed25519",
                             ".netrc",
                             ".pgpass",
                             ".git-credentials",
                             "x/credentials.json",
                             ".aws/credentials",
                             "home/.aws/credentials",
                             "server.p12",
                             "a.PFX",
                             "app.keystore",
                             "config/master.key",
                             "client_secret_123.json",
                             "terraform.tfstate",
                             ".env.json",
                             ".ENV",
                             ".Env.Local",
                             "prod.env",
                             "deploy/api-prod.ENV",
                             ".production.env",
                             "ID_RSA",
                             ".AWS/Credentials"}) {
        CHECK_MESSAGE(secret_by_name(path), path);
    }
    for (const auto* path : {".env.example",
                             ".env.sample",
                             ".env.template",
                             ".env.local.example",
                             ".env.d.ts",
                             "env",
                             "secrets.py",
                             "secret_manager.go",
                             "id_rsa.pub",
                             "password_test.py",
                             "credentials.go",
                             "aws/credentials.md",
                             ".envrc",
                             "tokens.json",
                             "server.pem",
                             "x.aws/credentials",
                             "private_key.rs",
                             ".npmrc",
                             ".env.dist",
                             ".ENV.EXAMPLE",
                             "example.env",
                             "app.sample.env",
                             "docker-template.env",
                             ".env.schema.json",
                             ".env.test.ts",
                             "secrets.yml",
                             "environment",
                             "prod.environment",
                             "src/env/env.go"}) {
        CHECK_MESSAGE(!secret_by_name(path), path);
    }
}

TEST_CASE("names that need the right line") {
    CHECK(secret_by_name_and_content("a/.npmrc", "//registry.example.org/:_authToken=0123-4567-89ab\n"));
    CHECK_FALSE(secret_by_name_and_content(".npmrc", "//registry.example.org/:_authToken=${NPM_TOKEN}\n"));
    CHECK_FALSE(secret_by_name_and_content(".npmrc", "save-exact=true\n"));
    CHECK(secret_by_name_and_content(".pypirc", "[pypi]\npassword = correcthorse\n"));
    CHECK_FALSE(secret_by_name_and_content(".pypirc", "[pypi]\nusername = me\n"));
    CHECK(secret_by_name_and_content("x/.docker/config.json", R"({"auths":{"r":{"auth": "dXNlcjpwYXNzd29yZA=="}}})"));
    CHECK_FALSE(secret_by_name_and_content("x.py", "_authToken=0123-4567-89ab"));
}

TEST_CASE("files of secrets are known by their name and a value in them") {
    for (const auto* path : {"secrets.yml", "config/secrets.yaml", "Secrets.YAML", ".streamlit/secrets.toml"}) {
        CHECK_MESSAGE(secret_by_name_and_content(path, "db:\n  user: app\n  password: correct-horse\n"), path);
    }
    CHECK(secret_by_name_and_content("secrets.json", R"({"a":{"apiKey":"9f2kXv7Rt2Yp", "b": 1}})"));
    CHECK(secret_by_name_and_content("secrets.toml", "token = '9f2kXv7Rt2Yp'  # of the bot\n"));
    CHECK(secret_by_name_and_content(".envrc", "use flake\nexport API_TOKEN=9f2kXv7Rt2Yp\n"));
    for (const auto* text :
         {"password: {{ .Values.password }}\n", "password: ${DB_PASSWORD}\n", "secret_key_base: <%= ENV[\"X\"] %>\n",
          "password: changeme\n", "password: \"\"\n", "apiKey: your-api-key-here\n", "password: short\n",
          "password: !vault |\n  66386439\n", "password: ENC[AES256_GCM,data:p673w==,type:str]\n",
          "secretName: database-login\ntoken_url: https://example.org/token\n", "kind: Secret\ntype: Opaque\n", ""}) {
        CHECK_MESSAGE(!secret_by_name_and_content("secrets.yaml", text), text);
    }
    CHECK_FALSE(secret_by_name_and_content(".envrc", "use flake\nexport PATH=$PWD/bin:$PATH\nTOKEN=$(pass token)\n"));
    CHECK_FALSE(secret_by_name_and_content("other.yaml", "password: correct-horse\n"));
}

TEST_CASE("tokens of well-known shapes are found wherever they stand") {
    for (const auto& token : {k_github, k_aws, k_slack, k_google, k_gitlab, k_stripe, k_npm, k_pat, k_openai,
                              k_openai_project, k_hugging_face, k_sendgrid}) {
        CHECK_MESSAGE(secret_in(token), token);
        CHECK_MESSAGE(secret_in("key = \"" + token + "\"\n"), token);
        CHECK_MESSAGE(secret_in(std::string(5000, ' ') + token + std::string(100, '\n')), token);
        for (const auto* escape : {"\\n", "\\t", "\\r", "\\r\\n", "\\\\n", "\\u003d", "\\u000A", "%3D"}) {
            CHECK_MESSAGE(secret_in(fmt::format(R"({{"log":"a{}{}\n"}})", escape, token)), escape << token);
        }
        CHECK_MESSAGE(!secret_in("n" + token), token);
        CHECK_MESSAGE(!secret_in("\\a" + token), token);
        CHECK_MESSAGE(!secret_in("x" + token), token);                        // inside a longer word
        CHECK_MESSAGE(!secret_in(token.substr(0, token.size() / 2)), token);  // cut off
    }
}

TEST_CASE("what only looks like a token is none") {
    for (const auto& text :
         {std::string("AKIA") + "IOSFODNN7EXAMPLE", "ghp_" + std::string(36, 'x'),
          std::string("ghp_abcdefghijklmnopqrstuvwxyz0123456789"), "npm_" + std::string(36, '0'),
          std::string("npm_config_registry_and_other_settings"), std::string("sk_live_your_key_goes_here_please"),
          std::string("AKIA1234567890123456"), std::string("xoxb-your-token-goes-here-and-it-is-long-enough"),
          std::string("glpat-xxxxxxxxxxxxxxxxxxxx"), std::string("const k = 'ghp_'; // prefix of tokens"),
          std::string("AIzaSyExampleExampleExampleExampleExam"), "sk-" + std::string(48, 'x'),
          std::string("sk-your-key"), std::string("class=\"sk-estimator-doc-link-and-something-else-that-is-long\""),
          std::string("sk-AbstractFactoryOfFactoriesOfThingsThatNobodyNeeds"), std::string("hf_hub_download(repo_id)"),
          "hf_" + std::string(34, 'x'), std::string("if (MSG.length > 22) { LOG.debug(MSG.text.toString()); }"),
          "SG." + std::string(22, 'x') + "." + std::string(43, 'x')}) {
        CHECK_MESSAGE(!secret_in(text), text);
    }
}

TEST_CASE("the secret half of an AWS key is found behind its name") {
    for (const std::string name :
         {"aws_secret_access_key = ", "AWS_SECRET_ACCESS_KEY=", "\"secretAccessKey\": \"",
          "SecretAccessKey=", "export AWS_SECRET_ACCESS_KEY='", "{\\\"secret_access_key\\\":\\\"",
          "os.environ[\"AWS_SECRET_ACCESS_KEY\"] = \"", "<SecretAccessKey>", "aws_secret_access_key          => '"}) {
        CHECK_MESSAGE(secret_in("x: 1\n" + name + k_aws_secret), name);
        CHECK_MESSAGE(secret_in(name + k_aws_secret + "\"\n"), name);
        CHECK_MESSAGE(!secret_in(name + k_aws_secret + "a"), name);                          // too long
        CHECK_MESSAGE(!secret_in(name + k_aws_secret.substr(1)), name);                      // too short
        CHECK_MESSAGE(!secret_in(name + "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), name);  // AWS's own example
        CHECK_MESSAGE(!secret_in(name + std::string(40, '9')), name);
    }
    CHECK_FALSE(secret_in(k_aws_secret));
    CHECK_FALSE(secret_in("public_access_key = " + k_aws_secret));
    CHECK_FALSE(secret_in("aws_secret_access_key" + k_aws_secret));
    CHECK_FALSE(secret_in("aws_secret_access_key = d670460b4b4aece5915caf5c68d12f560a9fe3e4"));  // a hash
    CHECK_FALSE(secret_in("aws_secret_access_key"));
}

TEST_CASE("Slack's webhooks are found") {
    const std::string secret = "Zk8Qw3Xv7Rt2Yp9Lm5Hs1Bd6";
    CHECK(secret_in("url = " + webhook("/", secret)));
    CHECK(secret_in("\"" + webhook("\\/", secret) + "\""));
    CHECK_FALSE(secret_in(webhook("/", std::string(24, 'X'))));
    CHECK_FALSE(secret_in(webhook("/", "")));
    CHECK_FALSE(secret_in("https://hooks.slack.com/services/"));
    CHECK_FALSE(secret_in("https://slack.com/services/T02ABCDEF1Q/B07QWE9RTY2/" + secret));
    CHECK_FALSE(secret_in("https://hooks.slack.com/services/YOUR/WEBHOOK/" + secret));
}

TEST_CASE("a password in an address counts when it looks generated") {
    for (const auto* user : {"deploy", "x-access-token", "", "a.b%40c"}) {
        CHECK_MESSAGE(secret_in(fmt::format("git clone https://{}:{}@git.company.net/a.git", user, k_password)), user);
    }
    CHECK(secret_in("DATABASE_URL=postgres://app:" + k_password + "@db:5432/app"));
    CHECK(secret_in("redis://:0b6d2c91f4a84e73@cache/0"));
    CHECK(secret_in("https://u:aB3%40kZ9-qW1x@h"));
    for (const auto* address : {"http://user:pass@example.com",
                                "https://user:password@host",
                                "https://user:password12345ABC@host",
                                "https://${USER}:${PASSWORD}@host",
                                "https://<user>:<token>@host",
                                "https://user:xxxxxxxxxxxx1@host",
                                "https://user:%s@host",
                                "https://user:%(password1)s@host",
                                "https://user:{token}@host",
                                "https://user:MySecretToken123@host",
                                "http://127.0.0.1:8080/a@b",
                                "https://user:correcthorsebattery@host",
                                "https://user:hunter2@host",
                                "redis://h:asdfqwer1x34asdf@host",
                                "https://user:Abcdefgh12345678@host",
                                "postgres://postgres:postgres@localhost:5432",
                                "docker://golang:1.22.3-bookworm-20240101@sha256:0b6d2c91f4a84e73",
                                "https://github.com/a/b:c1D2e3F4g5H6@x",
                                "ssh://git@github.com:22/a",
                                "https://user:k3Jx9QvW2mZr",
                                "https://user:k3Jx9QvW2mZr/@host"}) {
        CHECK_MESSAGE(!secret_in(address), address);
    }
}

TEST_CASE("private keys are found in files, in source code and in JSON") {
    CHECK(secret_in(pem("PRIVATE KEY", k_body)));
    CHECK(secret_in(pem("RSA PRIVATE KEY", k_body)));
    CHECK(secret_in(pem("OPENSSH PRIVATE KEY", k_body)));
    CHECK(secret_in(pem("PGP PRIVATE KEY BLOCK", "Version: x\n\n" + k_body)));
    CHECK(secret_in(
        R"({"private_key": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\nMzEfYyjiWA4R4\n-----END PRIVATE KEY-----\n"})"));
    CHECK(secret_in("const K = `-----BEGIN EC PRIVATE KEY-----\r\n" + k_body + "`"));
    CHECK_FALSE(secret_in(pem("CERTIFICATE", k_body)));
    CHECK_FALSE(secret_in(pem("PUBLIC KEY", k_body)));
    CHECK_FALSE(secret_in(
        "if (line == \"-----BEGIN PRIVATE KEY-----\") { parse the key that follows in the lines below it; }"));
    CHECK_FALSE(secret_in("-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----\n"));
    CHECK_FALSE(
        secret_in("-----BEGIN PRIVATE KEY-----\n<your key here, as downloaded from the console of the provider>\n"));
    CHECK_FALSE(secret_in(
        "## key should start with -----BEGIN CERTIFICATE----- or\n## -----BEGIN RSA PRIVATE KEY-----\n##\n"
        "## name should start with a value that is the name of the ingress, which has to exist beforehand\n"));
    CHECK_FALSE(secret_in("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n" + k_body));
}

// Where does any literal stand? The slow and obvious way.
std::vector<std::pair<std::size_t, std::size_t>> positions(const std::vector<LiteralScan::Literal>& literals,
                                                           std::string_view text) {
    std::vector<std::pair<std::size_t, std::size_t>> out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (std::size_t k = 0; k < literals.size(); ++k) {
            if (text.substr(at).starts_with(literals[k].text)) out.emplace_back(at, k);
        }
    }
    return out;
}

TEST_CASE("the scan finds exactly what a plain search finds, with and without the processor's help") {
    const std::vector<LiteralScan::Literal> literals{{"abc", 0}, {"abcd", 0}, {"cdab", 1}, {"xyzzy", 2}, {"aaaa", 3}};
    CHECK(rc::check([&](const std::vector<std::uint8_t>& seed, std::uint16_t repeat) {
        std::string text;
        // Few letters, so that literals come up; long enough for blocks and their borders.
        for (std::size_t i = 0; i < seed.size() * (1 + repeat % 200U); ++i) {
            text.push_back("abcdxyz\xff"[(seed[i % seed.size()] + i / seed.size() * 7) % 8]);
        }
        for (const bool portable : {false, true}) {
            LiteralScan scan(literals);
            if (portable) scan.use_portable();
            std::vector<std::pair<std::size_t, std::size_t>> found;
            scan.scan(text, [&](std::size_t literal, std::size_t at) {
                found.emplace_back(at, literal);
                return false;
            });
            RC_ASSERT(found == positions(literals, text));
        }
    }));
}

}  // namespace
}  // namespace ely::detect
