// The numbers of a capture file that its writer and its reader share; core/traffic/capture_file.h says what they mean.
// Block types, options and link types are those of draft-ietf-opsawg-pcapng and the registry of link types.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ipclens::capture {

constexpr std::uint32_t sectionBlock = 0x0A0D0D0A;
constexpr std::uint32_t interfaceBlock = 1;
constexpr std::uint32_t obsoletePacketBlock = 2;
constexpr std::uint32_t simplePacketBlock = 3;
constexpr std::uint32_t statisticsBlock = 5;
constexpr std::uint32_t packetBlock = 6;
constexpr std::uint32_t byteOrderMagic = 0x1A2B3C4D;
constexpr std::uint16_t endOfOptions = 0;
constexpr std::uint16_t comment = 1;
constexpr std::uint16_t sectionSystem = 3;
constexpr std::uint16_t sectionApplication = 4;
constexpr std::uint16_t interfaceName = 2;
constexpr std::uint16_t interfaceDescription = 3;
constexpr std::uint16_t timeResolution = 9;
constexpr std::uint16_t timeOffset = 14;
constexpr std::uint16_t statisticsBegin = 2;
constexpr std::uint16_t statisticsReceived = 4;
constexpr std::uint16_t statisticsDropped = 5;
constexpr std::uint16_t statisticsAccepted = 6;
constexpr std::uint16_t user0 = 147;

constexpr std::size_t blockFrame = 12;     // type, size, size again
constexpr std::size_t packetFields = 20;   // in front of a packet's data
constexpr std::size_t smallestHeader = 76; // of a message
constexpr std::size_t secondHeader = 56;   // behind the names, since version 2
constexpr std::size_t outcomeHeader = 40;
constexpr std::size_t partHeader = 40;
// Of a packet's data. Wireshark's tools take no larger ones, and nothing behind one.
constexpr std::size_t mostInPacket = 262'144;

// Flags of a message.
constexpr std::uint64_t nullData = 1, posted = 2, answered = 4, marked = 8, pinned = 16, goesOn = 32;

} // namespace ipclens::capture
