#include "core/protocol/messages/alter_configs.h"
#include "core/protocol/messages/alter_replica_log_dirs.h"
#include "core/protocol/messages/create_partitions.h"
#include "core/protocol/messages/create_topics.h"
#include "core/protocol/messages/delete_topics.h"
#include "core/protocol/messages/describe_configs.h"
#include "core/protocol/messages/describe_log_dirs.h"
#include "core/protocol/messages/incremental_alter_configs.h"
#include "core/protocol/messages/list_config_resources.h"
#include "core/protocol/schema_of.h"

namespace spool::protocol {

SPOOL_SCHEMAS(CreateTopics)
SPOOL_SCHEMAS(DeleteTopics)
SPOOL_SCHEMAS(DescribeConfigs)
SPOOL_SCHEMAS(AlterConfigs)
SPOOL_SCHEMAS(AlterReplicaLogDirs)
SPOOL_SCHEMAS(DescribeLogDirs)
SPOOL_SCHEMAS(CreatePartitions)
SPOOL_SCHEMAS(IncrementalAlterConfigs)
SPOOL_SCHEMAS(ListConfigResources)

}  // namespace spool::protocol
