// A DLL with two sections shared by all processes that load it, as ipclens-demo-shared has one.

#define IN_SHARED_SECTION(name) __attribute__((section(name), shared))

extern "C" {
__declspec(dllexport) unsigned char PeerBytes[8192] IN_SHARED_SECTION(".PEERS") = {'p', 'e', 'e', 'r'};
__declspec(dllexport) unsigned char PeerTail[16] IN_SHARED_SECTION(".PEERS") = {1};
__declspec(dllexport) unsigned char OtherBytes[32] IN_SHARED_SECTION(".OTHER") = {'o'};
__declspec(dllexport) unsigned char PrivateBytes[64] = {'p', 'r', 'i', 'v'};
}
