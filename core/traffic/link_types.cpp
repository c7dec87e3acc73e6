// Names of link types, from the registry that libpcap keeps (draft-ietf-opsawg-pcaplinktype).
#include "core/traffic/capture_file.h"

#include <algorithm>
#include <iterator>

namespace ipclens {
namespace {

struct Name {
    std::uint16_t type;
    std::string_view name;
};

constexpr Name names[] = {{0, "BSD loopback"},
                          {1, "Ethernet"},
                          {3, "AX.25"},
                          {6, "Token Ring"},
                          {7, "ARCNET"},
                          {8, "SLIP"},
                          {9, "PPP"},
                          {10, "FDDI"},
                          {50, "PPP in HDLC-like framing"},
                          {51, "PPPoE"},
                          {100, "ATM, RFC 1483"},
                          {101, "raw IP"},
                          {104, "Cisco PPP with HDLC framing"},
                          {105, "IEEE 802.11"},
                          {107, "Frame Relay"},
                          {108, "OpenBSD loopback"},
                          {113, "Linux cooked"},
                          {114, "LocalTalk"},
                          {117, "OpenBSD pflog"},
                          {119, "IEEE 802.11 with Prism header"},
                          {122, "IP over Fibre Channel"},
                          {127, "radiotap"},
                          {138, "Apple IP over IEEE 1394"},
                          {140, "MTP2"},
                          {141, "MTP3"},
                          {142, "SCCP"},
                          {143, "DOCSIS"},
                          {144, "Linux IrDA"},
                          {163, "IEEE 802.11 with AVS header"},
                          {165, "BACnet MS/TP"},
                          {166, "PPP of pppd"},
                          {169, "GPRS LLC"},
                          {187, "Bluetooth HCI"},
                          {189, "USB, Linux"},
                          {192, "PPI"},
                          {195, "IEEE 802.15.4"},
                          {197, "ERF"},
                          {201, "Bluetooth HCI with direction"},
                          {202, "AX.25 with KISS header"},
                          {220, "USB, Linux, padded"},
                          {227, "SocketCAN"},
                          {228, "IPv4"},
                          {229, "IPv6"},
                          {230, "IEEE 802.15.4 without FCS"},
                          {231, "D-Bus"},
                          {239, "NFLOG"},
                          {249, "USBPcap"},
                          {251, "Bluetooth LE"},
                          {252, "Wireshark's exported packets"},
                          {253, "Linux Netlink"},
                          {254, "Bluetooth Linux monitor"},
                          {256, "Bluetooth LE with radio header"},
                          {266, "USB, macOS"},
                          {271, "vsock"},
                          {272, "Nordic Bluetooth LE"},
                          {276, "Linux cooked, version 2"}};

} // namespace

std::string_view linkTypeName(std::uint16_t linkType)
{
    const auto *const found = std::ranges::find(names, linkType, &Name::type);
    if (found != std::end(names))
        return found->name;
    constexpr std::uint16_t firstUser = 147;
    return linkType >= firstUser && linkType < firstUser + 16 ? "another user's own" : "";
}

} // namespace ipclens
