#pragma once

#include "broker/handlers/handler.h"

namespace spool::broker {

/// Reads the request header, finds the row of the dispatch table and lets it answer. Everything Kafka answers by closing
/// the connection (unknown keys, versions that are not served, bytes that are no header) becomes Response::close().
/// request  frame, client_host, endpoint_index and loop are set; the rest is filled in here. Lives until `respond` is
///          called
void dispatch(Services& services, Request& request, Responder respond);

}  // namespace spool::broker
