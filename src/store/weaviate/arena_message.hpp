#pragma once

#include <cstddef>
#include <memory>

#include <google/protobuf/arena.h>

namespace ely::store::weaviate {

// A message and the memory that all of it lies in: tens of thousands of small parts, let go at once.
template <typename Message>
class ArenaMessage {
  public:
    ArenaMessage()
        : m_arena(std::make_unique<google::protobuf::Arena>(options())),
          m_message(google::protobuf::Arena::CreateMessage<Message>(m_arena.get())) {}

    [[nodiscard]] Message& operator*() const { return *m_message; }
    [[nodiscard]] Message* operator->() const { return m_message; }

  private:
    static google::protobuf::ArenaOptions options() {
        google::protobuf::ArenaOptions out;
        out.start_block_size = std::size_t{64} << 10U;
        out.max_block_size = std::size_t{1} << 20U;
        return out;
    }

    std::unique_ptr<google::protobuf::Arena> m_arena;
    Message* m_message;
};

}  // namespace ely::store::weaviate
