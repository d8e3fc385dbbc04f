// cluster log-dirs [TOPIC...] and topic size: what lies on disk.

#include <algorithm>
#include <map>

#include "cli/context.h"
#include "cli/errors.h"
#include "cli/session.h"
#include "core/client/admin.h"
#include "core/protocol/messages/describe_log_dirs.h"

namespace spool::cli {

namespace {

constexpr Option kClusterLogDirsOptions[] = {
    {.name = "by",
     .kind = OptionKind::value,
     .value = "partition|topic|dir|broker",
     .fallback = "partition",
     .help = "What a row is",
     .group = "What"},
};
constexpr OptionRows kClusterLogDirsRows[] = {kClusterLogDirsOptions, kConnectionOptions,
                                              kOutputOptions};
constexpr OptionRows kSizeRows[] = {kConnectionOptions, kOutputOptions};

constexpr Column kClusterLogDirsColumns[] = {
    {"node_id", true},   {"log_dir"},           {"topic"},
    {"partition", true}, {"size_bytes", true},  {"offset_lag", true},
    {"is_future"},       {"total_bytes", true}, {"usable_bytes", true}};
constexpr Column kSizeColumns[] = {
    {"topic"}, {"partitions", true}, {"replicas", true}, {"size_bytes", true}};

struct Replica {
  int32_t node_id;
  std::string log_dir;
  std::string topic;
  int32_t partition;
  int64_t size_bytes;
  int64_t offset_lag;
  bool is_future;
  int64_t total_bytes;
  int64_t usable_bytes;
};

bool is_wanted(const std::vector<std::string>& topics, const std::string& name) {
  return topics.empty() || std::ranges::find(topics, name) != topics.end();
}

/// Every replica on every broker that answers; `exit` turns to failed for those that do not.
Result<std::vector<Replica>> find_replicas(Context& context, client::Client& client,
                                           const std::vector<std::string>& topics, Exit& exit) {
  TRY(client.refresh_metadata(std::vector<std::string>{}));
  std::vector<Replica> out;
  for (const client::BrokerInfo& broker : std::vector(client.cluster().brokers)) {
    protocol::DescribeLogDirsRequest request;
    request.topics.reset();
    const auto reply = client.call<protocol::DescribeLogDirsResponse>(broker.node_id, request);
    if (!reply) {
      context.complain(concat("broker ", broker.node_id, ": ", reply.error().text()));
      exit = Exit::failed;
      continue;
    }
    if ((*reply)->error_code != 0) return fail(static_cast<ErrorCode>((*reply)->error_code));
    for (const auto& dir : (*reply)->results) {
      if (dir.error_code != 0) {
        context.complain(concat("broker ", broker.node_id, ": ", dir.log_dir, ": ",
                                explain(static_cast<ErrorCode>(dir.error_code), "")));
        exit = Exit::failed;
      }
      for (const auto& topic : dir.topics)
        for (const auto& partition : topic.partitions)
          if (is_wanted(topics, topic.name))
            out.push_back({broker.node_id, dir.log_dir, topic.name, partition.partition_index,
                           partition.partition_size, partition.offset_lag, partition.is_future_key,
                           dir.total_bytes, dir.usable_bytes});
    }
  }
  std::ranges::sort(out, [](const Replica& a, const Replica& b) {
    return std::tie(a.node_id, a.log_dir, a.topic, a.partition) <
           std::tie(b.node_id, b.log_dir, b.topic, b.partition);
  });
  return out;
}

/// Rows of several replicas that have the wanted parts in common.
void add_sums(std::string_view by, const std::vector<Replica>& replicas, Table& table) {
  using Key = std::tuple<int32_t, std::string, std::string>;
  std::map<Key, Replica> sums;
  for (const Replica& replica : replicas) {
    const bool has_topic = by == "topic", has_dir = by == "dir";
    const Key key(has_topic ? -1 : replica.node_id, has_dir ? replica.log_dir : "",
                  has_topic ? replica.topic : "");
    const auto [at, is_new] = sums.try_emplace(key, replica);
    if (!is_new) at->second.size_bytes += replica.size_bytes;
  }
  for (const auto& [key, sum] : sums) {
    const auto& [node_id, dir, topic] = key;
    table.add({unless_negative(node_id), dir.empty() ? Cell() : Cell(dir),
               topic.empty() ? Cell() : Cell(topic), Cell(), sum.size_bytes, Cell(), Cell(),
               by == "dir" ? unless_negative(sum.total_bytes) : Cell(),
               by == "dir" ? unless_negative(sum.usable_bytes) : Cell()});
  }
}

Result<Exit> run_cluster_log_dirs(Context& context, const Args& args) {
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  Exit exit = Exit::done;
  TRY_ASSIGN(const auto replicas, find_replicas(context, session.client(), args.operands(), exit));
  TRY(session.close());
  Table table(kClusterLogDirsColumns);
  if (args.text("by") != "partition") {
    add_sums(args.text("by"), replicas, table);
  } else {
    for (const Replica& replica : replicas)
      table.add({int64_t{replica.node_id}, replica.log_dir, replica.topic,
                 int64_t{replica.partition}, replica.size_bytes, replica.offset_lag,
                 replica.is_future, unless_negative(replica.total_bytes),
                 unless_negative(replica.usable_bytes)});
  }
  TRY(context.print(table));
  return exit;
}

Result<Exit> run_size(Context& context, const Args& args) {
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  Exit exit = Exit::done;
  TRY_ASSIGN(const auto topics, client::describe_topics(session.client(), args.operands()));
  for (const client::TopicInfo& topic : topics)
    if (topic.error != ErrorCode::none && topic.partitions.empty()) {
      context.complain(concat("topic size: ", topic.name, ": ", explain(topic.error, "")));
      exit = Exit::failed;
    }
  TRY_ASSIGN(const auto replicas, find_replicas(context, session.client(), args.operands(), exit));
  TRY(session.close());
  struct Sum {
    std::map<int32_t, bool> partitions;
    int64_t replicas = 0;
    int64_t bytes = 0;
  };
  std::map<std::string, Sum> sums;
  for (const Replica& replica : replicas) {
    Sum& sum = sums[replica.topic];
    sum.partitions[replica.partition] = true;
    ++sum.replicas;
    sum.bytes += replica.size_bytes;
  }
  Table table(kSizeColumns);
  for (const auto& [topic, sum] : sums)
    table.add({topic, static_cast<int64_t>(sum.partitions.size()), sum.replicas, sum.bytes});
  TRY(context.print(table));
  return exit;
}

}  // namespace

extern const Command kClusterLogDirsCommand;
constinit const Command kClusterLogDirsCommand = {
    .path = "cluster log-dirs",
    .usage = "[OPTION...] [TOPIC...]",
    .summary = "Print what lies in the brokers' directories",
    .examples = "spool cluster log-dirs --by topic",
    .options = kClusterLogDirsRows,
    .operands_max = -1,
    .run = run_cluster_log_dirs,
};

extern const Command kTopicSizeCommand;
constinit const Command kTopicSizeCommand = {
    .path = "topic size",
    .usage = "[OPTION...] TOPIC...",
    .summary = "Print how many bytes topics take on disk, all replicas together",
    .examples = "spool topic size orders payments",
    .options = kSizeRows,
    .operands_min = 1,
    .operands_max = -1,
    .run = run_size,
};

}  // namespace spool::cli
