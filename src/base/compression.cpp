#include "base/compression.hpp"

#include <cerrno>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

namespace ely {
namespace {

constexpr std::size_t k_block_bytes = 1U << 17U;

class FileReader final : public ByteReader {
  public:
    FileReader(int descriptor, std::string name) : m_descriptor(descriptor), m_name(std::move(name)) {}
    FileReader(const FileReader&) = delete;
    FileReader& operator=(const FileReader&) = delete;
    ~FileReader() override {
        if (m_descriptor > 2) ::close(m_descriptor);
    }
    Result<std::size_t> read(std::span<char> buffer) override {
        if (!m_peeked.empty()) {
            const auto n = m_peeked.copy(buffer.data(), buffer.size());
            m_peeked.erase(0, n);
            return n;
        }
        while (true) {
            const auto n = ::read(m_descriptor, buffer.data(), buffer.size());
            if (n >= 0) return static_cast<std::size_t>(n);
            if (errno != EINTR) return fail(errno_error(errno, "cannot read " + m_name));
        }
    }
    // The first bytes, which read() will deliver again.
    Result<std::string> peek(std::size_t count) {
        std::string start;
        while (start.size() < count) {
            std::string more(count - start.size(), '\0');
            ELY_TRY_ASSIGN(const auto n, read(std::span(more.data(), more.size())));
            if (n == 0) break;
            start.append(more, 0, n);
        }
        m_peeked = start;
        return start;
    }
    [[nodiscard]] const std::string& name() const { return m_name; }

  private:
    int m_descriptor;
    std::string m_name;
    std::string m_peeked;
};

class GzipReader final : public ByteReader {
  public:
    explicit GzipReader(std::unique_ptr<FileReader> source) : m_source(std::move(source)) {
        inflateInit2(&m_stream, 15 + 32);
    }
    GzipReader(const GzipReader&) = delete;
    GzipReader& operator=(const GzipReader&) = delete;
    ~GzipReader() override { inflateEnd(&m_stream); }

    Result<std::size_t> read(std::span<char> buffer) override {
        if (buffer.empty()) return std::size_t{0};
        m_stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
        m_stream.avail_out = static_cast<uInt>(buffer.size());
        while (m_stream.avail_out == buffer.size()) {
            if (m_stream.avail_in == 0) {
                ELY_TRY_ASSIGN(const auto n, m_source->read(m_input));
                if (n == 0 && m_between_members) return std::size_t{0};
                if (n == 0) return fail(Code::corrupt, m_source->name() + ": the gzip data is cut off");
                m_stream.next_in = reinterpret_cast<Bytef*>(m_input.data());
                m_stream.avail_in = static_cast<uInt>(n);
            }
            m_between_members = false;
            const int status = inflate(&m_stream, Z_NO_FLUSH);
            if (status == Z_STREAM_END) {
                inflateReset(&m_stream);
                m_between_members = true;
            } else if (status != Z_OK && status != Z_BUF_ERROR) {
                return fail(Code::corrupt, m_source->name() + ": the gzip data is damaged");
            }
        }
        return buffer.size() - m_stream.avail_out;
    }

  private:
    std::unique_ptr<FileReader> m_source;
    std::string m_input = std::string(k_block_bytes, '\0');
    z_stream m_stream{};
    bool m_between_members = false;
};

class ZstdReader final : public ByteReader {
  public:
    explicit ZstdReader(std::unique_ptr<FileReader> source)
        : m_source(std::move(source)), m_stream(ZSTD_createDStream()) {}
    ZstdReader(const ZstdReader&) = delete;
    ZstdReader& operator=(const ZstdReader&) = delete;
    ~ZstdReader() override { ZSTD_freeDStream(m_stream); }

    Result<std::size_t> read(std::span<char> buffer) override {
        if (buffer.empty()) return std::size_t{0};
        ZSTD_outBuffer output{buffer.data(), buffer.size(), 0};
        while (output.pos == 0) {
            if (m_in.pos == m_in.size) {
                ELY_TRY_ASSIGN(const auto n, m_source->read(m_input));
                if (n == 0 && m_needs == 0) return std::size_t{0};
                if (n == 0) return fail(Code::corrupt, m_source->name() + ": the zstd data is cut off");
                m_in = {m_input.data(), n, 0};
            }
            m_needs = ZSTD_decompressStream(m_stream, &output, &m_in);
            if (ZSTD_isError(m_needs) != 0U)
                return fail(Code::corrupt, m_source->name() + ": the zstd data is damaged");
        }
        return output.pos;
    }

  private:
    std::unique_ptr<FileReader> m_source;
    std::string m_input = std::string(k_block_bytes, '\0');
    ZSTD_DStream* m_stream;
    ZSTD_inBuffer m_in{nullptr, 0, 0};
    std::size_t m_needs = 0;
};

class PlainWriter final : public ByteWriter {
  public:
    explicit PlainWriter(AtomicFile file) : m_file(std::move(file)) {}
    Result<void> write(std::string_view bytes) override { return m_file.write(bytes); }
    Result<void> commit(AtomicFile::Exists exists) override { return m_file.commit(exists); }

  private:
    AtomicFile m_file;
};

class GzipWriter final : public ByteWriter {
  public:
    explicit GzipWriter(AtomicFile file) : m_file(std::move(file)) {
        deflateInit2(&m_stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    }
    GzipWriter(const GzipWriter&) = delete;
    GzipWriter& operator=(const GzipWriter&) = delete;
    ~GzipWriter() override { deflateEnd(&m_stream); }
    Result<void> write(std::string_view bytes) override { return push(bytes, Z_NO_FLUSH); }
    Result<void> commit(AtomicFile::Exists exists) override {
        ELY_TRY(push({}, Z_FINISH));
        return m_file.commit(exists);
    }

  private:
    Result<void> push(std::string_view bytes, int flush) {
        m_stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
        m_stream.avail_in = static_cast<uInt>(bytes.size());
        do {
            m_stream.next_out = reinterpret_cast<Bytef*>(m_output.data());
            m_stream.avail_out = static_cast<uInt>(m_output.size());
            deflate(&m_stream, flush);
            ELY_TRY(m_file.write(std::string_view(m_output).substr(0, m_output.size() - m_stream.avail_out)));
        } while (m_stream.avail_out == 0);
        return {};
    }

    AtomicFile m_file;
    z_stream m_stream{};
    std::string m_output = std::string(k_block_bytes, '\0');
};

class ZstdWriter final : public ByteWriter {
  public:
    explicit ZstdWriter(AtomicFile file) : m_file(std::move(file)), m_context(ZSTD_createCCtx()) {
        ZSTD_CCtx_setParameter(m_context, ZSTD_c_compressionLevel, 3);
        ZSTD_CCtx_setParameter(m_context, ZSTD_c_checksumFlag, 1);
    }
    ZstdWriter(const ZstdWriter&) = delete;
    ZstdWriter& operator=(const ZstdWriter&) = delete;
    ~ZstdWriter() override { ZSTD_freeCCtx(m_context); }
    Result<void> write(std::string_view bytes) override { return push(bytes, ZSTD_e_continue); }
    Result<void> commit(AtomicFile::Exists exists) override {
        ELY_TRY(push({}, ZSTD_e_end));
        return m_file.commit(exists);
    }

  private:
    Result<void> push(std::string_view bytes, ZSTD_EndDirective directive) {
        ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
        while (true) {
            ZSTD_outBuffer output{m_output.data(), m_output.size(), 0};
            const auto left = ZSTD_compressStream2(m_context, &output, &input, directive);
            if (ZSTD_isError(left) != 0U) return fail(Code::internal, std::string("zstd: ") + ZSTD_getErrorName(left));
            ELY_TRY(m_file.write(std::string_view(m_output).substr(0, output.pos)));
            if (directive == ZSTD_e_end ? left == 0 : input.pos == input.size) return {};
        }
    }

    AtomicFile m_file;
    ZSTD_CCtx* m_context;
    std::string m_output = std::string(k_block_bytes, '\0');
};

}  // namespace

Codec codec_by_name(const Path& path) {
    const auto extension = path.extension();
    if (extension == ".gz") return Codec::gzip;
    if (extension == ".zst") return Codec::zstd;
    return Codec::none;
}

Result<std::unique_ptr<ByteReader>> open_reader(const Path& path) {
    const bool standard_input = path == "-";
    const int descriptor = standard_input ? 0 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return fail(errno_error(errno, "cannot open " + path.string()));
    auto file = std::make_unique<FileReader>(descriptor, standard_input ? "standard input" : path.string());
    ELY_TRY_ASSIGN(const auto start, file->peek(4));
    if (start.starts_with("\x1f\x8b")) return std::make_unique<GzipReader>(std::move(file));
    if (start == "\x28\xb5\x2f\xfd") return std::make_unique<ZstdReader>(std::move(file));
    return file;
}

Result<std::unique_ptr<ByteWriter>> open_writer(const Path& path, unsigned mode) {
    ELY_TRY_ASSIGN(auto file, AtomicFile::create(path, mode));
    switch (codec_by_name(path)) {
        case Codec::none:
            return std::make_unique<PlainWriter>(std::move(file));
        case Codec::gzip:
            return std::make_unique<GzipWriter>(std::move(file));
        case Codec::zstd:
            return std::make_unique<ZstdWriter>(std::move(file));
    }
    return fail(Code::internal, "unknown codec");
}

}  // namespace ely
