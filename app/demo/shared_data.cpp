#define IPCLENS_DEMO_SHARED
#include "app/demo/shared_data.h"

// Initialised, so that it is data in its section and not part of .bss, which no section attribute can share.
alignas(16) __attribute__((section(".MYSEC"), shared)) unsigned char MySharedData[4096] = {};
