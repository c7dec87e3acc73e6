// Windows, real or Wine's.
#pragma once

#include "core/os/system.h"

namespace ipclens {

// Has no state: each function is in the file that its subject names (processes.cpp, section.cpp, send.cpp, ...).
class WindowsSystem final : public System {
public:
    Result<Host> host() override;
    Result<std::vector<ProcessInfo>> processes(std::stop_token stop) override;
    Result<std::vector<Module>> modules(ProcessKey process) override;
    Result<std::shared_ptr<Process>> openProcess(ProcessKey process, Access access) override;
    Result<std::vector<SharedSection>> sharedSections(ProcessKey process, std::stop_token stop) override;

    Result<std::vector<NamedObject>> namedObjects(bool includeWine, std::stop_token stop) override;
    Result<std::shared_ptr<Section>> openSection(const std::string &name, Access access) override;
    Result<std::shared_ptr<Section>> createSection(const SectionRequest &request) override;

    Result<std::vector<Window>> windows(std::stop_token stop) override;
    Result<Window> windowAt(std::int32_t x, std::int32_t y, bool innermost) override;
    Result<std::unique_ptr<Inbox>> openInbox(const InboxRequest &request) override;
    Result<std::unique_ptr<Inbox>> openRelay(const RelayRequest &request) override;
    Result<std::unique_ptr<Inbox>> openTap(const TapRequest &request) override;
    Result<SendOutcome> sendCopyData(std::uint64_t window, std::uint64_t sender, std::uint64_t id,
                                     const std::optional<Bytes> &data, std::uint32_t timeout) override;
    Result<SendOutcome> sendRegistered(std::uint64_t window, const std::string &name, std::uint64_t wParam,
                                       std::uint64_t lParam, std::uint32_t timeout) override;

    Result<ObjectDetails> describeObject(const ObjectTarget &target) override;
    Result<HolderList> holders(const ObjectTarget &target, std::stop_token stop) override;
    Result<std::vector<ObjectHandle>> handles(ProcessKey process, std::stop_token stop) override;
    Result<SharedObjectList> sharedObjects(std::stop_token stop) override;
    Result<void> closeHandle(ProcessKey process, std::uint64_t handle, const std::string &type,
                             const std::string &path) override;
    Result<std::shared_ptr<Section>> openSectionOf(ProcessKey process, std::uint64_t handle, Access access) override;
    Result<ProcessDetails> processDetails(ProcessKey process) override;
    Result<std::string> fileVersion(const std::string &path) override;
    Result<PipeList> pipes(std::stop_token stop) override;
    Result<AccessFacts> accessFacts(const ExplainTarget &target) override;
};

inline Failure cancelled(std::string operation)
{
    return Failure(Error{.kind = ErrorKind::Cancelled, .operation = std::move(operation), .meaning = "cancelled"});
}

} // namespace ipclens
