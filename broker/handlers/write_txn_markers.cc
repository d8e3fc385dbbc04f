/// WriteTxnMarkers: ends transactions in partitions of this broker (KIP-98). Coordinators of other
/// brokers ask it, and an administrator who aborts a transaction that hangs (KIP-664).
///
/// v1  flexible    v2  KIP-1228: by which level of transaction.version

#include "core/protocol/messages/write_txn_markers.h"
#include "broker/handlers/handlers.h"
#include "broker/txn/request.h"

namespace spool::broker {

using protocol::WriteTxnMarkersRequest;
using protocol::WriteTxnMarkersResponse;
using Marker = WriteTxnMarkersRequest::WritableTxnMarker;

namespace {

/// Markers on their way, and the answer they fill in.
struct Writing {
  const Request& request;
  WriteTxnMarkersRequest message;
  WriteTxnMarkersResponse response;
  Responder respond;
  std::atomic<size_t> open_count = 1;

  void close_one() {
    if (--open_count > 0) return;
    coordinator::answer_on_loop(request, std::move(respond), encode_response(request, response));
  }
};

// Whole before the first marker is written: each writes its code into its place.
WriteTxnMarkersResponse form_of(const WriteTxnMarkersRequest& message) {
  WriteTxnMarkersResponse response;
  for (const Marker& marker : message.markers) {
    auto& result = response.markers.emplace_back();
    result.producer_id = marker.producer_id;
    for (const auto& topic : marker.topics) {
      auto& answers = result.topics.emplace_back();
      answers.name = topic.name;
      for (const int32_t partition : topic.partition_indexes)
        answers.partitions.push_back({partition, 0, {}});
    }
  }
  return response;
}

}  // namespace

void handle_write_txn_markers(Services& services, const Request& request,
                              WriteTxnMarkersRequest message, Responder respond) {
  WriteTxnMarkersResponse form = form_of(message);
  const auto writing =
      std::make_shared<Writing>(request, std::move(message), std::move(form), std::move(respond));
  for (size_t i = 0; i < writing->message.markers.size(); ++i) {
    const Marker& marker = writing->message.markers[i];
    const coordinator::Producer producer{ProducerId(marker.producer_id),
                                         ProducerEpoch(marker.producer_epoch)};
    for (auto& topic : writing->response.markers[i].topics)
      for (auto& answer : topic.partitions) {
        ++writing->open_count;
        txn::write_marker(services.transactions.marker_parts(), topic.name, answer.partition_index,
                          producer, {marker.transaction_result, marker.coordinator_epoch},
                          [writing, &answer](ErrorCode error) {
                            answer.error_code = wire_code(error);
                            writing->close_one();
                          });
      }
  }
  writing->close_one();
}

}  // namespace spool::broker
