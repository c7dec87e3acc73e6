// Opening sources for somebody who may be gone when the answer comes.
#pragma once

#include "ui/client.h"

namespace ipclens {

// Sends OpenSource or CreateSection. A source that arrives when `receiver` is gone is closed again; otherwise `callback` gets
// the Result<SourceInfo>.
template <class Command, class Callback>
void openFor(Client &client, Command command, QObject *receiver, Callback callback)
{
    client.call(std::move(command), &client,
                [&client, guard = QPointer<QObject>(receiver), callback](Result<SourceInfo> reply) mutable {
                    if (guard)
                        callback(std::move(reply));
                    else if (reply) // nobody is left who could be told that closing failed
                        client.call(CloseSource{reply->source}, &client, [](const Result<Done> &) {});
                });
}

} // namespace ipclens
