// A byte stream to a process that cannot inherit our handles, such as an elevated one: two named pipes that only this
// user can open, and of this user's processes only the one that is expected.
#pragma once

#include "core/os/windows/pipe_stream.h"

#include <stop_token>

namespace ipclens {

// The end that makes the pipes and waits. One thread at a time.
class PrivatePipe {
public:
    // Under a name nobody can guess, closed to the network, to other users and to a second server of that name.
    static Result<PrivatePipe> create();

    // What the far end gives to openPrivatePipe().
    const std::string &name() const { return m_name; }

    // Waits until `process` has opened both. Another process that opens one is refused, and with it the whole pipe.
    // Fails when the process ends, after `timeout` milliseconds, and once `stop` is requested. The stream owns the
    // process's handle; its shutdown() gives the process 2 s to end.
    Result<std::unique_ptr<ByteStream>> accept(KernelHandle process, std::stop_token stop, DWORD timeout = 60'000) &&;

private:
    PrivatePipe(std::string name, KernelHandle input, KernelHandle output);

    std::string m_name;
    KernelHandle m_input;
    KernelHandle m_output;
};

} // namespace ipclens
