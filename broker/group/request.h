#pragma once

/// What the handlers of the group APIs have in common.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/coordinator/request.h"
#include "broker/group/service.h"
#include "broker/handlers/handler.h"
#include "broker/metadata/features.h"

namespace spool::broker::group {

/// What "authorized operations" answers for a group when no authorizer is set: READ, DELETE,
/// DESCRIBE, and DESCRIBE_CONFIGS and ALTER_CONFIGS, one bit an AclOperation.
inline constexpr int32_t kAllGroupOperations = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11;

/// Whether the directory's feature levels allow groups of KIP-848: Apache Kafka would not serve
/// such groups from a directory below, and the levels are the administrator's to raise.
inline bool has_consumer_groups(const Services& services) {
  return services.metadata.read()->feature_level(kGroupFeature) >= kGroupVersionOfConsumerGroups;
}

inline Caller caller_of(const Request& request) {
  // Kafka's InetAddress form; a client in this process is as local as can be.
  const bool is_address = request.client_host.find_first_of(".:") != std::string::npos;
  return {request.header.client_id.value_or(""),
          is_address ? "/" + request.client_host : "/127.0.0.1", request.version};
}

using coordinator::answer_on_loop;

template <class Handle, class Refuse>
void answer_in_turn(Services& services, const Request& request, const std::string& group_id,
                    Service::Purpose purpose, Responder respond, Handle handle, Refuse refuse) {
  coordinator::answer_in_turn(services.groups, request, group_id, purpose, std::move(respond),
                              std::move(handle), std::move(refuse));
}

template <class Part, class Ask, class Done>
void ask_each_group(Services& services, const Request& request,
                    const std::vector<std::string>& group_ids, Service::Purpose purpose, Ask ask,
                    Done done) {
  coordinator::ask_each<Part>(services.groups, request, group_ids, purpose, std::move(ask),
                              std::move(done));
}

}  // namespace spool::broker::group
