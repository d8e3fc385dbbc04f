#include "broker/metrics/metrics_text.h"

#include <unistd.h>

#include <fstream>
#include <string_view>

#include "core/base/text.h"

namespace spool::broker {

namespace {

/// One metric after the other, each with its type before its first value.
class Page {
 public:
  void begin(std::string_view name, std::string_view type) {
    append_text(text_, "# TYPE ", name, ' ', type, '\n');
    name_ = name;
  }
  void value(std::string_view labels, int64_t value) {
    append_text(text_, name_);
    if (!labels.empty()) append_text(text_, '{', labels, '}');
    append_text(text_, ' ', value, '\n');
  }
  void single(std::string_view name, std::string_view type, int64_t number) {
    begin(name, type);
    value("", number);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string_view name_;
};

using Topics = std::vector<std::shared_ptr<const Topic>>;

template <class Visit>
void for_each(const Topics& topics, Visit visit) {
  for (const auto& topic : topics)
    for (const auto& replica : topic->partitions)
      if (replica) visit(*replica);
}

/// Names of topics need no escapes: they are letters, digits, '.', '_' and '-'.
std::string labels_of(const Replica& replica) {
  return concat("topic=\"", replica.name().topic, "\",partition=\"", replica.name().partition.value,
                '"');
}

template <class Value>
void add_log_metric(Page& page, const Topics& topics, std::string_view name, Value value_of) {
  page.begin(name, "gauge");
  for_each(topics, [&](Replica& replica) {
    if (!replica.is_open()) return;
    const auto log = replica.log();
    if (log) page.value(labels_of(replica), value_of(**log));
  });
}

void add_logs(Page& page, const Topics& topics) {
  add_log_metric(page, topics, "kafka_log_log_size",
                 [](const storage::Log& log) { return log.size_bytes(); });
  add_log_metric(page, topics, "kafka_log_log_logstartoffset",
                 [](const storage::Log& log) { return log.log_start_offset().value; });
  add_log_metric(page, topics, "kafka_log_log_logendoffset",
                 [](const storage::Log& log) { return log.log_end_offset().value; });
  add_log_metric(page, topics, "kafka_log_log_numlogsegments", [](const storage::Log& log) {
    return static_cast<int64_t>(log.segments().size());
  });
}

void add_partitions(Page& page, const Topics& topics) {
  int64_t partitions_count = 0;
  int64_t offline_count = 0;
  for_each(topics, [&](const Replica& replica) {
    ++partitions_count;
    if (replica.is_out_of_service()) ++offline_count;
  });
  page.single("kafka_server_replicamanager_partitioncount", "gauge", partitions_count);
  page.single("kafka_server_replicamanager_leadercount", "gauge", partitions_count);
  page.single("kafka_server_replicamanager_offlinereplicacount", "gauge", offline_count);
  page.single("kafka_server_replicamanager_underreplicatedpartitions", "gauge", 0);
  page.single("kafka_server_replicamanager_underminisrpartitioncount", "gauge", 0);
  page.single("kafka_controller_kafkacontroller_activecontrollercount", "gauge", 1);
  page.single("kafka_controller_kafkacontroller_globaltopiccount", "gauge",
              static_cast<int64_t>(topics.size()));
  page.single("kafka_controller_kafkacontroller_globalpartitioncount", "gauge", partitions_count);
  page.single("kafka_controller_kafkacontroller_offlinepartitionscount", "gauge", offline_count);
}

void add_metadata(Page& page, const MetadataStore& metadata) {
  page.single("kafka_server_raft_metrics_current_epoch", "gauge", metadata.raft_epoch());
  page.single("kafka_server_raft_metrics_log_end_offset", "gauge", metadata.log_end_offset().value);
}

void add_cleaner(Page& page, const Compactor& compactor) {
  const CompactionMetrics cleaner = compactor.metrics();
  page.single("kafka_log_logcleanermanager_uncleanable_partitions_count", "gauge",
              cleaner.uncleanable_count);
  page.single("kafka_log_logcleanermanager_max_dirty_percent", "gauge",
              static_cast<int64_t>(cleaner.max_dirty_ratio * 100));
  page.single("kafka_log_logcleaner_running_count", "gauge",
              static_cast<int64_t>(cleaner.running.size()));
  page.single("spool_log_logcleaner_rounds_total", "counter", cleaner.rounds_count);
  page.single("spool_log_logcleaner_failures_total", "counter", cleaner.failures_count);
  page.single("spool_log_logcleaner_read_bytes_total", "counter", cleaner.bytes_read);
  page.single("spool_log_logcleaner_written_bytes_total", "counter", cleaner.bytes_written);
}

void add_process(Page& page) {
  std::ifstream statm("/proc/self/statm");
  int64_t total_pages = 0;
  int64_t resident_pages = 0;
  if (statm >> total_pages >> resident_pages)
    page.single("process_resident_memory_bytes", "gauge", resident_pages * ::sysconf(_SC_PAGESIZE));
}

}  // namespace

std::string metrics_text(const MetricsSource& source) {
  const Topics topics = source.topics.all();
  Page page;
  add_partitions(page, topics);
  add_metadata(page, source.metadata);
  add_logs(page, topics);
  add_cleaner(page, source.compactor);
  add_process(page);
  return page.take();
}

HttpAnswer health_of(const TopicTable& topics) {
  std::string out_of_service;
  for_each(topics.all(), [&](const Replica& replica) {
    if (replica.is_out_of_service()) append_text(out_of_service, replica.name().to_string(), '\n');
  });
  HttpAnswer answer;
  answer.body = "ok\n";
  if (out_of_service.empty()) return answer;
  answer.status = 503;
  answer.body = "partitions out of service:\n" + out_of_service;
  return answer;
}

HttpAnswer answer_http(const HttpRequest& request, const MetricsSource& source) {
  if (request.method != "GET" && request.method != "HEAD")
    return {.status = 405, .body = "only GET is answered\n"};
  if (request.path == "/health") return health_of(source.topics);
  if (request.path != "/metrics") return {.status = 404, .body = "there is /metrics and /health\n"};
  return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics_text(source)};
}

}  // namespace spool::broker
