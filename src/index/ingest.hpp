#pragma once

// Change stream to objects in a collection. One call applies one complete stream: files become chunks, chunks become
// objects with deterministic ids, what is gone is removed, and the ledger remembers. Killing it at any point and
// calling it again with the same stream ends in the same collection as an undisturbed run. Vectors are filled in
// afterwards (embed_pending.hpp), while the words can be searched already.

#include <stop_token>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "chunk/chunker.hpp"
#include "index/ledger.hpp"
#include "index/object_id.hpp"
#include "index/text_vectors.hpp"
#include "model/ingest_report.hpp"
#include "model/progress.hpp"
#include "store/collection.hpp"

namespace ely::index {

struct IngestTarget {
    store::Collection& collection;
    std::string store_location;  // Store::location(): part of the ledger's scope
    Path ledger_file;
    // For collections whose objects must come with their vectors (Traits); null: vectors are filled in afterwards.
    TextVectors* vectors = nullptr;
    std::string lock_name = {};  // of lock_collection(); empty: the collection's name
};

struct IngestOptions {
    IdRule ids = IdRule::chunk;
    chunk::Options chunking;
    unsigned workers = 0;  // 0: one for each core
    // Apply the records of a stream that has no changeset: as single changes, never as a whole.
    bool allow_incomplete = false;
    // Where relative references in a predecessor's stream lead; empty: the stream's folder.
    Path reference_folder;
    bool allow_any_reference = false;
    // Where the files are read from that a stream only names; empty: nowhere.
    Path source_folder;
    // What ${MGIT_CACHE_DIR} stands for in a predecessor's stream; empty: such references cannot be read.
    Path cache_folder;
};

// Held while streams are applied to the collection, and by whoever takes it away. conflict when another process holds
// it. `lock_name`: model::CollectionAddress::folder_name().
[[nodiscard]] Result<FileLock> lock_collection(const Path& ledger_file, const std::string& lock_name);

// corrupt: the stream is incomplete or cannot be read. conflict: another ingest into the same collection runs. A stream
// that does not continue what is indexed changes nothing and says so in the report, as does a file that fails.
// cancelled leaves a state from which the same call goes on.
[[nodiscard]] Result<model::IngestReport> ingest(const Path& stream_file, const IngestTarget& target,
                                                 const IngestOptions& options, const Clock& clock,
                                                 model::Progress& progress, std::stop_token stop = {});

}  // namespace ely::index
