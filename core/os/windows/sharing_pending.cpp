#include "core/os/windows/windows_system.h"

namespace ipclens {
namespace {
Failure pending(std::string operation)
{
    return Failure(Error{.kind = ErrorKind::Unsupported, .operation = std::move(operation), .meaning = "is being built"});
}
} // namespace
Result<ObjectDetails> WindowsSystem::describeObject(const ObjectTarget &) { return pending("describe object"); }
Result<HolderList> WindowsSystem::holders(const ObjectTarget &, std::stop_token) { return pending("list holders"); }
Result<std::vector<ObjectHandle>> WindowsSystem::handles(ProcessKey, std::stop_token) { return pending("list handles"); }
Result<SharedObjectList> WindowsSystem::sharedObjects(std::stop_token) { return pending("list shared objects"); }
Result<void> WindowsSystem::closeHandle(ProcessKey, std::uint64_t, const std::string &, const std::string &) { return pending("close handle"); }
Result<std::shared_ptr<Section>> WindowsSystem::openSectionOf(ProcessKey, std::uint64_t, Access) { return pending("open section"); }
Result<ProcessDetails> WindowsSystem::processDetails(ProcessKey) { return pending("describe process"); }
Result<std::string> WindowsSystem::fileVersion(const std::string &) { return pending("read the version"); }
Result<PipeList> WindowsSystem::pipes(std::stop_token) { return pending("list pipes"); }
Result<AccessFacts> WindowsSystem::accessFacts(const ExplainTarget &) { return pending("explain"); }
} // namespace ipclens
