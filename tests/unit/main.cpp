#include "tests/unit/peer_process.h"

#include <gtest/gtest.h>

int main(int argc, char **argv)
{
    if (const auto code = ipclens::test::runAsPeer(argc, argv))
        return *code;
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
