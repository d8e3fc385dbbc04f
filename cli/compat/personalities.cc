#include "cli/compat/personalities.h"

#include <algorithm>

namespace spool::cli {

// Each is defined in the file of its name.
Result<Exit> run_kcat(const std::vector<std::string>& words, Out& out, Out& err);
Result<Exit> run_kafka_consumer_groups(const std::vector<std::string>& words, Out& out, Out& err);
Result<Exit> run_kafka_configs(const std::vector<std::string>& words, Out& out, Out& err);
Result<Exit> run_kafka_console_consumer(const std::vector<std::string>& words, Out& out, Out& err);
Result<Exit> run_kafka_console_producer(const std::vector<std::string>& words, Out& out, Out& err);
Result<Exit> run_kafka_get_offsets(const std::vector<std::string>& words, Out& out, Out& err);
Result<Exit> run_kafka_topics(const std::vector<std::string>& words, Out& out, Out& err);

namespace {

constexpr Personality kPersonalities[] = {
    {"kcat", run_kcat},
    {"kafkacat", run_kcat},
    {"kafka-consumer-groups", run_kafka_consumer_groups},
    {"kafka-configs", run_kafka_configs},
    {"kafka-console-consumer", run_kafka_console_consumer},
    {"kafka-console-producer", run_kafka_console_producer},
    {"kafka-get-offsets", run_kafka_get_offsets},
    {"kafka-topics", run_kafka_topics},
};

}  // namespace

std::span<const Personality> all_personalities() { return kPersonalities; }

const Personality* find_personality(std::string_view name) {
  if (name.ends_with(".sh")) name.remove_suffix(3);
  const auto at = std::ranges::find(kPersonalities, name, &Personality::name);
  return at == std::end(kPersonalities) ? nullptr : &*at;
}

}  // namespace spool::cli
