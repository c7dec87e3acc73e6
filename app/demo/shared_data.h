// The variable of ipclens-demo-shared.dll that all processes share which load it.
#pragma once

#ifdef IPCLENS_DEMO_SHARED
#define IPCLENS_DEMO_API __declspec(dllexport)
#else
#define IPCLENS_DEMO_API __declspec(dllimport)
#endif

extern "C" IPCLENS_DEMO_API unsigned char MySharedData[4096]; // a SharedDataLayout
