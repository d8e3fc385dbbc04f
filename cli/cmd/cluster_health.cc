// cluster quorum and health: who leads, who follows, and what is wrong.

#include <algorithm>

#include "cli/context.h"
#include "cli/session.h"
#include "core/base/uuid.h"
#include "core/client/admin.h"
#include "core/protocol/messages/describe_quorum.h"

namespace spool::cli {

namespace {

constexpr OptionRows kClusterHealthRows[] = {kConnectionOptions, kOutputOptions};

constexpr Column kQuorumColumns[] = {{"node_id", true},
                                     {"directory_id"},
                                     {"role"},
                                     {"leader_epoch", true},
                                     {"high_watermark", true},
                                     {"log_end_offset", true},
                                     {"lag", true},
                                     {"last_fetch_timestamp", true},
                                     {"last_caught_up_timestamp", true}};
constexpr Column kHealthColumns[] = {{"check"}, {"state"}, {"count", true}, {"what"}};

using protocol::DescribeQuorumResponse;

Result<Exit> run_quorum(Context& context, const Args& args) {
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  protocol::DescribeQuorumRequest request;
  auto& topic = request.topics.emplace_back();
  topic.topic_name = "__cluster_metadata";
  topic.partitions.emplace_back();
  TRY_ASSIGN(const auto reply,
             session.client().call<DescribeQuorumResponse>(client::Client::kAnyNode, request));
  TRY(session.close());
  if (reply->error_code != 0)
    return fail(static_cast<ErrorCode>(reply->error_code), reply->error_message.value_or(""));
  Table table(kQuorumColumns);
  for (const auto& answered : reply->topics)
    for (const auto& partition : answered.partitions) {
      if (partition.error_code != 0) return fail(static_cast<ErrorCode>(partition.error_code));
      const auto leader = std::ranges::find(partition.current_voters, partition.leader_id,
                                            &DescribeQuorumResponse::ReplicaState::replica_id);
      const int64_t end = leader == partition.current_voters.end() ? -1 : leader->log_end_offset;
      const auto add = [&](const DescribeQuorumResponse::ReplicaState& replica,
                           std::string_view role) {
        const bool is_leader = replica.replica_id == partition.leader_id;
        table.add(
            {int64_t{replica.replica_id},
             replica.replica_directory_id.is_zero()
                 ? Cell()
                 : Cell(replica.replica_directory_id.to_string()),
             std::string(is_leader ? "leader" : role), int64_t{partition.leader_epoch},
             partition.high_watermark, unless_negative(replica.log_end_offset),
             end < 0 || replica.log_end_offset < 0 ? Cell() : Cell(end - replica.log_end_offset),
             unless_negative(replica.last_fetch_timestamp),
             unless_negative(replica.last_caught_up_timestamp)});
      };
      for (const auto& voter : partition.current_voters) add(voter, "follower");
      for (const auto& observer : partition.observers) add(observer, "observer");
    }
  TRY(context.print(table));
  return Exit::done;
}

/// What one check found: nothing is good.
struct Check {
  std::string_view name;
  std::vector<std::string> found;
};

void add_check(const Check& check, Table& table) {
  constexpr size_t kNamedMax = 5;
  std::string what;
  for (size_t i = 0; i < std::min(check.found.size(), kNamedMax); ++i)
    append_text(what, what.empty() ? "" : " ", check.found[i]);
  if (check.found.size() > kNamedMax) what += " ...";
  table.add({std::string(check.name), std::string(check.found.empty() ? "good" : "bad"),
             static_cast<int64_t>(check.found.size()), what.empty() ? Cell() : Cell(what)});
}

/// Partitions without a leader, and those with fewer replicas in sync than there are.
void check_partitions(const std::vector<client::TopicInfo>& topics, Check& offline,
                      Check& under_replicated) {
  for (const client::TopicInfo& topic : topics)
    for (size_t i = 0; i < topic.partitions.size(); ++i) {
      const client::PartitionInfo& partition = topic.partitions[i];
      const std::string name = concat(topic.name, '-', i);
      if (partition.leader < 0) offline.found.push_back(name);
      if (partition.isr.size() < partition.replicas.size()) under_replicated.found.push_back(name);
    }
}

Result<Exit> run_health(Context& context, const Args& args) {
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  client::Client& client = session.client();
  TRY_ASSIGN(const auto cluster, client::describe_cluster(client));
  TRY_ASSIGN(const auto topics, client::list_topics(client));
  Check unreachable{"brokers", {}}, controller{"controller", {}};
  Check offline{"offline-partitions", {}}, under_replicated{"under-replicated-partitions", {}};
  for (const client::BrokerInfo& broker : cluster.brokers)
    if (!client.broker_versions(broker.node_id))
      unreachable.found.push_back(
          concat(broker.node_id, "@", broker.endpoint.to_string(), " does not answer"));
  if (cluster.brokers.empty()) unreachable.found.push_back("there are none");
  if (cluster.controller_id < 0) controller.found.push_back("there is none");
  check_partitions(topics, offline, under_replicated);
  TRY(session.close());
  Table table(kHealthColumns);
  bool is_healthy = true;
  for (const Check* check : {&unreachable, &controller, &offline, &under_replicated}) {
    add_check(*check, table);
    is_healthy = is_healthy && check->found.empty();
  }
  TRY(context.print(table));
  return is_healthy ? Exit::done : Exit::findings;
}

}  // namespace

extern const Command kClusterQuorumCommand;
constinit const Command kClusterQuorumCommand = {
    .path = "cluster quorum",
    .usage = "[OPTION...]",
    .summary = "Print the voters and observers of the metadata log",
    .examples = "spool cluster quorum --columns node_id,role,lag",
    .options = kClusterHealthRows,
    .run = run_quorum,
};

extern const Command kClusterHealthCommand;
constinit const Command kClusterHealthCommand = {
    .path = "cluster health",
    .usage = "[OPTION...]",
    .summary = "Say whether all brokers and partitions are well",
    .description = "Exit code 5 when something is not.",
    .examples = "spool cluster health > /dev/null || echo 'Kafka is not well'",
    .options = kClusterHealthRows,
    .run = run_health,
};

}  // namespace spool::cli
