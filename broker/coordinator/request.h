#pragma once

/// What the handlers that ask coordinators have in common.

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/coordinator/shard_set.h"
#include "broker/handlers/handler.h"

namespace spool::broker::coordinator {

/// Answers from any thread.
inline void answer_on_loop(const Request& request, Responder respond, Response response) {
  if (request.loop->is_loop_thread()) return respond(std::move(response));
  request.loop->post([respond = std::move(respond), response = std::move(response)]() mutable {
    respond(std::move(response));
  });
}

/// Takes a request to the coordinator of its id and answers what `handle(turn)` returns, or what
/// `refuse(code)` returns when there is no coordinator. Both return the response message.
template <class Service, class Handle, class Refuse>
void answer_in_turn(Service& service, const Request& request, const std::string& id,
                    Purpose purpose, Responder respond, Handle handle, Refuse refuse) {
  service.with_id(
      id, purpose,
      [&request, respond = std::move(respond), handle = std::move(handle),
       refuse = std::move(refuse)](ErrorCode error, typename Service::Turn* turn) mutable {
        if (turn == nullptr)
          return answer_on_loop(request, std::move(respond),
                                encode_response(request, refuse(error)));
        Response response = encode_response(request, handle(*turn));
        turn->outlet.send(request, std::move(respond), std::move(response));
      });
}

/// Asks the coordinator of each id and calls done(results, request loop's thread) when all have
/// answered. part(error, turn, index) runs on the shards' loops and returns a Part that owns its
/// bytes.
template <class Part, class Service, class Ask, class Done>
void ask_each(Service& service, const Request& request, const std::vector<std::string>& ids,
              Purpose purpose, Ask ask, Done done) {
  struct Gather {
    Ask ask;
    Done done;
    std::vector<Part> parts;
    std::atomic<size_t> open_count;
    net::EventLoop* loop;
  };
  auto gather = std::make_shared<Gather>(
      std::move(ask), std::move(done), std::vector<Part>(ids.size()), ids.size() + 1, request.loop);
  const auto close_one = [](const std::shared_ptr<Gather>& all) {
    if (--all->open_count > 0) return;
    if (all->loop->is_loop_thread()) return all->done(std::move(all->parts));
    all->loop->post([all] { all->done(std::move(all->parts)); });
  };
  for (size_t i = 0; i < ids.size(); ++i)
    service.with_id(
        ids[i], purpose, [gather, i, close_one](ErrorCode error, typename Service::Turn* turn) {
          gather->parts[i] = gather->ask(error, turn, i);
          if (turn == nullptr) return close_one(gather);
          turn->outlet.when_safe([gather, close_one](const Status&) { close_one(gather); });
        });
  close_one(gather);
}

}  // namespace spool::broker::coordinator
