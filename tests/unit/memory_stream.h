// A byte stream that gives prepared bytes and then ends.
#pragma once

#include "core/model/bytes.h"
#include "core/wire/byte_stream.h"

#include <algorithm>
#include <cstring>

namespace ipclens {

// Gives at most `atOnce` bytes a read. Takes whatever is written.
class MemoryStream : public ByteStream {
public:
    explicit MemoryStream(std::span<const std::byte> bytes, std::size_t atOnce = 4096) : m_rest(bytes), m_atOnce(atOnce) {}

    Result<std::size_t> read(std::span<std::byte> into) override
    {
        const auto count = std::min({into.size(), m_rest.size(), m_atOnce});
        if (count > 0)
            std::memcpy(into.data(), m_rest.data(), count);
        m_rest = m_rest.subspan(count);
        return count;
    }
    Result<void> write(std::span<const std::span<const std::byte>>) override { return {}; }
    void shutdown() override {}
    std::string describe() const override { return "memory"; }

private:
    std::span<const std::byte> m_rest;
    const std::size_t m_atOnce;
};

} // namespace ipclens
