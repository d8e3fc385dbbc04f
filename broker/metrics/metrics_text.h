#pragma once

#include <string>

#include "broker/metrics/http.h"
#include "broker/topics/compactor.h"
#include "broker/topics/topic_table.h"

namespace spool::broker {

/// What /metrics and /health look at. All outlive it; any thread.
struct MetricsSource {
  const TopicTable& topics;
  const MetadataStore& metadata;
  const Compactor& compactor;
};

/// The state of the broker in Prometheus' text format, under the names that Kafka's metrics have
/// after the rules of the JMX exporter. Logs that nobody has opened since the start are not opened
/// for it: they have no sizes and offsets.
std::string metrics_text(const MetricsSource& source);

/// 200 when every partition is in service, else 503 with the names of those that are not.
HttpAnswer health_of(const TopicTable& topics);

/// The answer to a request: /metrics, /health, or what is wrong with it.
HttpAnswer answer_http(const HttpRequest& request, const MetricsSource& source);

}  // namespace spool::broker
