#pragma once

/// What the handlers of the group APIs have in common.

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

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

/// Answers from any thread.
inline void answer_on_loop(const Request& request, Responder respond, Response response) {
  if (request.loop->is_loop_thread()) return respond(std::move(response));
  request.loop->post([respond = std::move(respond), response = std::move(response)]() mutable {
    respond(std::move(response));
  });
}

/// Takes a request to the coordinator of its group and answers what `handle(turn)` returns, or what
/// `refuse(code)` returns when there is no coordinator. Both return the response message.
template <class Handle, class Refuse>
void answer_in_turn(Services& services, const Request& request, const std::string& group_id,
                    Service::Purpose purpose, Responder respond, Handle handle, Refuse refuse) {
  services.groups.with_group(group_id, purpose,
                             [&request, respond = std::move(respond), handle = std::move(handle),
                              refuse = std::move(refuse)](ErrorCode error, Turn* turn) mutable {
                               if (turn == nullptr)
                                 return answer_on_loop(request, std::move(respond),
                                                       encode_response(request, refuse(error)));
                               Response response = encode_response(request, handle(*turn));
                               turn->outlet.send(request, std::move(respond), std::move(response));
                             });
}

/// Asks the coordinator of each group and calls done(results, request loop's thread) when all have
/// answered. part(error, turn, index) runs on the shards' loops and returns a Part that owns its
/// bytes.
template <class Part, class Ask, class Done>
void ask_each_group(Services& services, const Request& request,
                    const std::vector<std::string>& group_ids, Service::Purpose purpose, Ask ask,
                    Done done) {
  struct Gather {
    Ask ask;
    Done done;
    std::vector<Part> parts;
    std::atomic<size_t> open_count;
    net::EventLoop* loop;
  };
  auto gather =
      std::make_shared<Gather>(std::move(ask), std::move(done), std::vector<Part>(group_ids.size()),
                               group_ids.size() + 1, request.loop);
  const auto close_one = [](const std::shared_ptr<Gather>& all) {
    if (--all->open_count > 0) return;
    if (all->loop->is_loop_thread()) return all->done(std::move(all->parts));
    all->loop->post([all] { all->done(std::move(all->parts)); });
  };
  for (size_t i = 0; i < group_ids.size(); ++i)
    services.groups.with_group(
        group_ids[i], purpose, [gather, i, close_one](ErrorCode error, Turn* turn) {
          gather->parts[i] = gather->ask(error, turn, i);
          if (turn == nullptr) return close_one(gather);
          turn->outlet.when_safe([gather, close_one](const Status&) { close_one(gather); });
        });
  close_one(gather);
}

}  // namespace spool::broker::group
