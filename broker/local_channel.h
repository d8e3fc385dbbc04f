#pragma once

#include <memory>

#include "broker/handlers/handler.h"
#include "core/net/transport.h"

namespace spool::broker {

/// A connection to a broker in this process: frames go to the loop by hand instead of by socket, answers come back with
/// their file parts read into memory. One request is worked on at a time, as on a socket.
/// services, loop  outlive the connection
std::unique_ptr<net::Transport> connect_locally(Services& services, net::EventLoop& loop);

}  // namespace spool::broker
