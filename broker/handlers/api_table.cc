#include "broker/handlers/handlers.h"

namespace spool::broker {

namespace {

using enum protocol::ApiKey;

// Versions as Apache Kafka 4.4 offers them. Produce is advertised from version 0, because old librdkafka reads the range
// as a feature test, but served from 3.
constexpr Api kApis[] = {
    {produce, 0, 13, 3, true, later<protocol::ProduceRequest, handle_produce>},
    {fetch, 4, 18, 4, true, later<protocol::FetchRequest, handle_fetch>},
    {list_offsets, 1, 11, 1, true, on_worker<protocol::ListOffsetsRequest, handle_list_offsets>},
    {metadata, 0, 13, 0, true, later<protocol::MetadataRequest, handle_metadata>},
    {api_versions, 0, 5, 0, true, handle_api_versions},
    {create_topics, 2, 7, 2, true, on_worker<protocol::CreateTopicsRequest, handle_create_topics>},
    {delete_topics, 1, 6, 1, true, on_worker<protocol::DeleteTopicsRequest, handle_delete_topics>},
    {init_producer_id, 0, 5, 0, true, on_worker<protocol::InitProducerIdRequest, handle_init_producer_id>},
    {offset_for_leader_epoch, 2, 4, 2, true,
     on_worker<protocol::OffsetForLeaderEpochRequest, handle_offset_for_leader_epoch>},
    {describe_configs, 1, 4, 1, true, on_loop<protocol::DescribeConfigsRequest, handle_describe_configs>},
    {describe_log_dirs, 1, 5, 1, true, on_worker<protocol::DescribeLogDirsRequest, handle_describe_log_dirs>},
    {describe_cluster, 0, 2, 0, true, on_loop<protocol::DescribeClusterRequest, handle_describe_cluster>},
    {describe_topic_partitions, 0, 0, 0, true,
     on_loop<protocol::DescribeTopicPartitionsRequest, handle_describe_topic_partitions>},
};

}  // namespace

std::span<const Api> api_table() { return kApis; }

}  // namespace spool::broker
