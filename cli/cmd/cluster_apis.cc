// cluster api-versions and features: what brokers can do.

#include <algorithm>

#include "cli/context.h"
#include "cli/session.h"
#include "core/client/admin.h"
#include "core/protocol/messages/api_versions.h"
#include "core/protocol/registry.h"

namespace spool::cli {

namespace {

constexpr OptionRows kClusterApisRows[] = {kConnectionOptions, kOutputOptions};

constexpr Column kApiColumns[] = {
    {"node_id", true},     {"api_key", true},     {"api"},
    {"min_version", true}, {"max_version", true}, {"usable_version", true}};
constexpr Column kFeatureColumns[] = {{"feature"},
                                      {"supported_min", true},
                                      {"supported_max", true},
                                      {"finalized_level", true},
                                      {"epoch", true}};

/// "Fetch" of 1; null for what this build does not know.
Cell api_name(int16_t api_key) {
  const auto* const entry = protocol::find_message(static_cast<protocol::ApiKey>(api_key),
                                                   protocol::MessageType::request);
  if (entry == nullptr) return Cell();
  std::string_view name = entry->info->name;
  if (name.ends_with("Request")) name.remove_suffix(7);
  return std::string(name);
}

/// The newest version that both sides speak.
Cell usable_version(int16_t api_key, const client::VersionRange& offered) {
  const auto* const entry = protocol::find_message(static_cast<protocol::ApiKey>(api_key),
                                                   protocol::MessageType::request);
  if (entry == nullptr) return Cell();
  const int16_t newest = std::min(entry->info->versions.max, offered.max);
  const bool is_shared = newest >= std::max(entry->info->versions.min, offered.min);
  return is_shared ? Cell(int64_t{newest}) : Cell();
}

Result<Exit> run_apis(Context& context, const Args& args) {
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  client::Client& client = session.client();
  TRY(client.refresh_metadata(std::vector<std::string>{}));
  Table table(kApiColumns);
  Exit exit = Exit::done;
  for (const client::BrokerInfo& broker : std::vector(client.cluster().brokers)) {
    const auto versions = client.broker_versions(broker.node_id);
    if (!versions) {
      context.complain(concat("broker ", broker.node_id, ": ", versions.error().text()));
      exit = Exit::failed;
      continue;
    }
    for (const auto& [api_key, range] : *versions)
      table.add({int64_t{broker.node_id}, int64_t{api_key}, api_name(api_key), int64_t{range.min},
                 int64_t{range.max}, usable_version(api_key, range)});
  }
  TRY(session.close());
  TRY(context.print(table));
  return exit;
}

Result<Exit> run_features(Context& context, const Args& args) {
  TRY_ASSIGN(Session session, Session::open(args, Access::read));
  protocol::ApiVersionsRequest request;
  request.client_software_name = "spool";
  request.client_software_version = "0";
  TRY_ASSIGN(const auto reply, session.client().call<protocol::ApiVersionsResponse>(
                                   client::Client::kAnyNode, request));
  if (reply->error_code != 0) return fail(static_cast<ErrorCode>(reply->error_code));
  Table table(kFeatureColumns);
  for (const auto& feature : reply->supported_features) {
    const auto finalized = std::ranges::find_if(
        reply->finalized_features, [&](const auto& level) { return level.name == feature.name; });
    const bool is_finalized = finalized != reply->finalized_features.end();
    table.add({feature.name, int64_t{feature.min_version}, int64_t{feature.max_version},
               is_finalized ? Cell(int64_t{finalized->max_version_level}) : Cell(),
               reply->finalized_features_epoch});
  }
  TRY(session.close());
  TRY(context.print(table));
  return Exit::done;
}

}  // namespace

extern const Command kClusterApiVersionsCommand;
constinit const Command kClusterApiVersionsCommand = {
    .path = "cluster api-versions",
    .usage = "[OPTION...]",
    .summary = "Print the requests that each broker takes, and their versions",
    .examples = "spool cluster api-versions --columns api,max_version",
    .options = kClusterApisRows,
    .run = run_apis,
};

extern const Command kClusterFeaturesCommand;
constinit const Command kClusterFeaturesCommand = {
    .path = "cluster features",
    .usage = "[OPTION...]",
    .summary = "Print the feature levels of the cluster",
    .examples = "spool cluster features --output jsonl",
    .options = kClusterApisRows,
    .run = run_features,
};

}  // namespace spool::cli
