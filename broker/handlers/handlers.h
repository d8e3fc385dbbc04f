#pragma once

/// The handlers of all APIs; each is described in its own file, <stem>.cc.

#include "broker/handlers/handler.h"
#include "core/protocol/messages/create_topics.h"
#include "core/protocol/messages/delete_topics.h"
#include "core/protocol/messages/describe_cluster.h"
#include "core/protocol/messages/describe_configs.h"
#include "core/protocol/messages/describe_log_dirs.h"
#include "core/protocol/messages/describe_topic_partitions.h"
#include "core/protocol/messages/fetch.h"
#include "core/protocol/messages/init_producer_id.h"
#include "core/protocol/messages/list_offsets.h"
#include "core/protocol/messages/metadata.h"
#include "core/protocol/messages/offset_for_leader_epoch.h"
#include "core/protocol/messages/produce.h"

namespace spool::broker {

void handle_api_versions(Services&, const Request&, Responder);

void handle_metadata(Services&, const Request&, protocol::MetadataRequest, Responder);
void handle_produce(Services&, const Request&, protocol::ProduceRequest, Responder);
void handle_fetch(Services&, const Request&, protocol::FetchRequest, Responder);

protocol::ListOffsetsResponse handle_list_offsets(Services&, const Request&, const protocol::ListOffsetsRequest&);
protocol::OffsetForLeaderEpochResponse handle_offset_for_leader_epoch(Services&, const Request&,
                                                                      const protocol::OffsetForLeaderEpochRequest&);
protocol::InitProducerIdResponse handle_init_producer_id(Services&, const Request&,
                                                         const protocol::InitProducerIdRequest&);
protocol::CreateTopicsResponse handle_create_topics(Services&, const Request&, const protocol::CreateTopicsRequest&);
protocol::DeleteTopicsResponse handle_delete_topics(Services&, const Request&, const protocol::DeleteTopicsRequest&);
protocol::DescribeConfigsResponse handle_describe_configs(Services&, const Request&,
                                                          const protocol::DescribeConfigsRequest&);
protocol::DescribeClusterResponse handle_describe_cluster(Services&, const Request&,
                                                          const protocol::DescribeClusterRequest&);
protocol::DescribeTopicPartitionsResponse handle_describe_topic_partitions(
    Services&, const Request&, const protocol::DescribeTopicPartitionsRequest&);
protocol::DescribeLogDirsResponse handle_describe_log_dirs(Services&, const Request&,
                                                           const protocol::DescribeLogDirsRequest&);

}  // namespace spool::broker
