#pragma once

// What the user may set, and from where each value comes: flags before environment before config.yaml before defaults.
// It decides values and nothing else: it opens only the configuration file and makes no folder.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.hpp"
#include "base/result.hpp"

namespace ely::model {

enum class SettingKind { text, path, count, size };
enum class Origin { built_in, file, environment, flag };

[[nodiscard]] std::string_view origin_name(Origin origin);

// A row of the table of settings.
struct SettingRule {
    std::string_view key;  // "store.path"; the variable is ELYSIACTL_STORE_PATH
    SettingKind kind = SettingKind::text;
    std::string_view help;
};
[[nodiscard]] std::span<const SettingRule> setting_rules();
[[nodiscard]] std::string setting_variable(std::string_view key);
// ok, or usage with what the key's kind allows; not a key: usage with the nearest one as its hint.
[[nodiscard]] Result<void> check_setting(std::string_view key, std::string_view value);

// Where things are. XDG folders; ELYSIACTL_HOME puts all of them under one folder.
struct Folders {
    Path config;
    Path data;
    Path state;
    Path cache;
    Path config_file;
    // --shared or ELYSIACTL_SHARED: the spool and the file of the two programs lie there. Empty: not used.
    Path shared;
};

struct FlagValue {
    std::string key;
    std::string value;
    std::string flag;  // "--limit", for messages
};

struct SettingSources {
    std::function<std::optional<std::string>(const std::string&)> variable;
    std::vector<FlagValue> flags;
    Path config_file;     // --config; empty: the folders' own, which need not exist
    Path shared;          // --shared
    Path program_folder;  // where this program's own file lies; mgit is looked for beside it
};

[[nodiscard]] Result<Folders> resolve_folders(const SettingSources& sources);

struct Setting {
    std::string key;
    std::string value;
    Origin origin = Origin::built_in;
    std::string source;  // "--limit", "ELYSIACTL_STORE_PATH", "/home/x/config.yaml:3"; empty for a default
};

class Settings {
  public:
    // usage with file:line for a wrong or unknown key in config.yaml.
    static Result<Settings> resolve(const SettingSources& sources);

    [[nodiscard]] const Folders& folders() const { return m_folders; }
    // All of them in the table's order.
    [[nodiscard]] const std::vector<Setting>& all() const { return m_values; }

    // Empty: nothing is said, and clusters.yaml decides.
    [[nodiscard]] const Setting& cluster() const { return find("cluster"); }
    [[nodiscard]] Path store_path() const { return path("store.path"); }
    [[nodiscard]] Path state_path() const { return m_folders.state / "state.db"; }
    [[nodiscard]] Path spool_root() const { return path("spool.root"); }
    // A name without '/' is looked up in PATH.
    [[nodiscard]] std::string mgit_program() const { return text("mgit.program"); }
    [[nodiscard]] Path mgit_data() const { return path("mgit.data"); }
    // Empty: the pinned all-MiniLM-L6-v2.
    [[nodiscard]] Path embedding_model_folder() const { return path("embedding.model_dir"); }
    // 0: all cores.
    [[nodiscard]] unsigned embedding_threads() const { return static_cast<unsigned>(number("embedding.threads")); }
    [[nodiscard]] std::uint64_t max_file_size() const { return number("index.max_file_size"); }
    [[nodiscard]] std::uint32_t search_limit() const { return static_cast<std::uint32_t>(number("search.limit")); }

  private:
    [[nodiscard]] const Setting& find(std::string_view key) const;
    [[nodiscard]] const std::string& text(std::string_view key) const { return find(key).value; }
    [[nodiscard]] Path path(std::string_view key) const { return Path(text(key)); }
    [[nodiscard]] std::uint64_t number(std::string_view key) const;

    Folders m_folders;
    std::vector<Setting> m_values;
};

}  // namespace ely::model
