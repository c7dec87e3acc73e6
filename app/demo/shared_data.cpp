#define IPCLENS_DEMO_SHARED
#include "app/demo/shared_data.h"

#include "app/demo/shared_section.h"

// Initialised, so that it is data in its section and not part of .bss, which no section attribute can share.
IPCLENS_IN_SHARED_SECTION(".MYSEC") alignas(16) unsigned char MySharedData[4096] = {};
