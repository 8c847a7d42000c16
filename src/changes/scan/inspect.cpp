#include "changes/scan/inspect.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "changes/detect/framework.hpp"
#include "changes/scan/file_judge.hpp"
#include "changes/scan/ordered_work.hpp"
#include "changes/stream/path_text.hpp"
#include "model/skip_reason.hpp"

namespace ely::scan {
namespace {

constexpr std::size_t k_files_per_piece = 64;
constexpr std::size_t k_examples = 5;
constexpr std::size_t k_largest = 10;

struct Counts {
    std::uint64_t bytes = 0;
    std::uint64_t indexable_files = 0;
    std::uint64_t indexable_bytes = 0;
    std::map<const detect::Language*, LanguageCount> languages;
    std::map<std::string, std::uint64_t> frameworks;
    std::map<std::string, ReasonTally, std::less<>> exclusions;
    std::vector<FileSize> largest;
};

std::string kind_name(detect::LanguageKind kind) {
    switch (kind) {
        case detect::LanguageKind::programming:
            return "programming";
        case detect::LanguageKind::markup:
            return "markup";
        case detect::LanguageKind::data:
            return "data";
        case detect::LanguageKind::prose:
            return "prose";
    }
    return {};
}

void keep_largest(std::vector<FileSize>& files) {
    std::stable_sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.bytes > b.bytes; });
    if (files.size() > k_largest) files.resize(k_largest);
}

// A manifest that is a test's own says nothing about the repository.
bool is_trial(std::string_view path) {
    const auto parts = split(path, '/');
    return std::any_of(parts.begin(), parts.end() - 1, [](auto part) {
        const auto lower = to_lower_ascii(part);
        return lower == "test" || lower == "tests" || lower == "testdata" || lower == "fixtures" ||
               lower == "testing" || lower == "__tests__" || lower == "spec" || lower == "testsuite";
    });
}

void count(Counts& counts, const git::Entry& entry, const JudgedFile& file) {
    counts.bytes += file.size;
    const auto path = stream::to_path_text(entry.path);
    const auto& verdict = file.verdict;
    if (verdict.skip_reason != model::skip::k_secret) {
        counts.largest.push_back({path, file.size, std::string(verdict.skip_reason)});
    }
    if (!verdict.skip_reason.empty()) {
        auto& tally = counts.exclusions[std::string(verdict.skip_reason)];
        ++tally.files;
        tally.bytes += file.size;
        if (tally.examples.size() < k_examples) tally.examples.push_back(path);
        return;
    }
    ++counts.indexable_files;
    counts.indexable_bytes += file.size;
    auto& language = counts.languages[verdict.language];
    ++language.files;
    language.bytes += file.size;
    if (!detect::is_manifest(entry.path) || is_trial(entry.path)) return;
    for (auto& name : detect::frameworks_in(entry.path, file.blob.bytes())) ++counts.frameworks[name];
}

void add(Counts& total, Counts part) {
    total.bytes += part.bytes;
    total.indexable_files += part.indexable_files;
    total.indexable_bytes += part.indexable_bytes;
    for (const auto& [language, count] : part.languages) {
        total.languages[language].files += count.files;
        total.languages[language].bytes += count.bytes;
    }
    for (const auto& [name, times] : part.frameworks) total.frameworks[name] += times;
    for (auto& [reason, tally] : part.exclusions) {
        auto& sum = total.exclusions[reason];
        sum.files += tally.files;
        sum.bytes += tally.bytes;
        for (auto& example : tally.examples) {
            if (sum.examples.size() < k_examples) sum.examples.push_back(std::move(example));
        }
    }
    total.largest.insert(total.largest.end(), part.largest.begin(), part.largest.end());
    keep_largest(total.largest);
}

class Counter {
  public:
    Counter(FileJudge judge, const std::vector<git::Entry>& entries) : m_judge(std::move(judge)), m_entries(&entries) {}
    Result<Counts> operator()(std::size_t piece) const {
        Counts out;
        const auto first = piece * k_files_per_piece;
        const auto last = std::min(first + k_files_per_piece, m_entries->size());
        for (auto i = first; i < last; ++i) {
            const auto& entry = (*m_entries)[i];
            auto judged = m_judge.judge(entry);
            if (!judged) return fail(std::move(judged).error(), "reading " + stream::to_path_text(entry.path));
            count(out, entry, *judged);
        }
        keep_largest(out.largest);
        return out;
    }

  private:
    FileJudge m_judge;
    const std::vector<git::Entry>* m_entries;
};

std::uint64_t count_folders(const std::vector<git::Entry>& entries) {
    std::set<std::string_view> folders;
    for (const auto& entry : entries) {
        const std::string_view path = entry.path;
        for (auto slash = path.rfind('/'); slash != std::string_view::npos && slash > 0;
             slash = path.rfind('/', slash - 1)) {
            // Its parents have been counted with it.
            if (!folders.insert(path.substr(0, slash)).second) break;
        }
    }
    return folders.size();
}

void fill(InspectReport& report, Counts counts) {
    report.bytes = counts.bytes;
    report.indexable_files = counts.indexable_files;
    report.indexable_bytes = counts.indexable_bytes;
    report.largest = std::move(counts.largest);
    for (auto& [language, count] : counts.languages) {
        count.name = language != nullptr ? std::string(language->name) : "other";
        count.kind = language != nullptr ? kind_name(language->kind) : "data";
        report.languages.push_back(std::move(count));
    }
    std::stable_sort(report.languages.begin(), report.languages.end(), [](const auto& a, const auto& b) {
        return a.bytes != b.bytes ? a.bytes > b.bytes : a.name < b.name;
    });
    const auto main = std::find_if(report.languages.begin(), report.languages.end(),
                                   [](const auto& language) { return language.kind == "programming"; });
    if (main != report.languages.end()) report.main_language = main->name;
    std::vector<std::pair<std::string, std::uint64_t>> frameworks(counts.frameworks.begin(), counts.frameworks.end());
    std::stable_sort(frameworks.begin(), frameworks.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    for (auto& [name, times] : frameworks) report.frameworks.push_back(std::move(name));
    report.exclusions.assign(counts.exclusions.begin(), counts.exclusions.end());
    std::stable_sort(report.exclusions.begin(), report.exclusions.end(),
                     [](const auto& a, const auto& b) { return a.second.files > b.second.files; });
}

Result<void> look_into(const InspectRequest& request, const git::Mirror& mirror, const git::ObjectId& head,
                       Unreadable unreadable, InspectReport& report, model::Progress& progress,
                       const std::stop_token& stop) {
    ELY_TRY_ASSIGN(const auto repository, git::Repository::open(mirror.git_dir()));
    ELY_TRY_ASSIGN(const auto commit, repository.commit(head));
    ELY_TRY_ASSIGN(const auto entries, repository.list(commit.tree));
    ELY_TRY_ASSIGN(const auto rules, rules_of(repository, entries, request.inclusion, unreadable));
    report.commit = commit.id.hex();
    report.tree = commit.tree.hex();
    report.commit_time = commit.time;
    report.files = entries.size();
    report.folders = count_folders(entries);
    const auto maker = [&]() -> Result<Counter> {
        auto own = git::Repository::open(mirror.git_dir());
        if (!own) return fail(std::move(own).error());
        return Counter(FileJudge(std::move(*own), rules, unreadable), entries);
    };
    Counts total;
    std::uint64_t done = 0;
    progress.stage("inspect", entries.size(), "files");
    const auto use = [&](Counts part) -> Result<void> {
        add(total, std::move(part));
        done = std::min<std::uint64_t>(done + k_files_per_piece, entries.size());
        progress.advance(done, entries.size());
        return {};
    };
    const auto pieces = (entries.size() + k_files_per_piece - 1) / k_files_per_piece;
    ELY_TRY(in_order<Counts>(pieces, std::max(1U, request.threads), maker, use, stop));
    fill(report, std::move(total));
    return {};
}

}  // namespace

Result<InspectReport> inspect(const InspectRequest& request, model::Progress& progress, const std::stop_token& stop) {
    const Stopwatch watch;
    ELY_TRY_ASSIGN(auto mirror, git::Mirror::open(request.data, request.remote));
    ELY_TRY_ASSIGN(auto update, mirror.update(request.update, progress, stop));
    InspectReport report;
    report.repository = request.remote.name;
    report.url = request.remote.shown;
    report.default_branch = update.head.default_branch;
    report.branch = update.head.branch;
    report.empty = update.head.empty;
    if (report.empty) return report;
    auto looked = look_into(request, mirror, update.head.id, Unreadable::error, report, progress, stop);
    if (!looked && looked.error().code == Code::corrupt) {
        progress.note("the local copy is damaged: fetching it anew");
        ELY_TRY(mirror.reset());
        ELY_TRY_ASSIGN(update, mirror.update(request.update, progress, stop));
        looked = look_into(request, mirror, update.head.id, Unreadable::skip, report, progress, stop);
    }
    ELY_TRY(std::move(looked));
    report.seconds = watch.seconds();
    return report;
}

}  // namespace ely::scan
