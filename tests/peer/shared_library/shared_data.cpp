// A DLL with two sections shared by all processes that load it, as ipclens-demo-shared has one.
#include "app/demo/shared_section.h"

extern "C" {
__declspec(dllexport) IPCLENS_IN_SHARED_SECTION(".PEERS") unsigned char PeerBytes[8192] = {'p', 'e', 'e', 'r'};
__declspec(dllexport) IPCLENS_IN_SHARED_SECTION(".PEERS") unsigned char PeerTail[16] = {1};
__declspec(dllexport) IPCLENS_IN_SHARED_SECTION(".OTHER") unsigned char OtherBytes[32] = {'o'};
__declspec(dllexport) unsigned char PrivateBytes[64] = {'p', 'r', 'i', 'v'};
}
