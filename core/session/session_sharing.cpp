// What a session does to tell who shares what.
#include "core/session/session_core.h"

#include "core/model/transform.h"
#include "core/session/explanation.h"
#include "core/session/name_doctor.h"
#include "core/session/section_views.h"
#include "core/session/shared_data.h"
#include "core/session/sharing_map.h"
#include "core/session/sync_objects.h"

namespace ipclens {

Job<ObjectDescription> Session::handle(DescribeObject &command)
{
    return {LaneName::Sharing, [this, target = std::move(command.target)](std::stop_token stop) -> Result<ObjectDescription> {
                ObjectDescription description{.target = target};
                auto details = m_system->describeObject(target);
                if (!details)
                    return Failure(std::move(details.error()));
                description.details = std::move(*details);
                if (!target.name.empty())
                    description.target.type = description.details.type;
                auto holders = m_system->holders(description.target, stop);
                if (!holders)
                    return Failure(std::move(holders.error()));
                description.holders = std::move(*holders);
                return description;
            }};
}

Job<ViewList> Session::handle(ListViews &command)
{
    return {LaneName::Sharing,
            [this, command = std::move(command)](std::stop_token stop) { return findViews(*m_system, command, stop); }};
}

Job<HandleList> Session::handle(const ListHandles &command)
{
    return {LaneName::Sharing, [this, process = command.process](std::stop_token stop) {
                return transform(m_system->handles(process, stop),
                                 [](std::vector<ObjectHandle> handles) { return HandleList{std::move(handles)}; });
            }};
}

Job<Done> Session::handle(CloseHolderHandle &command)
{
    return {LaneName::Sharing, [this, command = std::move(command)](std::stop_token) {
                return transform(m_system->closeHandle(command.process, command.handle, command.type, command.path),
                                 [] { return Done{}; });
            }};
}

Job<ProcessDescription> Session::handle(const DescribeProcess &command)
{
    return {LaneName::Sharing,
            [this, command](std::stop_token stop) { return m_descriptions.describe(*m_system, command, stop); }};
}

Job<SharedDataList> Session::handle(ListSharedData &command)
{
    return {LaneName::Sharing,
            [this, command = std::move(command)](std::stop_token stop) { return listSharedData(*m_system, command, stop); }};
}

Job<SyncList> Session::handle(const ListSyncObjects &command)
{
    return {LaneName::Sharing, [this, command](std::stop_token stop) { return listSyncObjects(*m_system, command, stop); }};
}

Job<PipeList> Session::handle(const ListPipes &)
{
    return {LaneName::Sharing, [this](std::stop_token stop) { return m_system->pipes(stop); }};
}

Job<NameReport> Session::handle(DiagnoseName &command)
{
    return {LaneName::Sharing,
            [this, command = std::move(command)](std::stop_token stop) { return diagnoseName(*m_system, command, stop); }};
}

Job<Explanation> Session::handle(Explain &command)
{
    return {LaneName::Sharing, [this, target = std::move(command.target)](std::stop_token) {
                return transform(m_system->accessFacts(target), explain);
            }};
}

Job<SharingMap> Session::handle(const ReadSharingMap &command)
{
    return {LaneName::Sharing, [this, command](std::stop_token stop) { return readSharingMap(*m_system, command, stop); }};
}

} // namespace ipclens
