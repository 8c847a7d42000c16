#pragma once

// Where a repository comes from, as the user wrote it, and the name it is known by whatever the transport. Knows the
// spellings of git addresses; asks nothing of the network.

#include <string>
#include <string_view>

#include "base/files.hpp"
#include "base/result.hpp"

namespace ely::git {

struct Remote {
    // What the git program is given; a query behind '?' may hold a secret, so it is for no log and no stream.
    std::string url;
    // "github.com/pallets/flask", "git.example.org:8443/a/b", "local/flask-1a2b3c4d" (the digits are of the absolute
    // path). The same for https, ssh and scp-like spellings; without credentials, default port and ".git".
    std::string name;
    // The address without credentials, for people and streams.
    std::string shown;
    bool local = false;
};

// `text`: a URL (https, http, ssh, git, file), an scp-like address (git@host:a/b), a path, or host/owner/name without
// a scheme. A relative path is taken from `folder`. usage error for anything else: transports that run programs (ext::)
// above all, and addresses with a password or token in them, for the git program's arguments are seen by everybody.
// not_found for a path where there is nothing, unless it need not exist.
enum class Existence { needed, not_needed };
[[nodiscard]] Result<Remote> parse_remote(std::string_view text, const Path& folder,
                                          Existence existence = Existence::needed);

}  // namespace ely::git
