#pragma once

#include "core/files.h"
#include "core/result.h"

namespace firstlight {

/// A TCP socket that listens on 127.0.0.1. Holding it keeps the port: nobody can take it between choosing and
/// using.
struct LoopbackListener {
    FileDescriptor socket;
    int port = 0;
};

/// \a port 0: the kernel chooses a free one. Error "port-taken" {port} (kind BadInput).
Result<LoopbackListener> listenOnLoopback(int port);

/// A port that was free a moment ago, for an engine that binds it itself.
Result<int> freeLoopbackPort();

/// Whether something accepts connections on 127.0.0.1:\a port.
bool loopbackPortAnswers(int port);

} // namespace firstlight
