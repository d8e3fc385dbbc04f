#pragma once

/// Asking for settings and changing them, as the tests of several APIs do.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/protocol/messages/describe_configs.h"
#include "core/protocol/messages/incremental_alter_configs.h"
#include "tests/unit/broker/handlers/log_calls.h"

namespace spool::broker {

/// Effective value and source of one setting.
inline std::pair<std::optional<std::string>, int> config_of(BrokerFixture& broker, int8_t type,
                                                            const std::string& resource,
                                                            const std::string& key) {
  protocol::DescribeConfigsRequest request;
  auto& asked = request.resources.emplace_back();
  asked.resource_type = type;
  asked.resource_name = resource;
  asked.configuration_keys = std::vector<std::string>{key};
  const auto answer = broker.call<protocol::DescribeConfigsResponse>(request, 4);
  REQUIRE(answer.results[0].error_code == 0);
  if (answer.results[0].configs.empty()) return {std::nullopt, 0};
  return {answer.results[0].configs[0].value, answer.results[0].configs[0].config_source};
}

struct ConfigOp {
  std::string name;
  int8_t operation = 0;
  std::optional<std::string> value;
};

inline protocol::IncrementalAlterConfigsRequest alteration(int8_t type, std::string resource,
                                                           std::vector<ConfigOp> ops) {
  protocol::IncrementalAlterConfigsRequest request;
  auto& asked = request.resources.emplace_back();
  asked.resource_type = type;
  asked.resource_name = std::move(resource);
  for (ConfigOp& op : ops) asked.configs.push_back({op.name, op.operation, op.value, {}});
  return request;
}

/// Code and text of the answer to a change of one resource.
inline std::pair<int, std::optional<std::string>> alter(BrokerFixture& broker, int8_t type,
                                                        std::string resource,
                                                        std::vector<ConfigOp> ops) {
  const auto answer = broker.call<protocol::IncrementalAlterConfigsResponse>(
      alteration(type, std::move(resource), std::move(ops)), 1);
  REQUIRE(answer.responses.size() == 1);
  return {answer.responses[0].error_code, answer.responses[0].error_message};
}

}  // namespace spool::broker
